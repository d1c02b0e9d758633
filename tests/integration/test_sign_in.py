"""From a password at the sign-in server to the rows of the database, and no further than each person's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from processing.database import Database
from processing.database.profiles import give_to_local_therapist
from processing.errors import AccessDeniedError, NotFoundError
from processing.services import (
    LOCAL_CLINICIAN,
    LOCAL_RESEARCHER,
    LOCAL_THERAPIST,
    Services,
    build_services,
    closing_services,
    identity_behind,
)
from processing.settings import Settings
from processing.sign_in import SignInDesk, SignInEndedError
from processing.use_cases.profile import ViewerProfile
from processing.use_cases.read_models import SessionFilters
from tests.auth_server import ANON_KEY, AuthServer, auth_server, totp
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

SECRET = b"12345678901234567890"


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


@pytest.fixture
def server(clinic: Clinic) -> Iterator[AuthServer]:
    """The clinic's people, as the sign-in server knows them."""
    with auth_server() as running:
        for name, user in clinic.people.items():
            running.add_user(f"{name}@x.test", id=str(user))
        yield running


@pytest.fixture
def desk(server: AuthServer) -> Iterator[SignInDesk]:
    with closing(SignInDesk(server.url, ANON_KEY)) as opened:
        yield opened


@pytest.fixture
def dashboard(settings: Settings, clinic: Clinic) -> Iterator[Services]:
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as built:
        yield built


def _enter(desk: SignInDesk, person: str) -> str:
    return desk.enter_with_password(f"{person}@x.test", "correct horse", address=None).key


def _as(dashboard: Services, desk: SignInDesk, person: str) -> Services:
    return dashboard.for_viewer(identity_behind(desk, _enter(desk, person)))


def _codes(services: Services) -> list[str]:
    return sorted(session.session_code for session in services.list_sessions(SessionFilters()))


def test_each_person_sees_their_own_rows(dashboard: Services, desk: SignInDesk) -> None:
    ann, bob = _as(dashboard, desk, "therapist"), _as(dashboard, desk, "colleague")
    assert _codes(ann) == ["P001S001", "P001S002"]
    assert _codes(bob) == ["P002S001", "P002S002"]
    assert len(_codes(_as(dashboard, desk, "administrator"))) == 6
    assert _codes(_as(dashboard, desk, "stranger")) == []
    assert _codes(ann) == ["P001S001", "P001S002"]


def test_a_trace_in_the_cache_is_of_no_use_to_a_colleague_or_after_signing_out(
    dashboard: Services, desk: SignInDesk, settings: Settings, clinic: Clinic
) -> None:
    key = _enter(desk, "therapist")
    ann, bob = dashboard.for_viewer(identity_behind(desk, key)), _as(dashboard, desk, "colleague")
    code = ann.save_upload("P001", "a.c3d", make_c3d()).session_code
    assert code is not None
    with closing_services(build_services(settings, clinic.url_of("app_worker"))) as worker:
        worker.analyse_session(ann.load_review(code).summary.session_id)
    assert ann.load_traces(ann.load_review(code))
    (settings.bucket_dir / "P001" / "a.c3d").unlink()
    assert ann.load_traces(ann.load_review(code))  # from memory: there is no file any more
    with pytest.raises(NotFoundError, match="There is no session"):
        bob.load_review(code)
    review = ann.load_review(code)
    desk.leave(key)
    with pytest.raises(SignInEndedError):  # a page left open holds the review, and still draws nothing
        ann.load_traces(review)


def test_services_of_an_open_page_go_on_after_a_refresh(
    dashboard: Services, desk: SignInDesk, server: AuthServer
) -> None:
    server.lifetime_s = 2
    ann = _as(dashboard, desk, "therapist")
    assert len(_codes(ann)) == 2
    server.lifetime_s = 3600
    time.sleep(2.1)
    assert len(_codes(ann)) == 2
    assert server.seen["token:refresh_token"] == 1


