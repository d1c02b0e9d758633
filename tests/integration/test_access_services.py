"""The same services in several hands: each sees and changes what the database gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from processing.cli.start import program_address
from processing.database import Database
from processing.database.migrations import upgrade
from processing.errors import AccessDeniedError, EditConflictError, NotFoundError
from processing.services import (
    LOCAL_CLINICIAN,
    Identity,
    Services,
    build_services,
    closing_services,
    database_url,
    open_services,
)
from processing.settings import Program, Settings
from processing.use_cases.ingest_types import StorageEvent
from processing.use_cases.read_models import SessionFilters, SessionInputs
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    """Services as the dashboard opens them: nobody is signed in yet."""
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def _codes(services: Services) -> list[str]:
    return sorted(session.session_code for session in services.list_sessions(SessionFilters()))


def test_each_viewer_lists_only_their_sessions(dashboard: Services, clinic: Clinic) -> None:
    mine = dashboard.for_viewer(clinic.identity("therapist"))
    theirs = dashboard.for_viewer(clinic.identity("colleague"))
    everybody = dashboard.for_viewer(clinic.identity("researcher"))
    assert _codes(mine) == ["P001S001", "P001S002"]
    assert _codes(theirs) == ["P002S001", "P002S002"]
    assert len(_codes(everybody)) == 6
    assert _codes(dashboard.for_viewer(clinic.identity("stranger"))) == []


def test_forgetting_whose_turn_it_is_shows_nothing(dashboard: Services) -> None:
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        dashboard.list_sessions(SessionFilters())


def test_nothing_stays_on_the_connection_for_the_next_viewer(clinic: Clinic) -> None:
    database = Database(clinic.url_of("app_dashboard"), max_connections=1)
    try:
        mine = database.acting_as(clinic.identity("therapist"))
        with pytest.raises(ZeroDivisionError, match="on purpose"):
            _fail_inside(mine)
        with pytest.raises(AccessDeniedError, match="under this sign-in"):
            database.fetch_all("select * from app.patients")
        row = database.fetch_one("select current_setting('request.jwt.claims', true) as claims, current_user")
        assert row == {"claims": "", "current_user": "app_dashboard"}
    finally:
        database.close()


def _fail_inside(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("select count(*) from app.patients")
        raise ZeroDivisionError("on purpose")


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "service_role"},
        {"role": "postgres"},
        {"role": None},
        {"sub": None},
        {"sub": "not a person"},
        {"exp": None},
        {"exp": 1_700_000_000},
        {"exp": "soon"},
    ],
)
def test_claims_that_name_nobody_make_no_identity(clinic: Clinic, claims: dict[str, Any]) -> None:
    with pytest.raises(AccessDeniedError, match=r"token|expired"):
        Identity.from_claims(clinic.claims("administrator", **claims))


def test_a_sign_in_that_expires_meanwhile_ends_the_view(dashboard: Services, clinic: Clinic) -> None:
    viewer = dashboard.for_viewer(clinic.identity("therapist"))
    viewer.database.identity = Identity(clinic.people["therapist"], datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(AccessDeniedError, match="sign in again"):
        viewer.list_sessions(SessionFilters())
    with pytest.raises(AccessDeniedError, match="Nobody is signed in"):
        dashboard.for_viewer(None)  # type: ignore[arg-type]


def test_an_account_with_a_second_factor_counts_only_with_it(dashboard: Services, clinic: Clinic) -> None:
    person = clinic.people["therapist"]
    with psycopg.connect(clinic.url) as connection:
        connection.execute("update app.user_profiles set mfa_required = true where user_id = %s", (person,))
    assert _codes(dashboard.for_viewer(clinic.identity("therapist"))) == []
    with_factor = Identity.from_claims(clinic.claims("therapist", aal="aal2"))
    assert len(_codes(dashboard.for_viewer(with_factor))) == 2


def test_another_therapists_session_does_not_exist(dashboard: Services, clinic: Clinic) -> None:
    viewer = dashboard.for_viewer(clinic.identity("therapist"))
    with pytest.raises(NotFoundError, match="no session 'P002S001'"):
        viewer.load_review("P002S001")
    with pytest.raises(NotFoundError, match="no session 'P002S001'"):
        viewer.save_inputs("P002S001", SessionInputs(perceived_effort_cr10=5))
    with pytest.raises(NotFoundError, match="no session 'P002S001'"):
        viewer.retry_session("P002S001")


def test_a_researcher_reads_but_changes_nothing(dashboard: Services, clinic: Clinic) -> None:
    viewer = dashboard.for_viewer(clinic.identity("researcher"))
    with pytest.raises(NotFoundError, match="no session 'P001S001'"):
        viewer.save_inputs("P001S001", SessionInputs(perceived_effort_cr10=5))
    with pytest.raises(NotFoundError, match="no session 'P001S001'"):
        viewer.reprocess_session("P001S001")
    with pytest.raises(AccessDeniedError, match="may not be added"):
        viewer.save_upload("P001", "a.c3d", b"")


def test_a_therapist_uploads_to_own_and_new_patients_only(dashboard: Services, clinic: Clinic) -> None:
    viewer, data = dashboard.for_viewer(clinic.identity("therapist")), make_c3d()
    assert viewer.save_upload("P001", "a.c3d", data).session_code == "P001S003"
    assert viewer.save_upload("P050", "b.c3d", data).session_code == "P050S001"
    with pytest.raises(AccessDeniedError, match="P002 may not be added"):
        viewer.save_upload("P002", "c.c3d", data)
    assert not list(Path(viewer.settings.bucket_dir).glob("P002/*"))
    assert "P050S001" in _codes(viewer)
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        viewer.ingest(
            StorageEvent("INSERT", "b", "P002/x.c3d", "v1", 1, "upload", {}), event_id="e", correlation_id="c"
        )


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(dashboard: Services, clinic: Clinic) -> None:
    viewer = dashboard.for_viewer(clinic.identity("therapist"))
    seen = viewer.inputs_revision("P001S002")
    viewer.save_inputs("P001S002", SessionInputs(perceived_effort_cr10=5), expected_revision=seen)
    with pytest.raises(EditConflictError, match="Somebody else changed"):
        viewer.save_inputs("P001S002", SessionInputs(bfr_percent_aop=50), expected_revision=seen)
    inputs = viewer.load_review("P001S002").inputs
    assert (inputs.perceived_effort_cr10, inputs.bfr_percent_aop) == (5, None)


def test_without_sign_in_the_local_clinician_sees_everything(dashboard: Services) -> None:
    local = dashboard.for_viewer(LOCAL_CLINICIAN)
    assert len(_codes(local)) == 6
    assert local.list_parked_files() == []
    local.save_inputs("P001S002", SessionInputs(perceived_effort_cr10=4))
    local.retry_session("P001S002")


def test_listener_and_worker_do_their_work_under_their_own_roles(settings: Settings, clinic: Clinic) -> None:
    event = StorageEvent("INSERT", settings.storage_bucket, "P001/z.c3d", "v1", 1, "webhook", {})
    with closing_services(build_services(settings, clinic.url_of("app_listener"))) as listener:
        outcome = listener.ingest(event, event_id="new", correlation_id="c")
        assert outcome.session_code == "P001S003"
        assert listener.record_ignored("other", {}, "nothing to do") is True
        status = listener.session_status("P001S003")
        assert status is not None
        assert status["status"] == "pending"
        assert listener.check_ready()["waiting"] > 0
        with pytest.raises(AccessDeniedError, match="under this sign-in"):
            listener.list_patient_codes()
    (settings.bucket_dir / "P001").mkdir(parents=True)
    for name in ("z.c3d", "never announced.c3d"):
        (settings.bucket_dir / "P001" / name).write_bytes(make_c3d())
    with closing_services(build_services(settings, clinic.url_of("app_worker"))) as worker:
        assert worker.analyse_session(str(outcome.session_id)) == "completed"
        assert worker.reconcile() == 1
        worker.rescue_orphans()
        with pytest.raises(AccessDeniedError, match="under this sign-in"):
            worker.database.fetch_all("select * from app.patient_identities")
    with closing_services(build_services(settings, clinic.url)) as owner:
        row = owner.database.fetch_one(
            "select c.name from app.performance_scores s join app.scoring_configuration c"
            " on c.id = s.scoring_configuration_id where s.session_id = %(id)s",
            {"id": outcome.session_id},
        )
        assert row == {"name": "trial"}


def test_a_therapist_judges_a_result_again_but_cannot_make_one(
    dashboard: Services, settings: Settings, clinic: Clinic
) -> None:
    viewer = dashboard.for_viewer(clinic.identity("therapist"))
    code = viewer.save_upload("P001", "a.c3d", make_c3d()).session_code
    assert code is not None
    with closing_services(build_services(settings, clinic.url_of("app_worker"))) as worker:
        assert worker.analyse_session(viewer.load_review(code).summary.session_id) == "completed"
    before = viewer.load_review(code).result
    viewer.save_inputs(code, SessionInputs(perceived_effort_cr10=5, mvc_left_uv=250, mvc_right_uv=250))
    after = viewer.load_review(code).result
    assert before is not None
    assert after is not None
    assert (before.score.effort, after.score.effort) == (None, 100)
    assert after.channels[0].mvc is not None
    assert after.channels[0].mvc.source == "session"
    assert after.version == before.version == 1


def test_on_the_embedded_server_each_program_is_its_own_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=tmp_path / "data")
    with database_url(settings) as url:
        upgrade(url)
        programs: tuple[Program, ...] = ("dashboard", "listener", "worker")
        for program in programs:
            with open_services(settings, program=program) as services:
                row = services.database.fetch_one("select current_user as name")
                assert row == {"name": f"app_{program}"}
        with open_services(settings, program="dashboard") as services:
            assert services.for_viewer(LOCAL_CLINICIAN).list_sessions(SessionFilters()) == []


def test_a_hosted_program_takes_its_own_address_before_the_common_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@db/app")
    monkeypatch.setenv("DATABASE_URL_LISTENER", "postgresql://app_listener@db/app")
    settings = Settings()
    assert settings.database_url_of("listener") == "postgresql://app_listener@db/app"
    assert settings.database_url_of("worker") == settings.database_url_of(None) == "postgresql://owner@db/app"
    told = program_address(settings, "postgresql://owner@db/app", "listener")
    assert set(told.values()) == {"postgresql://app_listener@db/app"}
