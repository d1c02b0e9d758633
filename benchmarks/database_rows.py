"""A clinic of many sessions, written by SQL: rows of real shape and size, copied from sessions that were analysed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import psycopg

from benchmarks.recordings import largest_recording
from processing.c3d import read_recording
from processing.database.results import SessionRecords
from processing.ports import StoredObject
from processing.services import Services
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.reconcile import announce
from tests.builders import make_c3d

LARGE = ("therapy_sessions", "emg_statistics", "performance_scores", "session_settings", "session_summaries",
         "processing_parameters", "bfr_monitoring")  # fmt: skip
_TEMPLATE_PATIENT = "P000"
_SHORT_DURATION_S = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large the clinic is. One therapist has ``n_large`` patients, the others share the rest."""

    n_sessions: int = 100_000
    n_patients: int = 999  # all that codes of three digits can name, beside the patterns' own
    n_therapists: int = 40
    n_large: int = 220

    @property
    def per_patient(self) -> int:
        """Sessions of each patient."""
        return self.n_sessions // self.n_patients


@dataclass(frozen=True, slots=True)
class People:
    """One account of each kind; ``large`` is the therapist with many patients."""

    therapist: UUID
    large: UUID
    researcher: UUID
    administrator: UUID


def store_sessions(services: Services, n: int, patient_code: str) -> None:
    """Store the largest recording's result under many sessions of one patient, through the use cases."""
    recording = largest_recording()
    analysed = analyse_bytes(recording.data, file_name=recording.name, reader=read_recording)
    for number in range(n):
        _store(services, analysed, f"{patient_code}/{number:04}_{recording.name}")


