"""The rows of an erasure: closing the code, deleting in one transaction, and proving that nothing is left.

What other rows say about the patient is taken out of them with triggers and the audit log's lock set aside
(``session_replication_role``), which only the database's superuser, or ``postgres`` on Supabase, may do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from processing.database.erasure_patterns import code_pattern, name_patterns
from processing.database.erasure_traces import (
    count_matches,
    count_words,
    delete_owned_rows,
    owned_tables,
    redact_audit_log,
    redact_mentions,
)
from processing.database.pool import Database
from processing.errors import AccessDeniedError, NotFoundError
from processing.use_cases.erasure import ErasedPatient, ErasureSubject

_FIND = """
select code, reason, requested_by, requested_at, erased_at, completed_at from app.erased_patients
where code = %(code)s
"""

_CLOSE = """
insert into app.erased_patients (code, reason, requested_by) values (%(code)s, %(reason)s, %(requested_by)s)
on conflict (code) do nothing
"""

_ALL = "select code, reason, requested_by, requested_at, erased_at, completed_at from app.erased_patients order by code"

_MAY = "select has_parameter_privilege(current_user, 'session_replication_role', 'SET') as may"

_PATIENT = """
select p.id::text as id, array_remove(array[i.family_name, i.given_name, i.hospital_number], null) as words
from app.patients p left join app.patient_identities i on i.patient_id = p.id where p.code = %(code)s
"""

_SESSIONS = """
select s.id::text as id, s.session_code, s.object_name from app.therapy_sessions s
where s.patient_id = %(patient)s::uuid order by s.session_code
"""

# A file of nobody that was given to this patient still lies where it arrived; so may one that is called after them.
# The newest event says whose the file is now: somebody else's may have come under the same name since.
_OBJECTS = """
select e.object_name from (
    select distinct on (o.object_name) o.object_name, o.session_id from app.storage_events o
    where o.bucket = %(bucket)s and o.object_name !~ '^P[0-9]{3}/'
    order by o.object_name, o.id desc) e
where e.session_id = any(%(sessions)s::uuid[]) or (e.session_id is null and e.object_name ~ %(pattern)s)
order by 1
"""

_HASHES = """
select distinct file_sha256 from app.processing_parameters where session_id = any(%(sessions)s::uuid[]) order by 1
"""

_SAME = """
select distinct s.session_code from app.processing_parameters p join app.therapy_sessions s on s.id = p.session_id
where p.file_sha256 = any(%(hashes)s) and not s.id = any(%(sessions)s::uuid[]) order by 1
"""

_EVENTS = """
from app.storage_events e
where e.session_id = any(%(sessions)s::uuid[]) or starts_with(e.object_name, %(folder)s)
   or (e.bucket = %(bucket)s and e.object_name = any(%(objects)s))
"""

_NOTIFICATIONS = """
from app.notifications n where n.body ->> 'session_code' = any(%(codes)s) or n.body::text ~ %(pattern)s
   or exists (select from unnest(%(sessions)s::text[]) as s (id) where n.dedupe_key like '%%' || s.id || '%%')
"""

# What a living worker holds is left to it for the moment: it finds its session gone and ends by itself.
_JOBS = """
from procrastinate.procrastinate_jobs j
where (j.args ->> 'session_id' = any(%(sessions)s::text[]) or j.lock = any(%(locks)s)
       or (j.args::text ~ %(pattern)s and not exists (
           select from app.therapy_sessions s
           where s.id::text = j.args ->> 'session_id' and not s.id = any(%(sessions)s::uuid[]))))
"""
_HELD = """
exists (select from procrastinate.procrastinate_workers w where w.id = j.worker_id
        and w.last_heartbeat > now() - interval '30 seconds') and j.status = 'doing'
