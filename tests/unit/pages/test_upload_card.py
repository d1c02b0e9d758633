"""A file's card before it is stored: where it is already, which channel is which leg, what it lacks."""

from __future__ import annotations

from datetime import datetime

from streamlit.testing.v1 import AppTest

from processing.services.side_map import describe
from processing.use_cases.inbox import StoredCopy
from processing.use_cases.side_map import MappedChannel, SideMap
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import RECEIVED, FakeServices, make_channel, make_metadata, make_review


def one(**fake: object) -> FakeServices:
    return FakeServices(reviews={"P001S001": make_review()}, **fake)  # type: ignore[arg-type]


def links(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link")]


FILE = ("game.c3d", b"good" + b"0" * 896)


def test_a_file_that_is_stored_already_says_where(launch: Launch) -> None:
    services = FakeServices()
    services.inbox.stored["ab" * 32] = [
        StoredCopy("P001S003", "P001/a.c3d", RECEIVED, datetime(2025, 3, 10, 11, 50))
    ]
    at = launch(services, "upload.py")
    at.file_uploader[0].upload("game.c3d", FILE[1]).run()
    assert "already stored as **P001S003** (10 Mar 2025, 11:50)" in texts(at)
    assert "Open P001S003" in links(at)


def test_the_same_bytes_are_not_saved_twice_for_a_patient(launch: Launch) -> None:
    services = one()
    services.inbox.stored["ab" * 32] = [StoredCopy("P001S001", "P001/a.c3d", RECEIVED, None)]
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    at.selectbox(key="upload:patient").select("P001").run()
    at.file_uploader[0].upload("game.c3d", FILE[1]).run()
    at.button(key="save").click().run()
    assert services.uploads == []
    assert "already stored; not stored again" in texts(at)


def _foreign() -> SideMap:
    return SideMap(
        tuple(
            MappedChannel(name, name, "V", "emg", "The label says EMG.", None, True)
            for name in ("Voltage.EMG1", "Voltage.EMG2")
        )
    )


def test_a_foreign_file_s_channels_are_mapped_in_its_card_before_saving(launch: Launch) -> None:
    services = one()
    services.side_map.proposed = _foreign()
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    at.selectbox(key="upload:patient").select("P001").run()
    at.file_uploader[0].upload("lab.c3d", FILE[1]).run()
    first, second = [box for box in at.selectbox if box.key.startswith("upload:map:")]
    first.select("R ▲ Right")
    second.select("L ● Left").run()
    next(b for b in at.button if b.key.startswith("upload:use:")).click().run()
    chosen = {"Voltage.EMG1": "right", "Voltage.EMG2": "left"}
    assert services.maps_tried[-1] == chosen
    at.button(key="save").click().run()
    assert services.side_map.saved == [("P001S001", chosen)]


def test_a_file_is_swapped_before_it_is_stored(launch: Launch) -> None:
    services = FakeServices()
    services.side_map.proposed = describe(make_metadata((make_channel("left"), make_channel("right"))))
    at = launch(services, "upload.py")
    at.file_uploader[0].upload("game.c3d", FILE[1]).run()
    next(b for b in at.button if b.key.startswith("upload:swap:")).click().run()
    assert services.maps_tried == [None, {"CH1 Raw": "right", "CH2 Raw": "left"}]
    assert "as you chose" in texts(at)


def test_what_the_file_lacks_is_added_with_it_or_stays_not_recorded(launch: Launch) -> None:
    services = one()
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    at.selectbox(key="upload:patient").select("P001").run()
    at.file_uploader[0].upload("game.c3d", FILE[1]).run()
    assert "Not in the file: MVC, cuff pressure, perceived effort; left as not recorded." in texts(at)
    field = next(n for n in at.number_input if n.key.endswith(":perceived_effort_cr10"))
    field.set_value(5.0).run()
    at.button(key="save").click().run()
    ((code, saved),) = services.saved_inputs
    assert (code, saved.perceived_effort_cr10, saved.mvc_left_uv) == ("P001S001", 5.0, None)
