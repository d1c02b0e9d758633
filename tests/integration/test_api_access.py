"""Who may ask the API for what: every route, every role, every kind of credentials."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from processing.cli.main import main
from processing.errors import AccessDeniedError, InvalidParameterError, NotFoundError
from processing.use_cases.api_keys import ALL_SCOPES, SCOPES
from rest_api.models.documents import SessionDocument
from tests.builders import make_c3d
from tests.integration.api_people import FILE, FOREIGN, OWN, ApiPeople, api_people, bearer, days_ago

# What each may get. own and foreign: a therapist, of their patient and of a colleague's. ok is any success. Numbers are
# refusals: 403 may not, 404 does not exist for them, 409 might if the run had ended, 422 nothing that they see matches.
MATRIX = """
operation                                       scope      own  foreign  researcher  administrator
GET /sessions                                   read       ok   ok       ok          ok
POST /sessions                                  upload     ok   403      403         ok
GET /sessions/{code}                            read       ok   404      ok          ok
GET /sessions/{code}/versions                   read       ok   404      ok          ok
GET /sessions/{code}/versions/{version}         read       ok   404      ok          ok
GET /signals/jit/{session}/channels             read       ok   404      ok          ok
GET /signals/jit/{session}/{channel}            read       ok   404      ok          ok
POST /analyses                                  stateless  ok   ok       ok          ok
POST /sessions/{code}/dry-run                   analyse    403  403      ok          ok
POST /sessions/{code}/reanalyse                 analyse    ok   404      404         ok
POST /research/runs                             analyse    403  422      ok          ok
GET /research/runs                              analyse    ok   ok       ok          ok
GET /research/runs/{run}                        analyse    404  404      ok          ok
GET /research/runs/{run}/sessions               analyse    404  404      ok          ok
POST /research/runs/{run}/apply                 analyse    403  403      409         409
POST /research/runs/{run}/cancel                analyse    404  404      ok          ok
GET /sessions/{code}/export                     export     ok   404      ok          ok
GET /sessions/{code}/signals/export             export     ok   404      ok          ok
GET /sessions/{code}/recording                  export     ok   404      403         ok
GET /sessions/{code}/report                     export     ok   404      403         ok
POST /exports                                   export     ok   404      ok          ok
GET /patients                                   read       ok   ok       ok          ok
GET /patients/{code}/timeline                   read       ok   404      ok          ok
GET /patients/{code}/adherence                  read       ok   404      ok          ok
GET /scoring-configurations                     read       ok   ok       ok          ok
GET /scoring-configurations/{configuration_id}  read       ok   ok       ok          ok
"""

_HEADER, *_LINES = [line.split() for line in MATRIX.strip().splitlines()]
ROWS = {f"{line[0]} {line[1]}": dict(zip(_HEADER[1:], line[2:], strict=True)) for line in _LINES}
_POSTED = make_c3d(contractions_s=[(2.0, 4.5)], duration_s=10.0, seed=9)


@pytest.fixture(scope="module")
def people(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiPeople]:
    with api_people(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


def ask(
    client: httpx.Client, operation: str, headers: dict[str, str] | None = None, *, code: str = OWN
) -> httpx.Response:
    """Send a request that would succeed for whoever may."""
    method, path = operation.split()
    patient = code[:4]
    where = path.format(
        code=patient if path.startswith("/patients") else code,
        session=code,
        channel="CH1",
        version=1,
        run=1,
        configuration_id=1,
    )
    return client.request(method, f"/api/v1{where}", headers=headers, **_asked(operation, code))


def _asked(operation: str, code: str) -> dict[str, Any]:
    """Return query and body of an operation that needs some."""
    return {
        "POST /sessions": {"params": {"patient_code": code[:4], "file_name": FILE}, "content": _POSTED},
        "POST /analyses": {"params": {"file_name": FILE}, "content": _POSTED},
        "POST /sessions/{code}/dry-run": {"json": {"settings": {"min_contraction_s": 0.2}}},
        "POST /research/runs": {
            "json": {
                "title": "Tried",
                "selection": {"session_codes": [code], "statuses": ["completed", "reprocessing"]},
                "settings": {"min_contraction_s": 0.2},
            }
        },
        "POST /research/runs/{run}/apply": {"json": {"reason": "It is better."}},
        "GET /sessions/{code}/export": {"params": {"format": "json"}},
        "GET /sessions/{code}/signals/export": {"params": {"format": "csv"}},
        "POST /exports": {"json": {"format": "json", "session_codes": [code]}},
    }.get(operation, {})


def outcome(answer: httpx.Response) -> str:
    """Return what the matrix calls an answer."""
    return "ok" if answer.is_success else str(answer.status_code)


def refusal(answer: httpx.Response) -> str:
    """Return the kind of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).removeprefix("urn:ghostly:problem:")