"""

_ERASED = """
update app.erased_patients set erased_at = now(), n_sessions = %(sessions)s
where code = %(code)s and erased_at is null
"""

_COMPLETED = """
update app.erased_patients set completed_at = now()
where code = %(code)s and erased_at is not null and completed_at is null
"""


def find_erasure(database: Database, code: str) -> ErasedPatient | None:
    """Return what is kept about an erasure, or None if the code was never erased."""
    row = database.fetch_one(_FIND, {"code": code})
    return None if row is None else ErasedPatient(**row)


def list_erasures(database: Database) -> list[ErasedPatient]:
    """Return every erasure, by code."""
    return [ErasedPatient(**row) for row in database.fetch_all(_ALL)]


def check_may_erase(database: Database) -> None:
    """Raise AccessDeniedError if this role cannot set triggers aside."""
    row = database.fetch_one(_MAY)
    if row is None or not row["may"]:
        raise AccessDeniedError(
            "This database role cannot erase: it may not set session_replication_role. Use the superuser of the "
            "database in DATABASE_URL, on Supabase the role postgres."
        )


def close_code(database: Database, code: str, *, reason: str, requested_by: str) -> ErasedPatient:
    """Take nothing in for a code any more, from this commit on; an earlier erasure's reason stays."""
    database.execute(_CLOSE, {"code": code, "reason": reason, "requested_by": requested_by})
    found = find_erasure(database, code)
    if found is None:
        raise NotFoundError(f"The erasure of '{code}' could not be noted.")
    return found


def read_subject(database: Database, code: str, bucket: str) -> ErasureSubject:
    """Return what belongs to a patient; without a patient, what still names the code."""
    with database.transaction() as connection:
        patient = connection.execute(_PATIENT.encode(), {"code": code}).fetchone()
        rows: Sequence[DictRow] = ()
        if patient is not None:
            rows = connection.execute(_SESSIONS.encode(), {"patient": patient["id"]}).fetchall()
        ids = [row["id"] for row in rows]
        values = {"bucket": bucket, "sessions": ids, "pattern": code_pattern(code)}
        objects = _column(connection, _OBJECTS, values)
        hashes = _column(connection, _HASHES, values)
        subject = ErasureSubject(
            code=code,
            patient_id=None if patient is None else patient["id"],
            session_ids=tuple(ids),
            session_codes=tuple(row["session_code"] for row in rows),
            objects=tuple(objects),
            file_hashes=tuple(hashes),
            words=() if patient is None else tuple(patient["words"]),
            same_elsewhere=tuple(_column(connection, _SAME, values | {"hashes": hashes})),
        )
        return _with_counts(connection, subject, bucket)


def note_files(database: Database, code: str, n_files: int) -> None:
    """Add to the number of files that were deleted."""
    database.execute(
        "update app.erased_patients set n_files = n_files + %(n)s where code = %(code)s",
        {"code": code, "n": n_files},
    )


def erase_rows(database: Database, subject: ErasureSubject, bucket: str) -> dict[str, int]:
    """Delete everything about a patient in one transaction; return how many rows of each table went or were changed."""
    values = _values(subject, bucket)
    with database.transaction() as connection:
        connection.execute("select from app.patients where code = %(code)s for update", values)
        done: dict[str, int] = {}
        rows = _audit_rows(connection, values)  # before they are gone
        done["notifications"] = _delete(connection, "delete " + _NOTIFICATIONS, values)
        done["procrastinate_jobs"] = _delete(connection, f"delete {_JOBS} and not ({_HELD})", values)
        done |= _counts_of_owned(connection, subject)  # most of them go with their session or patient
        done["storage_events"] = _delete(connection, "delete " + _EVENTS, values)
        done["therapy_sessions"] = _delete(
            connection, "delete from app.therapy_sessions where id = any(%(sessions)s::uuid[])", values
        )
        done["patients"] = _delete(connection, "delete from app.patients where code = %(code)s", values)
        delete_owned_rows(connection, subject)
        connection.execute("set local session_replication_role = replica")
        done["audit_log"] = redact_audit_log(connection, _own_keys(values), rows, values)
        for name, count in redact_mentions(connection, values["everything"], values["in_words"]).items():
            done[name] = done.get(name, 0) + count
        connection.execute("set local session_replication_role = origin")
        connection.execute(
            _ERASED.encode(),
            {"code": subject.code, "sessions": len(subject.session_ids)},
        )
    return {name: count for name, count in done.items() if count}


def end_jobs(database: Database, subject: ErasureSubject, bucket: str) -> int:
    """Delete the jobs that no living worker holds any more; return how many are still held."""
    with database.transaction() as connection:
        values = _values(subject, bucket)
        _delete(connection, f"delete {_JOBS} and not ({_HELD})", values)
        row = connection.execute(f"select count(*) as n {_JOBS}".encode(), values).fetchone()
        return 0 if row is None else int(row["n"])


