"""A small clinic in a database: two therapists with a patient each, a researcher, an administrator, a stranger."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from processing.c3d import read_recording
from processing.services import Identity
from processing.use_cases.analyse import analyse_bytes
from processing.use_cases.document import (
    channel_to_plain,
    metadata_to_plain,
    parameters_to_plain,
    score_to_plain,
)
from tests.builders import make_c3d

_PEOPLE = {
    "therapist": "therapist",
    "colleague": "therapist",
    "researcher": "researcher",
    "administrator": "administrator",
    "dismissed": "therapist",
    "stranger": None,
}


@dataclass(frozen=True)
class Clinic:
    """Where it is and who is who. Patient P001 is the therapist's, P002 the colleague's, P003 nobody's."""

    url: str
    people: dict[str, UUID] = field(default_factory=lambda: {name: uuid4() for name in _PEOPLE})
    patients: dict[str, UUID] = field(default_factory=dict)
    sessions: dict[str, UUID] = field(default_factory=dict)

    def claims(self, person: str, **changes: Any) -> dict[str, Any]:
        """Return the claims of a valid token; a change to None leaves that claim out."""
        claims = {
            "sub": str(self.people[person]),
            "role": "authenticated",
            "aal": "aal1",
            "exp": int(time.time()) + 600,
        }
        return {key: value for key, value in (claims | changes).items() if value is not None}

    def identity(self, person: str) -> Identity:
        return Identity.from_claims(self.claims(person))

    def url_of(self, login_role: str) -> str:
        return make_conninfo(self.url, user=login_role)

    @contextmanager
    def connected(
        self,
        login_role: str,
        claims: Mapping[str, Any] | None = None,
        *,
        role: LiteralString | None = "authenticated",
    ) -> Iterator[psycopg.Connection[Any]]:
        """Yield a transaction of a login role, acting for somebody if claims are given, and undo it."""
        with psycopg.connect(self.url_of(login_role)) as connection:
            if claims is not None:
                if role is not None:
                    connection.execute("select set_config('role', %s, true)", (role,))
                connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
            yield connection
            connection.rollback()


def make_clinic(url: str) -> Clinic:
    """Fill a migrated database with a row for every patient in every table."""
    clinic = Clinic(url)
    with psycopg.connect(url) as connection:
        for name, role in _PEOPLE.items():
            user = clinic.people[name]
            connection.execute("insert into auth.users (id, email) values (%s, %s)", (user, f"{name}@x.test"))
            if role is not None:
                connection.execute(
                    "insert into app.user_profiles (user_id, role, active) values (%s, %s, %s)",
                    (user, role, name != "dismissed"),
                )
        for number, therapist in enumerate(("therapist", "colleague", "dismissed"), start=1):
            _add_patient(connection, clinic, f"P00{number}", clinic.people[therapist])
        connection.execute("insert into app.reconciliation_runs (started_at, error_kind) values (now(), 'X')")
        connection.execute(
            "insert into app.notifications (kind, dedupe_key, body) values ('alert', 'first', '{}')"
        )
        connection.execute(
            "insert into app.erased_patients (code, reason, requested_by) values ('P999', 'Asked for it', 'X')"
        )
        connection.execute(
            "insert into app.scoring_configuration (name, version, configuration)"
            " select 'site', 1, configuration from app.scoring_configuration where protected"
        )
        connection.execute(
            "insert into app.scoring_choice (revision, configuration_id, reason)"
            " select 1, id, 'The trial' from app.scoring_configuration where protected"
        )
        connection.execute(
            "insert into app.reprocessing_runs (title, selection, n_items, correlation_id)"
            " values ('Tried', '{}', 3, 'c')"
        )
        connection.execute(
            "insert into app.reprocessing_items (run_id, number, session_id)"
            " select r.id, row_number() over (), s.id from app.reprocessing_runs r, app.therapy_sessions s"
            " where s.session_code like '%S001'"
        )
    return clinic