def make_clinic(services: Services, size: Size) -> People:
    """Fill a migrated, empty database; the patterns are the results of analysed recordings."""
    _store_patterns(services)
    accounts = [uuid4() for _ in range(size.n_therapists + 2)]
    with psycopg.connect(services.database.url) as connection:
        connection.execute("set local synchronous_commit = off")
        for number, user in enumerate(accounts):
            role = ("researcher", "administrator")[number] if number < 2 else "therapist"
            connection.execute(
                "insert into auth.users (id, email) values (%s, %s)", (user, f"{number}@x.test")
            )
            connection.execute("insert into app.user_profiles (user_id, role) values (%s, %s)", (user, role))
        for table in _WITH_TRIGGERS:
            connection.execute(f"alter table app.{table} disable trigger user".encode())
        values = {
            "therapists": accounts[2:],
            "n_patients": size.n_patients,
            "n_large": size.n_large,
            "per_patient": size.per_patient,
        }
        for statement in _ROWS:
            connection.execute(statement, values)
        for table in _WITH_TRIGGERS:
            connection.execute(f"alter table app.{table} enable trigger user".encode())
    with psycopg.connect(services.database.url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return People(accounts[3], accounts[2], accounts[0], accounts[1])


def _store_patterns(services: Services) -> None:
    """Analyse the largest recording and generated ones with more or fewer contractions."""
    store_sessions(services, 1, _TEMPLATE_PATIENT)
    for n in (2, 5, 8):
        contractions = [(2.0 + 7 * k, 4.5 + 7 * k) for k in range(n)]
        data = make_c3d(duration_s=_SHORT_DURATION_S, contractions_s=contractions)
        analysed = analyse_bytes(data, file_name="pattern.c3d", reader=read_recording)
        _store(services, analysed, f"{_TEMPLATE_PATIENT}/pattern{n}.c3d")


def _store(services: Services, analysed: AnalysedRecording, name: str) -> None:
    """Let a recording arrive and store its result, as listener and worker do."""
    stored = StoredObject(name, "v1", analysed.size_bytes, datetime.now(UTC))
    outcome = announce(
        stored, services.store.bucket, "webhook", partial(services.ingest, correlation_id="benchmark")
    )
    records = SessionRecords(services.database)
    claimed = records.claim(str(outcome.session_id), run_token=str(uuid4()))
    records.store_result(claimed, analysed, object_version=stored.version, signals=dict)


_WITH_TRIGGERS = (
    "patients",
    "therapy_sessions",
    "session_settings",
    "bfr_monitoring",
    "emg_statistics",
    "performance_scores",
)

# A patient comes for twelve weeks; the patients' beginnings are spread over two years. One session in forty could not
# be read. The scores vary around a level of the patient's own.
_ROWS = (
    """
    insert into app.patients (code, therapist, last_session_number)
    select 'P' || lpad(n::text, 3, '0'),
           (%(therapists)s::uuid[])[case when n <= %(n_large)s then 1
                                    else 2 + n %% (cardinality(%(therapists)s::uuid[]) - 1) end], %(per_patient)s
    from generate_series(1, %(n_patients)s) n
    """,
    """
    create temporary table patterns on commit drop as
    select row_number() over (order by session_code) - 1 as number, s.id, s.size_bytes, s.duration_s
    from app.therapy_sessions s where session_code like 'P000S%%'
    """,
    """
    create temporary table copies on commit drop as
    select gen_random_uuid() as id, p.id as patient_id, p.code, k as number, t.id as pattern, t.size_bytes,
           t.duration_s,
           hashtext(p.code || k) %% 40 = 0 as failed,
           timestamp '2026-11-20 08:00' - interval '644 days' * ((hashtext(p.code)::bigint + 2147483648) / 4294967296.0)
               - interval '84 days' * ((%(per_patient)s - k)::float8 / %(per_patient)s)
               - interval '1 hour' * (k %% 9) as at
    from app.patients p, generate_series(1, %(per_patient)s) k
    join patterns t on t.number = k %% (select count(*) from patterns)
    where p.code <> 'P000'
    order by at
    """,
    """
    insert into app.therapy_sessions
        (id, session_code, patient_id, bucket, object_name, announced_version, object_version, size_bytes,
         processing_status, failure_kind, failure_message, result_version, recorded_at, duration_s, received_at)
    select id, code || 'S' || lpad(number::text, 3, '0'), patient_id, 'c3d-examples',
           code || '/Ghostly_Emg_' || to_char(at, 'YYYYMMDD_HH24-MI-SS') || '-' || number || '.c3d', 'v1', 'v1',
           size_bytes, case when failed then 'failed' else 'completed' end,
           case when failed then 'TruncatedRecordingError' end,
           case when failed then 'The file is shorter than its own header promises.' end,
           case when failed then 0 else 1 end, case when not failed then at end, duration_s, at + interval '1 minute'
    from copies order by at
    """,
    """
    insert into app.session_settings (session_id, perceived_effort_cr10)
    select id, case when number %% 3 = 0 then 3 + number %% 5 end from copies
    """,
    """
    insert into app.bfr_monitoring (session_id, percent_aop)
    select id, 45 + number %% 11 from copies where number %% 2 = 0
    """,
    """
    insert into app.processing_parameters
        (session_id, result_version, pipeline_version, object_version, file_sha256, size_bytes, recording, parameters,
         timings_ms)
    select c.id, 1, p.pipeline_version, 'v1', encode(sha256(c.id::text::bytea), 'hex'), p.size_bytes, p.recording,
           p.parameters, p.timings_ms
    from copies c join app.processing_parameters p on p.session_id = c.pattern where not c.failed
    """,
    """
    insert into app.emg_statistics
        (session_id, result_version, position, channel_name, side, verdict, snr_db, n_contractions, n_faint, details)
    select c.id, 1, e.position, e.channel_name, e.side, e.verdict, e.snr_db, e.n_contractions, e.n_faint, e.details
    from copies c join app.emg_statistics e on e.session_id = c.pattern where not c.failed
    """,
    """
    insert into app.performance_scores (session_id, result_version, total, low, high, details)
    select c.id, 1, v.total, v.total, v.total, s.details
    from copies c join app.performance_scores s on s.session_id = c.pattern,
         lateral (select 35 + (abs(hashtext(c.code)) %% 40) + (c.number %% 13) as total) v
    where not c.failed
    """,
    """
    insert into app.storage_events
        (event_id, source, event_type, bucket, object_name, object_version, outcome, session_id)
    select 'event-' || id, 'webhook', 'INSERT', 'c3d-examples', code || '/' || number, 'v1', 'accepted', id from copies
    """,
    """
    insert into app.session_summaries select v.* from app.session_summary_source v join copies c on c.id = v.session_id
    """,
)
