"""One patient with sessions as the API's data routes meet them, behind a served API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from processing.emg.corrections import Correction
from processing.services import LOCAL_CLINICIAN, LOCAL_RESEARCHER, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.read_models import SessionInputs
from tests.builders import make_c3d
from tests.integration.api import asking, make_api
from tests.integration.conftest import fresh_database

CODE, FILE = "P014S001", "Ghostly_Emg_20260310_10-15-32-0412.c3d"
RESEARCHER = {"Authorization": "Bearer researcher"}


@dataclass(frozen=True)
class ApiClinic:
    """A served API; without credentials one is the local clinician."""

    operator: Services
    desk: Services
    client: httpx.Client
    recording: bytes


@contextmanager
def api_clinic(server_url: str, folder: Path) -> Iterator[ApiClinic]:
    """Yield a clinic with one session that is analysed, corrected and noted upon."""
    with ExitStack() as stack:
        url = stack.enter_context(contextmanager(fresh_database)(server_url))
        settings = Settings(data_dir=folder, database_url=url, _env_file=None)
        services = stack.enter_context(closing_services(build_services(settings, url)))
        data = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 14.5)], dropouts_s=[10.5])
        desk = services.for_viewer(LOCAL_CLINICIAN)
        outcome = desk.save_upload("P014", FILE, data)
        assert outcome.session_id is not None
        services.analyse_session(outcome.session_id)
        desk.save_inputs(CODE, SessionInputs(mvc_left_uv=200.0, mvc_right_uv=400.0))
        review = desk.load_review(CODE)
        assert review.result is not None
        first = review.result.channels[0].contractions[0]
        desk.corrections.save(review, Correction("CH1", "reject", first.onset_s, first.offset_s))
        api = make_api(services, tokens={"researcher": LOCAL_RESEARCHER})
        client = stack.enter_context(asking(api))
        yield ApiClinic(services, desk, client, data)