def find_remains(database: Database, subject: ErasureSubject, bucket: str) -> dict[str, int]:
    """Return the rows, by table, of all tables of ours and the queue's that still name the patient."""
    with database.transaction() as connection:
        return count_matches(connection, _values(subject, bucket)["everything"], code=subject.code)


def find_mentions(database: Database, subject: ErasureSubject) -> dict[str, int]:
    """Return the rows, by table, that hold the person's name or number, whomever they mean."""
    with database.transaction() as connection:
        return count_words(connection, subject.words)


def complete(database: Database, code: str) -> None:
    """Note that nothing is left."""
    database.execute(_COMPLETED, {"code": code})


def _values(subject: ErasureSubject, bucket: str) -> dict[str, Any]:
    """Return what the statements ask for; ``everything`` and ``in_words`` match the code, keys and object names."""
    parts = [code_pattern(subject.code), *(key for key in (subject.patient_id, *subject.session_ids) if key)]
    return {
        "code": subject.code,
        "patient": subject.patient_id,
        "bucket": bucket,
        "folder": f"{subject.code}/",
        "sessions": list(subject.session_ids),
        "codes": list(subject.session_codes),
        "locks": [f"session:{key}" for key in subject.session_ids],
        "objects": list(subject.objects),
        "pattern": code_pattern(subject.code),
        "everything": "|".join([*parts, *name_patterns(subject.objects, in_words=False)]),
        "in_words": "|".join([*parts, *name_patterns(subject.objects, in_words=True)]),
    }


def _own_keys(values: dict[str, Any]) -> list[str]:
    return [key for key in (values["patient"], *values["sessions"], *values["codes"]) if key]


def _audit_rows(connection: psycopg.Connection[DictRow], values: dict[str, Any]) -> list[str]:
    """Return ``table/key`` of the patient's rows that have keys of their own: a number is another row elsewhere."""
    rows = connection.execute(
        b"select 'clinical_notes/' || id::text as key from app.clinical_notes"
        b" where session_id = any(%(sessions)s::uuid[])"
        b" union select table_name || '/' || row_key from app.audit_log"
        b" where table_name in ('clinical_notes', 'inbox_dismissals')"
        b" and (before ->> 'session_id' = any(%(sessions)s::text[])"
        b" or after ->> 'session_id' = any(%(sessions)s::text[]))",
        values,
    ).fetchall()
    return [row["key"] for row in rows]


def _with_counts(
    connection: psycopg.Connection[DictRow], subject: ErasureSubject, bucket: str
) -> ErasureSubject:
    values = _values(subject, bucket)
    counts = _counts_of_owned(connection, subject)
    counts["patients"] = int(subject.patient_id is not None)
    counts["therapy_sessions"] = len(subject.session_ids)
    for name, matching in (
        ("storage_events", _EVENTS),
        ("notifications", _NOTIFICATIONS),
        ("procrastinate_jobs", _JOBS),
    ):
        row = connection.execute(f"select count(*) as n {matching}".encode(), values).fetchone()
        counts[name] = 0 if row is None else int(row["n"])
    return replace(subject, n_rows={name: n for name, n in sorted(counts.items()) if n})


def _counts_of_owned(connection: psycopg.Connection[DictRow], subject: ErasureSubject) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table, column in owned_tables(connection):
        keys = list(subject.session_ids) if column == "session_id" else [subject.patient_id]
        query = sql.SQL("select count(*) as n from {} where {} = any(%s::uuid[])").format(
            sql.Identifier("app", table), sql.Identifier(column)
        )
        row = connection.execute(query, (keys,)).fetchone()
        counts[table] = max(counts.get(table, 0), 0 if row is None else int(row["n"]))
    return counts


def _delete(connection: psycopg.Connection[DictRow], statement: str, values: dict[str, Any]) -> int:
    # The queue's own triggers use names without their schema.
    connection.execute("set local search_path = procrastinate, pg_temp")
    return connection.execute(statement.encode(), values).rowcount


def _column(connection: psycopg.Connection[DictRow], statement: str, values: dict[str, Any]) -> list[str]:
    return [str(next(iter(row.values()))) for row in connection.execute(statement.encode(), values)]
