"""What holds for a patient from a day on, and what it does to sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from psycopg import errors

from processing.emg.parameters import SessionTargets
from processing.errors import AccessDeniedError, EditConflictError, InvalidParameterError
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement, standing_measurements
from processing.use_cases.prescriptions import Prescription, prescription_on, standing_prescriptions
from processing.use_cases.read_models import AuditFilters, SessionInputs, SessionReview
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

CONTRACTIONS = [(2.0, 4.5), (7.0, 8.5), (11.0, 13.5)]


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


@pytest.fixture
def worker(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_worker"))) as built:
        yield built


def _recorded(day: date) -> dict[str, dict[str, list[str]]]:
    return {"INFO": {"TIME": [str(day.year), str(day.month), str(day.day), "10", "5"]}}


def _session(therapist: Services, worker: Services, day: date) -> str:
    """Return the code of an analysed session that was recorded on a day."""
    data = make_c3d(contractions_s=CONTRACTIONS, parameters=_recorded(day), seed=day.toordinal() % 97)
    code = therapist.save_upload("P001", f"{day}.c3d", data).session_code
    assert code is not None
    assert worker.analyse_session(therapist.load_review(code).summary.session_id) == "completed"
    return code


@pytest.fixture
def therapist(dashboard: Services, clinic: Clinic) -> Services:
    return dashboard.for_viewer(clinic.identity("therapist"))


@pytest.fixture
def codes(therapist: Services, worker: Services) -> tuple[str, str]:
    """Sessions recorded on 1 and 10 March 2025."""
    return _session(therapist, worker, date(2025, 3, 1)), _session(therapist, worker, date(2025, 3, 10))


EASIER = Prescription(date(2025, 3, 5), 3, 2, 50.0, 60.0, 1.0, sets=3, reps=12, rest_s=60.0)
BOTH = (
    MvcMeasurement("left", 100.0, date(2025, 3, 5), posture="seated, knee 90°", electrode_placement="SENIAM"),
    MvcMeasurement("right", 120.0, date(2025, 3, 5)),
)


def _good(review: SessionReview) -> list[int | None]:
    return [side.n_good for side in review.summary.sides]


def test_a_session_takes_what_held_on_the_day_of_its_recording(
    therapist: Services, codes: tuple[str, str]
) -> None:
    effects = therapist.prescriptions.prescribe("P001", EASIER, expected_revision=1)
    assert [each.session_code for each in effects.judged] == [codes[1]]
    before, after = (therapist.load_review(code) for code in codes)
    assert (before.inputs.targets_source, after.inputs.targets_source) == ("default", "prescription")
    assert after.inputs.targets == SessionTargets(3, 50.0, 1.0, 2, 60.0)
    assert [side.expected for side in after.summary.sides] == [3, 2]
    assert after.result is not None
    assert [sum(c.meets_duration for c in channel.contractions) for channel in after.result.channels] == [
        3,
        3,
    ]


def test_the_worker_scores_a_new_session_with_what_was_prescribed_and_measured(
    therapist: Services, worker: Services
) -> None:
    therapist.prescriptions.prescribe("P001", EASIER, expected_revision=1)
    therapist.prescriptions.measure("P001", BOTH, expected_revision=1)
    old, new = (_session(therapist, worker, date(2025, 3, day)) for day in (4, 6))
    first, second = therapist.load_review(old), therapist.load_review(new)
    assert first.inputs.targets_source == "default"
    assert _good(first) == [None, None]
    assert second.inputs.patient_mvc_left == BOTH[0]
    assert second.result is not None
    assert [c.mvc.source for c in second.result.channels if c.mvc] == ["patient", "patient"]
    assert _good(second) == [3, 3]
    assert second.result.score.left.score == 100


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    therapist: Services, codes: tuple[str, str]
) -> None:
    before = therapist.load_review(codes[1])
    said = therapist.prescriptions.measure("P001", BOTH, expected_revision=1, dry_run=True)
    assert [each.session_code for each in said.moved] == [codes[1]]
    assert therapist.load_review(codes[1]) == before
    assert len(therapist.prescriptions.passport("P001")) == 1  # the clinic's
    assert therapist.prescriptions.measure("P001", BOTH, expected_revision=1) == said
    after = therapist.load_review(codes[1]).summary
    assert (after.score, after.score_low, after.score_high) == (
        said.judged[0].after.total,
        said.judged[0].after.low,
        said.judged[0].after.high,
    )


def test_what_was_changed_for_one_session_survives_a_prescription(
    therapist: Services, codes: tuple[str, str]
) -> None:
    inputs = therapist.load_review(codes[1]).inputs
    own = SessionTargets(3, 40.0, 2.0)
    therapist.save_inputs(codes[1], replace(inputs, targets=own))
    therapist.prescriptions.prescribe("P001", EASIER, expected_revision=1)
    now = therapist.load_review(codes[1]).inputs
    assert (now.targets, now.targets_source, now.standing_targets) == (own, "session", EASIER.targets)
    assert now.entered["targets"].at is not None
    therapist.save_inputs(codes[1], replace(now, targets=now.standing_targets))
    back = therapist.load_review(codes[1]).inputs
    assert (back.targets_source, "targets" in back.entered) == ("prescription", False)


def test_saving_an_effort_keeps_a_session_following_its_prescription(
    therapist: Services, codes: tuple[str, str]
) -> None:
    therapist.prescriptions.prescribe("P001", EASIER, expected_revision=1)
    inputs = therapist.load_review(codes[1]).inputs
    therapist.save_inputs(codes[1], replace(inputs, perceived_effort_cr10=5))
    harder = replace(EASIER, hold_s=3.0)
    therapist.prescriptions.prescribe("P001", harder, expected_revision=2)
    assert therapist.load_review(codes[1]).inputs.targets == harder.targets


def test_the_cascade_is_session_then_patient_then_peak(therapist: Services, codes: tuple[str, str]) -> None:
    def sources() -> list[str | None]:
        result = therapist.load_review(codes[1]).result
        assert result is not None
        return [None if channel.mvc is None else channel.mvc.source for channel in result.channels]

    assert sources() == ["session_peak", "session_peak"]
    therapist.prescriptions.measure("P001", BOTH, expected_revision=1)
    assert sources() == ["patient", "patient"]
    inputs = therapist.load_review(codes[1]).inputs
    therapist.save_inputs(codes[1], replace(inputs, mvc_left_uv=222.0))
    assert sources() == ["session", "patient"]
    therapist.prescriptions.measure("P001", (BOTH[1],), expected_revision=3, withdrawn=True)
    assert sources() == ["session", "session_peak"]


def test_nothing_is_overwritten_and_the_second_editor_is_told(
    therapist: Services, dashboard: Services, clinic: Clinic
) -> None:
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    therapist.prescriptions.prescribe("P001", EASIER, expected_revision=1)
    with pytest.raises(EditConflictError, match="prescriptions of this patient meanwhile"):
        admin.prescriptions.prescribe("P001", replace(EASIER, hold_s=3.0), expected_revision=1)
    with pytest.raises(EditConflictError, match="MVC passport"):
        admin.prescriptions.measure("P001", BOTH, expected_revision=0)
    admin.prescriptions.prescribe("P001", replace(EASIER, hold_s=3.0), expected_revision=2)
    admin.prescriptions.prescribe("P001", EASIER, expected_revision=3, withdrawn=True)
    entries = therapist.prescriptions.prescriptions("P001")
    assert [(e.revision, e.prescription.hold_s, e.withdrawn) for e in entries[:3]] == [
        (4, 1.0, True),
        (3, 3.0, False),
        (2, 1.0, False),
    ]
    assert prescription_on(entries, date(2025, 3, 10)) is None
    assert [e.prescription.valid_from for e in standing_prescriptions(entries)] == [date(2099, 1, 1)]


def test_an_open_form_is_told_when_its_session_was_judged_again(
    therapist: Services, codes: tuple[str, str]
) -> None:
    revision = therapist.inputs_revision(codes[1])
    untouched = therapist.inputs_revision(codes[0])
    therapist.prescriptions.measure("P001", BOTH, expected_revision=1)
    with pytest.raises(EditConflictError, match="Nothing was saved"):
        therapist.save_inputs(codes[1], SessionInputs(perceived_effort_cr10=5), expected_revision=revision)
    assert therapist.inputs_revision(codes[0]) == untouched


def test_judging_again_is_kept_with_its_reason_and_both_scores(
    therapist: Services, dashboard: Services, clinic: Clinic, codes: tuple[str, str]
) -> None:
    therapist.prescriptions.measure("P001", BOTH, expected_revision=1)
    admin = dashboard.for_viewer(clinic.identity("administrator"))
    entries = admin.audit.list(AuditFilters(about="P001"))
    changes = [(e.action, e.table_name, e.subject) for e in entries if e.reason]
    assert changes == [
        ("update", "performance_scores", codes[1]),
        ("insert", "mvc_measurements", "P001"),
        ("insert", "mvc_measurements", "P001"),
    ]
    assert {e.reason for e in entries if e.reason} == {
        "MVC left of 05 Mar 2025 and right of 05 Mar 2025 entered; 1 session judged again"
    }
    score = next(e for e in entries if e.table_name == "performance_scores")
    assert score.before is not None
    assert score.after is not None
    assert score.before["total"] is None
    assert score.after["total"] is not None


def test_a_change_that_is_refused_leaves_nothing(therapist: Services, codes: tuple[str, str]) -> None:
    before = [therapist.load_review(code) for code in codes]
    with pytest.raises(EditConflictError, match="MVC passport"):
        therapist.prescriptions.measure("P001", BOTH, expected_revision=5)
    assert [therapist.load_review(code) for code in codes] == before
    assert len(therapist.prescriptions.passport("P001")) == 1


def test_a_researcher_reads_measurements_without_their_notes_and_writes_none(
    dashboard: Services, clinic: Clinic
) -> None:
    researcher = dashboard.for_viewer(clinic.identity("researcher"))
    (entry,) = researcher.prescriptions.passport("P001")
    assert (entry.measurement.value_uv, entry.measurement.note) == (250, None)
    mine = dashboard.for_viewer(clinic.identity("therapist")).prescriptions.passport("P001")
    assert mine[0].measurement.note == "Mrs Peeters was tired."
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        researcher.prescriptions.measure("P001", BOTH, expected_revision=1)
    with (
        clinic.connected("app_dashboard", clinic.claims("researcher")) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
    ):
        connection.execute("select note from app.mvc_measurements")


def test_nobody_signs_an_entry_with_anothers_name(clinic: Clinic) -> None:
    with (
        clinic.connected("app_dashboard", clinic.claims("therapist")) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
    ):
        connection.execute(
            "insert into app.mvc_measurements (patient_id, revision, side, measured_on, value_uv, entered_by)"
            " values (%s, 2, 'left', now(), 200, %s)",
            (clinic.patients["P001"], clinic.people["colleague"]),
        )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"hold_s": 0.0}, "hold time"),
        ({"percent_mvc_left": 300.0}, "intensity on the left"),
        ({"sets": 0}, "sets"),
    ],
)
def test_a_prescription_that_nobody_can_mean_names_what_is_wrong(values: dict[str, float], said: str) -> None:
    with pytest.raises(InvalidParameterError, match=said):
        replace(EASIER, **values)


def test_a_later_measurement_ends_an_earlier_one_on_its_side_only(therapist: Services) -> None:
    later = MvcMeasurement("left", 150.0, date(2025, 4, 1))
    therapist.prescriptions.measure("P001", BOTH, expected_revision=1)
    therapist.prescriptions.measure("P001", (later,), expected_revision=3)
    entries = therapist.prescriptions.passport("P001")
    assert [e.measurement.value_uv for e in standing_measurements(entries, "left")] == [250, 150, 100]
    assert [e.measurement.value_uv for e in standing_measurements(entries, "right")] == [120]


def test_what_was_entered_before_keeps_its_values_across_the_migration(empty_database: str) -> None:
    from processing.database.migrations import rollback, upgrade

    n = len([m for m in upgrade(empty_database) if m.version >= "20261122120100"])
    rollback(empty_database, n, lose_entries=True)
    with psycopg.connect(empty_database) as connection:
        for number in (1, 2):
            connection.execute(
                "select * from app.ingest_storage_event(%s, 'webhook', 'INSERT', 'b', %s, 'v', 1, 'c', '{}')",
                (f"e{number}", f"P001/{number}.c3d"),
            )
        connection.execute(
            "update app.session_settings set target_duration_s = 1, mvc_left_uv = 200"
            " from app.therapy_sessions s where s.id = session_id and s.session_code = 'P001S001'"
        )
    upgrade(empty_database)
    with psycopg.connect(empty_database) as connection:
        rows = connection.execute(
            "select expected_contractions, target_percent_mvc, target_duration_s, entered ? 'mvc_left_uv', revision"
            " from app.session_settings join app.therapy_sessions s on s.id = session_id order by session_code"
        ).fetchall()
    assert rows == [(12, 75, 1, True, 2), (None, None, None, None, 1)]