@cache
def _result() -> dict[str, Jsonb]:
    """Return the rows' documents of a real analysis, whose first contraction somebody accepted."""
    data = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], duration_s=12.0)
    analysed = analyse_bytes(data, file_name="1.c3d", reader=read_recording)
    mark = {"kind": "accept", "revision": 1, "reason": None, "by": None}
    corrections = {"rejected": [], "marks": [mark, None], "n_detected": 2, "as_detected": False}
    return {
        "recording": Jsonb(metadata_to_plain(analysed.metadata)),
        "parameters": Jsonb(parameters_to_plain(analysed.parameters)),
        "channel": Jsonb(channel_to_plain(analysed.channels[0])),
        "score": Jsonb(score_to_plain(analysed.score)),
        "corrected": Jsonb({"corrections": corrections}),
    }


def _add_patient(connection: psycopg.Connection[Any], clinic: Clinic, code: str, therapist: UUID) -> None:
    row = connection.execute(
        "insert into app.patients (code, therapist) values (%s, %s) returning id", (code, therapist)
    ).fetchone()
    assert row is not None
    clinic.patients[code] = row[0]
    connection.execute(
        "insert into app.patient_identities (patient_id, family_name) values (%s, 'Peeters')", (row[0],)
    )
    for number in (1, 2):
        found = connection.execute(
            "select session_id from app.ingest_storage_event(%s, 'webhook', 'INSERT', 'b', %s, 'v1', 1000, 'c', '{}')",
            (f"{code}-{number}", f"{code}/{number}.c3d"),
        ).fetchone()
        assert found is not None
        clinic.sessions[f"{code}S00{number}"] = found[0]
    session = clinic.sessions[f"{code}S001"]
    for statement in (
        "insert into app.bfr_monitoring (session_id, percent_aop) values (%(s)s, 50)",
        "insert into app.processing_parameters (session_id, result_version, pipeline_version, object_version,"
        " file_sha256, size_bytes, recording, parameters, timings_ms)"
        " values (%(s)s, 1, 'test', 'v1', repeat('0', 64), 1000, %(recording)s, %(parameters)s, '{}')",
        "insert into app.emg_statistics (session_id, result_version, position, channel_name, side, verdict,"
        " n_contractions, n_faint, details) values (%(s)s, 1, 0, 'CH1', 'left', 'good', 2, 0, %(channel)s)",
        "insert into app.performance_scores (session_id, result_version, total, low, high, details)"
        " values (%(s)s, 1, 80, 80, 80, %(score)s)",
        "insert into app.older_results (older_id, session_id, statistics, had_signals)"
        " values (%(s)s, %(s)s, '{}', true)",
        "insert into app.clinical_notes (session_id, author, text) values (%(s)s, %(t)s, 'Tired today.')",
        "insert into app.prescriptions (patient_id, revision, valid_from, expected_left, expected_right,"
        " percent_mvc_left, percent_mvc_right, hold_s) values (%(p)s, 1, date '2099-01-01', 12, 12, 75, 75, 2)",
        "insert into app.mvc_measurements (patient_id, revision, side, measured_on, value_uv, note)"
        " values (%(p)s, 1, 'left', date '2099-01-01', 250, 'Mrs Peeters was tired.')",
        """insert into app.session_side_map (session_id, channel_map) values (%(s)s, '{"CH1 Raw": "left"}')""",
        "insert into app.session_reviews (session_id, result_version, judged_at) values (%(s)s, 1, now())",
        "insert into app.inbox_dismissals (session_id) values (%(s)s)",
        "insert into app.api_keys (key_id, owner, name, scopes, secret_sha256, expires_at) values"
        " (lpad(lower(replace(%(c)s, '0', 'x')), 12, 'x'), %(t)s, 'Export', 'read',"
        " encode(sha256(%(c)s::bytea), 'hex'), now() + interval '1 day')",
        "insert into app.newest_results (patient_id, results) values (%(p)s, '')",
        "insert into app.trace_use (session_id, day) values (%(s)s, date '2099-01-01')",
        "insert into app.alert_mutes (patient_id, rule, reason, until)"
        " values (%(p)s, 'missed', 'On holiday.', now() + interval '7 days')",
        "insert into app.contraction_corrections (session_id, revision, action, channel_name, kind, onset_s, offset_s,"
        " author) values (%(s)s, 1, 'edit', 'CH1', 'accept', 1, 2, %(t)s)",
        "update app.emg_statistics set details = details || %(corrected)s where session_id = %(s)s",
    ):
        connection.execute(statement, {"s": session, "t": therapist, "p": row[0], "c": code, **_result()})
