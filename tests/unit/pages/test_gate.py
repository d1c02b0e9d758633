"""Who gets in: every page, whichever way it is reached, for nobody, for each role, and for accounts that lack one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from streamlit.errors import FragmentStorageKeyError
from streamlit.testing.v1 import AppTest

from pages._components import state
from pages._components.navigation import PAGES, PageEntry, Role
from pages._components.services import close_services
from pages._components.sign_in.desk import close_desk, get_desk
from processing.use_cases.profile import ProfileRole, Standing, ViewerProfile
from tests.auth_server import ANON_KEY, AuthServer, auth_server, totp
from tests.unit.pages.conftest import PAGES as FOLDER
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, database_away, every_state, opener

SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if path.name != "__init__.py")
CLOSED = [(entry, role) for entry in PAGES for role in ("therapist", "researcher") if role not in entry.roles]
SECRET = b"12345678901234567890"
SignedIn = Callable[..., AppTest]


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthServer]:
    """Sign-in is configured, at the double."""
    close_desk()
    close_services()
    with auth_server() as server:
        server.add_user("ann@clinic.test")
        server.add_user("mia@clinic.test", totp_secret=SECRET)
        monkeypatch.setenv("SUPABASE_URL", server.url)
        monkeypatch.setenv("SUPABASE_ANON_KEY", ANON_KEY)
        yield server
        close_desk()
        close_services()


@pytest.fixture
def signed_in(auth: AuthServer, monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    """Return a function that opens a script as somebody with a profile."""

    def run(script: str = "main.py", profile: ViewerProfile | None = None) -> AppTest:
        services = FakeServices(reviews=every_state(), profile=profile)
        monkeypatch.setattr("processing.services.open_services", opener(services))
        close_services()
        at = AppTest.from_file(FOLDER / script, default_timeout=30)
        at.session_state[state.SIGN_IN_KEY] = (
            get_desk().enter_with_password("ann@clinic.test", "correct horse", address=None).key
        )
        return at.run()

    return run


def _profile(role: ProfileRole, standing: Standing = "full") -> ViewerProfile:
    return ViewerProfile(role, "Anne Peeters", "Leuven", standing)


def _is_only_the_sign_in_page(at: AppTest) -> bool:
    assert not at.exception
    assert "P00" not in texts(at)
    return [title.value for title in at.title] == ["Sign in"] and not at.metric


def _press(at: AppTest) -> None:
    next(button for button in at.button if button.form_id).click().run()


def _refuse_to_open(*_: object, **__: object) -> None:
    raise AssertionError("the services were opened for nobody")


def test_every_page_file_is_in_the_list_that_decides_about_roles() -> None:
    assert {entry.file for entry in PAGES} == {*SCRIPTS} - {"main.py"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_page_run_by_itself_shows_nobody_more_than_the_sign_in_page(
    auth: AuthServer, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr("processing.services.open_services", _refuse_to_open)
    assert _is_only_the_sign_in_page(AppTest.from_file(FOLDER / script, default_timeout=30).run())


def test_a_script_that_is_in_no_list_is_closed_for_everybody(launch: Launch) -> None:
    def script() -> None:
        import streamlit as st

        from pages._components.gate import guard

        guard()
        st.write("P001S001")

    launch(FakeServices())
    at = AppTest.from_function(script, default_timeout=30).run()
    assert "is not part of the work of a" in at.warning[0].value
    assert "P00" not in texts(at)


@pytest.mark.parametrize("key", ["", "made-up", "x" * 5000])
def test_a_made_up_key_opens_nothing(auth: AuthServer, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr("processing.services.open_services", _refuse_to_open)
    at = AppTest.from_file(FOLDER / "main.py", default_timeout=30)
    at.session_state[state.SIGN_IN_KEY] = key
    assert _is_only_the_sign_in_page(at.run())


def test_a_right_password_opens_the_pages(signed_in: SignedIn) -> None:
    at = signed_in(profile=_profile("therapist"))
    assert at.title[0].value.startswith("Today")
    assert "**Anne Peeters**  \nTherapist, Leuven" in texts(at)


@pytest.mark.parametrize(("entry", "role"), CLOSED, ids=lambda value: getattr(value, "file", value))
def test_a_page_of_another_role_stays_closed_and_says_why(
    signed_in: SignedIn, entry: PageEntry, role: ProfileRole
) -> None:
    at = signed_in(entry.file, _profile(role))
    assert [title.value for title in at.title] == [entry.title]
    assert f"is not part of the work of a {role}" in at.warning[0].value
    assert "P00" not in texts(at)


def test_a_researcher_who_types_the_address_of_upload_is_told_in_words(signed_in: SignedIn) -> None:
    at = signed_in(profile=_profile("researcher"))
    at.switch_page("upload.py").run()
    assert "“Upload” is not part of the work of a researcher" in at.warning[0].value
    assert not at.get("file_uploader")


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (None, "Your account has no role yet: ask an administrator."),
        (_profile("therapist", "inactive"), "not active any more"),
        (_profile("therapist", "second_factor"), "second factor"),
    ],
)
@pytest.mark.parametrize("script", ["main.py", "sessions.py"])
def test_an_account_that_lacks_something_is_told_what(
    signed_in: SignedIn, profile: ViewerProfile | None, said: str, script: str
) -> None:
    at = signed_in(script, profile)
    assert said in at.warning[0].value
    assert "P00" not in texts(at)
    at.button(key="sign-out").click().run()
    assert _is_only_the_sign_in_page(at)


def test_signing_in_by_the_form_leads_to_the_page(
    auth: AuthServer, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", auth.url)
    at = launch(FakeServices(reviews=every_state(), profile=_profile("administrator")))
    at.text_input[0].set_value("ann@clinic.test")
    at.text_input[1].set_value("wrong")
    _press(at)
    assert "do not belong together" in at.error[0].value
    at.text_input[1].set_value("correct horse")
    _press(at)
    assert at.title[0].value == "Sessions"


def test_a_second_factor_is_asked_for(
    auth: AuthServer, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", auth.url)
    at = launch(FakeServices(reviews=every_state(), profile=_profile("administrator")))
    at.text_input[0].set_value("mia@clinic.test")
    at.text_input[1].set_value("correct horse")
    _press(at)
    assert at.text_input[0].label == "Code from your authenticator app"
    assert _is_only_the_sign_in_page(at)
    at.text_input[0].set_value("000000")
    _press(at)
    assert "not right" in at.error[0].value
    at.text_input[0].set_value(totp(SECRET))
    _press(at)
    assert at.title[0].value == "Sessions"


def test_a_code_by_email_opens_the_pages(
    auth: AuthServer, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", auth.url)
    at = launch(FakeServices(reviews=every_state(), profile=_profile("administrator")))
    at.segmented_control(key="sign_in:way").set_value("Code by e-mail").run()
    at.text_input[0].set_value("ann@clinic.test")
    _press(at)
    assert "If this address has an account" in texts(at)
    at.text_input[1].set_value(auth.mailbox[0][1])
    _press(at)
    assert at.title[0].value == "Sessions"


def test_signing_out_forgets_everything_of_this_tab(signed_in: SignedIn, auth: AuthServer) -> None:
    at = signed_in(profile=_profile("therapist"))
    at.session_state[state.CURRENT_SESSION] = "P001S001"
    at.button(key="sign-out").click().run()
    assert _is_only_the_sign_in_page(at)
    assert at.info[0].value == "You are signed out."
    assert state.CURRENT_SESSION not in at.session_state
    assert not auth.sessions


def test_why_a_sign_in_ended_is_still_said_when_the_page_runs_once_more(signed_in: SignedIn) -> None:
    at = signed_in(profile=_profile("therapist"))
    key = at.session_state[state.SIGN_IN_KEY]
    get_desk().sessions.remove(key, "You were signed out after 0.5 minutes without activity.")
    for _ in range(2):  # each part of a page that finds out runs it
        assert _is_only_the_sign_in_page(at.run())
        assert at.info[0].value == "You were signed out after 0.5 minutes without activity."
    at.session_state[state.LANGUAGE_CHOSEN] = "fr"
    assert "0,5 minutes" in at.run().info[0].value


def test_the_next_person_in_a_tab_finds_nothing_of_the_one_before(
    signed_in: SignedIn, auth: AuthServer
) -> None:
    at = signed_in(profile=_profile("therapist"))
    at.session_state[state.CURRENT_SESSION] = "P001S001"
    at.session_state[state.FILTER_PATIENT] = "P001"
    auth.add_user("bob@clinic.test")
    at.session_state[state.SIGN_IN_KEY] = (
        get_desk().enter_with_password("bob@clinic.test", "correct horse", address=None).key
    )
    at.run()
    assert state.CURRENT_SESSION not in at.session_state


def test_the_database_being_away_is_told_calmly_at_the_gate(
    auth: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = database_away()
    monkeypatch.setattr(services, "viewer_profile", services.list_patient_codes)
    monkeypatch.setattr("processing.services.open_services", opener(services))
    at = AppTest.from_file(FOLDER / "main.py", default_timeout=30)
    at.session_state[state.SIGN_IN_KEY] = (
        get_desk().enter_with_password("ann@clinic.test", "correct horse", address=None).key
    )
    assert "did not answer" in at.run().warning[0].value
    assert state.SIGN_IN_KEY in at.session_state


def test_the_sign_in_server_being_away_is_told_calmly(
    auth: AuthServer, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", auth.url)
    auth.away = True
    at = launch(FakeServices())
    at.text_input[0].set_value("ann@clinic.test")
    at.text_input[1].set_value("correct horse")
    _press(at)
    assert "does not answer" in at.warning[0].value
    assert not at.error


def test_sign_in_without_its_key_keeps_the_dashboard_closed(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", "https://example.supabase.co")
    monkeypatch.delenv("SUPABASE_ANON_KEY", raising=False)
    at = launch(FakeServices(reviews=every_state()))
    assert "SUPABASE_ANON_KEY is not" in at.warning[0].value
    assert "P00" not in texts(at)


# --- without sign-in


def test_the_local_clinician_may_look_in_another_role(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()))
    at.session_state[state.CURRENT_SESSION] = "P001S001"
    at.radio(key="local_role:switch").set_value("researcher").run()
    assert "**Local clinician**  \nResearcher" in texts(at)
    assert state.CURRENT_SESSION not in at.session_state
    at.switch_page("upload.py").run()
    assert "“Upload” is not part of the work of a researcher" in at.warning[0].value
    at.radio(key="local_role:switch").set_value("therapist").run()
    assert at.get("file_uploader")


@pytest.mark.parametrize("role", ["therapist", "researcher", "administrator"])
def test_the_services_act_for_the_role_that_is_looked_in(
    launch: Launch, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    from pages._components.sign_in.current import LOCAL_IDENTITIES

    services, asked = FakeServices(reviews=every_state()), []
    monkeypatch.setattr(services, "for_viewer", lambda identity: asked.append(identity) or services)
    at = launch(services)
    asked.clear()
    at.radio(key="local_role:switch").set_value(role).run()
    assert set(asked) == {LOCAL_IDENTITIES[role]}


def test_a_page_that_runs_by_itself_does_not_keep_a_sign_in_alive(signed_in: SignedIn) -> None:
    at = signed_in(profile=_profile("therapist"))
    session = get_desk().session(at.session_state[state.SIGN_IN_KEY])
    session.tells_activity, session.used_at = True, session.used_at - 60
    before = session.used_at
    at.run()
    assert session.used_at == before
    session.tells_activity = False
    at.run()
    assert session.used_at > before


def test_a_name_is_shown_as_it_is_and_calls_no_other_server(signed_in: SignedIn) -> None:
    at = signed_in(profile=ViewerProfile("therapist", "![x](http://evil.test/a.png)", "[y](z)", "full"))
    assert not at.exception
    assert "![x](" not in texts(at)
    assert "[y](z)" not in texts(at)


def test_an_address_with_a_nul_is_that_of_the_page_alone(launch: Launch) -> None:
    def script() -> None:
        from pages._components.gate import guard

        guard("sessions.py")

    launch(FakeServices())
    at = AppTest.from_function(script, default_timeout=30)
    at.query_params["session"], at.query_params["from"] = "P001S001\0", "1.00"
    assert at.run().query_params == {"from": "1.00"}


def test_without_sign_in_a_proxy_lets_nobody_at_another_computer_in(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._components.gate.client_address", lambda: "203.0.113.9")
    at = launch(FakeServices(reviews=every_state())).run()
    assert [title.value for title in at.title] == ["Sign-in needed"]
    assert "You are at another computer" in at.warning[0].value
    assert "P00" not in texts(at)


def test_a_page_that_ends_early_forgets_the_parts_of_the_page_before(auth: AuthServer) -> None:
    """Else a list that looks once more is drawn into the sign-in page, and the browser shows nothing at all."""

    def script() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        from pages._components.gate import guard

        @st.fragment(key="of-this-page")
        def part() -> None:
            st.write("still here")

        run = get_script_run_ctx()
        assert run is not None
        run.fragment_storage.register("of the page before", lambda: None)
        part()
        st.session_state["kept"] = run.fragment_storage
        guard("today.py")

    at = AppTest.from_function(script, default_timeout=30).run()
    assert not at.exception
    kept = at.session_state["kept"]
    with pytest.raises(FragmentStorageKeyError):
        kept.lookup("of the page before")
    assert len(kept._fragments) == 1