def test_the_matrix_covers_every_operation_and_its_scope(people: ApiPeople) -> None:
    paths = people.hosted.get("/api/v1/openapi.json").json()["paths"]
    described = {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation.get("security")
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    public = {operation for operation, security in described.items() if security is None}
    assert public == {"GET /health"}
    scopes = {name: security for name, security in described.items() if name not in public}
    assert scopes == {operation: [{"bearer": [row["scope"]]}] for operation, row in ROWS.items()}


@pytest.mark.parametrize(
    ("column", "person", "code"),
    [
        ("own", "therapist", OWN),
        ("foreign", "therapist", FOREIGN),
        ("researcher", "researcher", OWN),
        ("administrator", "administrator", OWN),
    ],
)
def test_people_get_what_the_matrix_says(people: ApiPeople, column: str, person: str, code: str) -> None:
    found = {
        operation: outcome(ask(people.hosted, operation, people.token(person), code=code))
        for operation in ROWS
    }
    assert found == {operation: row[column] for operation, row in ROWS.items()}


def test_without_sign_in_this_computer_is_the_local_clinician(people: ApiPeople) -> None:
    found = {operation: outcome(ask(people.home, operation)) for operation in ROWS}
    assert found == {operation: row["administrator"] for operation, row in ROWS.items()}


def test_whoever_is_nobody_gets_nothing(people: ApiPeople) -> None:
    key_id, revoked = people.key("administrator", *ALL_SCOPES)
    people.operator.api_keys.revoke(key_id)
    expired_id, expired = people.key("administrator", *ALL_SCOPES)
    with psycopg.connect(people.clinic.url) as connection:
        connection.execute(
            "update app.api_keys set created_at = now() - interval '2 days', expires_at = now() - interval '1 s'"
            " where key_id = %s",
            (expired_id,),
        )
    nobody: dict[str, tuple[dict[str, str], int, str]] = {
        "no credentials": ({}, 401, "not-signed-in"),
        "garbage": (bearer("x"), 401, "not-signed-in"),
        "another scheme": ({"Authorization": "Basic eDp4"}, 401, "not-signed-in"),
        "expired token": (people.token("administrator", exp=days_ago(1)), 401, "not-signed-in"),
        "service role": (people.token("administrator", role="service_role"), 401, "not-signed-in"),
        "another audience": (people.token("administrator", aud="x"), 401, "not-signed-in"),
        "unknown key": (bearer("ghk_abcdefghijkm_" + "x" * 43), 401, "not-signed-in"),
        "revoked key": (revoked, 401, "not-signed-in"),
        "expired key": (expired, 401, "not-signed-in"),
        "inactive account": (people.token("dismissed"), 403, "account-not-admitted"),
        "no profile": (people.token("stranger"), 403, "account-not-admitted"),
    }
    found = {
        (who, operation): (answer.status_code, refusal(answer))
        for who, (headers, _, _) in nobody.items()
        for operation in ROWS
        for answer in [ask(people.hosted, operation, headers)]
    }
    assert found == {
        (who, operation): (status, kind) for who, (_, status, kind) in nobody.items() for operation in ROWS
    }


def test_a_key_does_what_its_scopes_name_and_nothing_else(people: ApiPeople) -> None:
    for scope in SCOPES:
        _, header = people.key("researcher", scope)
        allowed = {
            operation
            for operation in ROWS
            for answer in [ask(people.hosted, operation, header)]
            if answer.is_success or refusal(answer) != "missing-scope"
        }
        assert allowed == {operation for operation, row in ROWS.items() if row["scope"] == scope}


def test_a_key_sees_what_its_owner_sees(people: ApiPeople) -> None:
    _, header = people.key("therapist", "read")
    assert ask(people.hosted, "GET /sessions/{code}", header, code=OWN).status_code == 200
    assert ask(people.hosted, "GET /sessions/{code}", header, code=FOREIGN).status_code == 404
    patients = people.hosted.get("/api/v1/patients", headers=header).json()["patients"]
    assert [patient["code"] for patient in patients] == ["P001"]


def test_refusals_of_keys_are_all_alike_and_name_the_scheme(people: ApiPeople) -> None:
    key_id, header = people.key("administrator", "read")
    assert ask(people.hosted, "GET /sessions", header).status_code == 200
    people.operator.api_keys.revoke(key_id)
    wrong_secret = bearer(f"ghk_{key_id}_" + "x" * 43)
    answers = [
        ask(people.hosted, "GET /sessions", each)
        for each in (header, wrong_secret, bearer("ghk_abcdefghijkm_" + "x" * 43), bearer("ghk_short"))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert all(answer.headers["www-authenticate"].startswith("Bearer ") for answer in answers)


def test_an_account_with_a_second_factor_is_asked_for_it(people: ApiPeople) -> None:
    with psycopg.connect(people.clinic.url) as connection:
        connection.execute(
            "update app.user_profiles set mfa_required = true where user_id = %s",
            (people.clinic.people["colleague"],),
        )
    once = ask(people.hosted, "GET /sessions", people.token("colleague"))
    assert (once.status_code, refusal(once)) == (403, "account-not-admitted")
    assert "second factor" in once.json()["detail"]
    assert ask(people.hosted, "GET /sessions", people.token("colleague", aal="aal2")).status_code == 200
    with pytest.raises(InvalidParameterError, match="second factor"):
        people.key("colleague", "read")


def test_only_the_hash_of_a_key_is_kept_and_its_use_is_noted(people: ApiPeople) -> None:
    with capture_logs() as logs:
        key_id, header = people.key("researcher", "read")
        assert ask(people.hosted, "GET /sessions", header).status_code == 200
        assert (
            ask(people.hosted, "GET /patients", bearer(header["Authorization"][7:] + "x")).status_code == 401
        )
    secret = header["Authorization"].split("_", 2)[2]  # which may hold more of these
    with psycopg.connect(people.clinic.url) as connection:
        rows = connection.execute("select k::text from app.api_keys k").fetchall()
        entries = connection.execute(
            "select l.action, l::text from app.audit_log l where table_name = 'api_keys' and row_key = %s",
            (key_id,),
        ).fetchall()
        used = connection.execute(
            "select last_used_at from app.api_keys where key_id = %s", (key_id,)
        ).fetchone()
    assert [action for action, _ in entries] == ["insert"]
    assert "secret" not in entries[0][1]
    assert secret not in str(rows) + str(entries) + str(logs)
    assert used is not None
    assert used[0] is not None


def test_what_a_key_reads_is_in_the_audit_log_under_its_owner(people: ApiPeople) -> None:
    key_id, header = people.key("researcher", "read")
    for _ in range(3):
        assert ask(people.hosted, "GET /sessions/{code}", header).status_code == 200
    with psycopg.connect(people.clinic.url) as connection:
        found = connection.execute(
            "select actor, action, row_key, program from app.audit_log where reason = %s",
            (f"REST API, key {key_id}",),
        ).fetchall()
    assert found == [(people.clinic.people["researcher"], "read", OWN, "app_dashboard")]


def test_researchers_get_no_dates_names_or_file_names(people: ApiPeople) -> None:
    told = {
        person: {
            word
            for operation in ROWS
            if operation.startswith("GET") and ROWS[operation]["scope"] == "read"
            for text in [ask(people.hosted, operation, people.token(person)).text]
            for word in ("2026-03-0", "2026-03-10", "Mrs Peeters", FILE, f"{date.today():%Y-%m-}")
            if word in text and "/scoring" not in operation
        }
        for person in ("researcher", "therapist")
    }
    assert told["researcher"] == set()
    assert len(told["therapist"]) == 5  # there is something to hide
    dated = people.hosted.get(
        "/api/v1/sessions", params={"recorded_from": "2026-03-01"}, headers=people.token("researcher")
    )
    assert dated.status_code == 403


def test_a_session_s_document_is_what_its_description_says_and_no_more(people: ApiPeople) -> None:
    for person in ("therapist", "researcher"):
        answer = ask(people.hosted, "GET /sessions/{code}", people.token(person)).json()
        described = SessionDocument.model_validate(answer)
        assert described.model_dump(by_alias=True, mode="json") == answer
        assert len(described.corrections.log) == 2


def test_people_see_and_withdraw_their_own_keys_but_make_none(people: ApiPeople) -> None:
    key_id, header = people.key("therapist", "read")
    own = people.operator.for_viewer(people.clinic.identity("therapist")).api_keys
    other = people.operator.for_viewer(people.clinic.identity("researcher")).api_keys
    with pytest.raises(AccessDeniedError, match="operator"):
        own.create("Mine", ["read"], days=1, owner=people.clinic.people["therapist"])
    assert key_id not in [key.key_id for key in other.list()]
    with pytest.raises(NotFoundError, match=key_id):
        other.revoke(key_id)
    own.revoke(key_id)
    assert [key.state(key.expires_at) for key in own.list() if key.key_id == key_id] == ["revoked"]
    assert ask(people.hosted, "GET /sessions", header).status_code == 401


def test_the_command_makes_lists_and_revokes_keys(
    people: ApiPeople, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(people.operator.settings.data_dir)
    monkeypatch.setenv("DATABASE_URL", people.clinic.url)
    assert main(["api-key", "create", "night", "--scope", "read", "--owner", "researcher@x.test"]) == 0
    shown = capsys.readouterr()
    header = bearer(shown.out.strip())
    assert ask(people.hosted, "GET /sessions", header).status_code == 200
    key_id = shown.out.split("_")[1]
    assert main(["api-key", "list"]) == 0
    listed = capsys.readouterr().out
    assert key_id in listed
    assert shown.out.strip() not in listed
    assert main(["api-key", "revoke", key_id]) == 0
    assert ask(people.hosted, "GET /sessions", header).status_code == 401
    assert main(["api-key", "create", "x", "--scope", "read", "--owner", "nobody@x.test"]) == 1
    assert "There is no active account 'nobody@x.test'" in capsys.readouterr().err
