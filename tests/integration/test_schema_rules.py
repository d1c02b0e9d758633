"""What no table may hold, and what every table must have."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import psycopg
import pytest
from psycopg import errors

from processing.database import migrations
from processing.scoring.configuration import ScoringConfiguration
from tests.integration.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    return make_clinic(database_url)


def test_every_table_is_locked_and_has_a_policy(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select c.relname, c.relrowsecurity, count(p.polname) from pg_class c"
            " left join pg_policy p on p.polrelid = c.oid"
            " where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') group by c.oid"
        ).fetchall()
    assert rows
    assert [name for name, locked, policies in rows if not locked or policies == 0] == []


def test_no_column_can_hold_an_array_of_samples(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'app'"
            " and (data_type in ('ARRAY', 'bytea')"
            " or data_type like 'json%' and column_name ~ 'signal|samples|raw')"
        ).fetchall()
    assert rows == []


def test_no_function_of_ours_is_open_to_everybody(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select p.proname from pg_proc p where p.pronamespace = 'app'::regnamespace"
            " and has_function_privilege('anon', p.oid, 'execute')"
        ).fetchall()
        unsafe = connection.execute(
            "select p.proname from pg_proc p where p.pronamespace = 'app'::regnamespace and p.prosecdef"
            " and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')"
        ).fetchall()
    assert rows == unsafe == []


def test_every_foreign_key_to_a_parent_that_is_deleted_has_an_index(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select k.conrelid::regclass::text from pg_constraint k where k.contype = 'f'"
            " and k.confdeltype in ('c', 'n') and k.connamespace = 'app'::regnamespace"
            " and not exists (select from pg_index i where i.indrelid = k.conrelid"
            " and (i.indkey::int2[])[0] = k.conkey[1])"
        ).fetchall()
    # A few rows for the lifetime of an installation.
    assert {name for (name,) in rows} <= {"app.scoring_configuration"}


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("insert into app.patients (code) values ('Jan')", errors.CheckViolation),
        ("update app.session_settings set perceived_effort_cr10 = 11", errors.CheckViolation),
        ("update app.bfr_monitoring set percent_aop = 151", errors.CheckViolation),
        ("update app.performance_scores set total = 120", errors.CheckViolation),
        ("update app.emg_statistics set snr_db = 'NaN'", errors.CheckViolation),
        ("update app.emg_statistics set verdict = 'fine'", errors.CheckViolation),
        ("update app.emg_statistics set details = '[1, 2, 3]'", errors.CheckViolation),
        (
            "update app.emg_statistics set details = jsonb_build_object('x', (select jsonb_agg(i * 1.001)"
            " from generate_series(1, 60000) i))",
            errors.CheckViolation,
        ),
        ("update app.clinical_notes set text = '  '", errors.CheckViolation),
        ("update app.clinical_notes set at_s = -1", errors.CheckViolation),
        (
            "insert into app.clinical_notes (session_id, text) select gen_random_uuid(), 'x'",
            errors.ForeignKeyViolation,
        ),
        ("update app.patient_identities set family_name = null", errors.CheckViolation),
        ("update app.user_profiles set role = 'postgres'", errors.CheckViolation),
        ("update app.user_profiles set may_read_notes = true", errors.CheckViolation),
        ("update app.therapy_sessions set processing_status = 'failed'", errors.CheckViolation),
        ("update app.scoring_configuration set configuration = '{}'", errors.RestrictViolation),
        ("update app.scoring_configuration set protected = false", errors.RestrictViolation),
        ("delete from app.scoring_configuration where protected", errors.RestrictViolation),
        ("truncate app.scoring_configuration cascade", errors.RestrictViolation),
    ],
)
def test_nonsense_is_refused_even_from_the_owner(
    clinic: Clinic, statement: str, broken: type[psycopg.Error]
) -> None:
    with psycopg.connect(clinic.url) as connection, pytest.raises(broken, match=r"violates|never changed"):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"compliance": 0, "symmetry": 0, "effort": 0, "game": 0}},
        {"weights": {"compliance": -1, "symmetry": 1, "effort": 1, "game": 0}},
        {"weights": {"compliance": 1}},
        {"effort_bands": [{"low": 6, "high": 4, "score": 100}]},
        {"effort_bands": [{"low": 4, "high": 6, "score": 101}]},
        {"effort_otherwise": 101},
        {"bfr_low_percent_aop": 60},
        {"rate_denominator": "all"},
        {"rate_denominator": None},
    ],
)
def test_a_scoring_configuration_that_makes_no_sense_is_refused(
    database_url: str, change: dict[str, Any]
) -> None:
    values = json.dumps(asdict(ScoringConfiguration()) | change)
    with psycopg.connect(database_url) as connection, pytest.raises(errors.CheckViolation, match="violates"):
        connection.execute(
            "insert into app.scoring_configuration (name, version, configuration) values ('x', 1, %s)",
            (values,),
        )


def test_the_trials_default_is_the_one_that_the_program_scores_with(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select configuration from app.scoring_configuration where protected"
        ).fetchone()
    assert row is not None
    assert row[0] == json.loads(json.dumps(asdict(ScoringConfiguration())))


def test_each_step_back_and_forward_again_leaves_the_same_schema(empty_database: str) -> None:
    def snapshot() -> list[Any]:
        with psycopg.connect(empty_database) as connection:
            return connection.execute(_SNAPSHOT).fetchall()

    n = len(migrations.upgrade(empty_database))
    complete = snapshot()
    for steps in range(1, n + 1):
        migrations.rollback(empty_database, steps, lose_entries=True)
        migrations.upgrade(empty_database)
        assert snapshot() == complete


def test_the_bootstrap_leaves_a_supabase_project_alone(empty_database: str) -> None:
    """The role is what tells a Supabase project; only its name is needed here, and it is undone."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create role supabase_admin nologin")
        try:
            with pytest.raises(psycopg.Error, match='"auth" does not exist'):
                migrations.upgrade(empty_database)
        finally:
            connection.execute("drop role supabase_admin")
    assert migrations.upgrade(empty_database)


_SNAPSHOT = """
select 'column', table_name || '.' || column_name, data_type || coalesce(column_default, '')
from information_schema.columns where table_schema = 'app'
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'app'
union all select 'policy', tablename || '.' || policyname, cmd || coalesce(qual, '') || coalesce(with_check, '')
    from pg_policies where schemaname = 'app'
union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'app'::regnamespace and contype <> 'n'
union all select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
    from pg_trigger where not tgisinternal and tgrelid in
        (select oid from pg_class where relnamespace = 'app'::regnamespace)
union all select 'function', oid::regprocedure::text, pg_get_functiondef(oid) || proacl::text
    from pg_proc where pronamespace = 'app'::regnamespace
union all select 'grant', relname, relacl::text from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r'
union all select 'column grant', attrelid::regclass || '.' || attname, attacl::text
    from pg_attribute where attacl is not null and not attisdropped and attrelid in
        (select oid from pg_class where relnamespace = 'app'::regnamespace)
order by 1, 2, 3
"""