def test_an_expired_token_that_cannot_be_refreshed_reads_nothing(
    dashboard: Services, desk: SignInDesk, server: AuthServer
) -> None:
    server.lifetime_s = 1
    ann = _as(dashboard, desk, "therapist")
    server.revoke_everything()
    time.sleep(1.1)
    with pytest.raises(SignInEndedError, match="has ended at the sign-in server"):
        _codes(ann)


def test_signing_out_stops_what_a_page_still_holds(dashboard: Services, desk: SignInDesk) -> None:
    key = _enter(desk, "therapist")
    ann = dashboard.for_viewer(identity_behind(desk, key))
    desk.leave(key)
    with pytest.raises(SignInEndedError, match="You are signed out"):
        _codes(ann)


def test_an_identity_that_is_nobody_reads_nothing(dashboard: Services) -> None:
    with pytest.raises(AccessDeniedError, match="Nobody is signed in"):
        dashboard.for_viewer(lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(AccessDeniedError, match="under this sign-in"):
        _codes(dashboard)


def test_a_person_is_told_their_own_role(dashboard: Services, desk: SignInDesk, clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "update app.user_profiles set display_name = 'Anne Peeters', site = 'Leuven' where user_id = %s",
            (clinic.people["therapist"],),
        )
    assert _as(dashboard, desk, "therapist").viewer_profile() == ViewerProfile(
        "therapist", "Anne Peeters", "Leuven", "full"
    )
    assert _as(dashboard, desk, "stranger").viewer_profile() is None
    dismissed = _as(dashboard, desk, "dismissed").viewer_profile()
    assert dismissed is not None
    assert dismissed.standing == "inactive"


def test_where_a_second_factor_is_required_a_password_shows_nothing(
    dashboard: Services, desk: SignInDesk, server: AuthServer, clinic: Clinic
) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute(
            "update app.user_profiles set mfa_required = true where user_id = %s",
            (clinic.people["therapist"],),
        )
    alone = _as(dashboard, desk, "therapist")
    profile = alone.viewer_profile()
    assert profile is not None
    assert profile.standing == "second_factor"
    assert _codes(alone) == []
    server.users["therapist@x.test"].totp_secret = SECRET
    admission = desk.enter_with_password("therapist@x.test", "correct horse", address=None)
    key = desk.confirm_second_factor(admission.key, totp(SECRET), address=None)
    both = dashboard.for_viewer(identity_behind(desk, key))
    assert _codes(both) == ["P001S001", "P001S002"]


def test_an_access_token_that_the_server_made_for_itself_is_no_person(
    dashboard: Services, desk: SignInDesk, server: AuthServer, clinic: Clinic
) -> None:
    verifier = desk._verifier
    sub = str(clinic.people["administrator"])
    for forged in (
        server.mint(sub=sub, role="service_role"),
        server.mint(sub=sub, iss="https://evil.test/auth/v1"),
    ):
        with pytest.raises(AccessDeniedError):
            verifier.verify(forged)


def test_the_local_roles_are_limited_like_anybody(dashboard: Services, clinic: Clinic) -> None:
    with psycopg.connect(clinic.url) as connection:
        connection.execute("update app.patients set therapist = null where code in ('P001', 'P002')")
    with closing(Database(clinic.url, max_connections=1)) as owner:
        give_to_local_therapist(owner, ["P001", "P002", "P003"])
    therapist = dashboard.for_viewer(LOCAL_THERAPIST)
    assert _codes(therapist) == ["P001S001", "P001S002", "P002S001", "P002S002"]  # P003 is somebody's
    assert therapist.save_upload("P009", "first.c3d", make_c3d()).session_code == "P009S001"
    with pytest.raises(AccessDeniedError):
        therapist.save_upload("P003", "foreign.c3d", make_c3d())
    researcher = dashboard.for_viewer(LOCAL_RESEARCHER)
    assert len(_codes(researcher)) == 7
    with pytest.raises(AccessDeniedError):
        researcher.save_upload("P001", "b.c3d", make_c3d())
    assert len(_codes(dashboard.for_viewer(LOCAL_CLINICIAN))) == 7
