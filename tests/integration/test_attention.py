"""Who needs somebody, from real rows: what the database says of sessions, files and mutes, and to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from processing.database import migrations
from processing.errors import AccessDeniedError, InvalidParameterError, NotFoundError, ProcessingError
from processing.scoring.attention import HighEffort, QualityLost
from processing.services import Services
from processing.use_cases.attention import Overview, PatientRow
from processing.use_cases.inbox import InboxFilters
from tests.builders import make_c3d
from tests.integration.clinic import Clinic, make_clinic

DAY = date(2025, 3, 10)
GOOD = [(2.0, 4.5), (7.0, 9.5)]


def _recorded(day: int, *, year: int = 2025, **changes: Any) -> bytes:
    when = {"INFO": {"TIME": [str(year), "3", str(day), "11", "50"]}}
    return make_c3d(contractions_s=GOOD, parameters=when, seed=day, **changes)


def _analyse_all(services: Services) -> None:
    services.reconcile()
    for session in services.database.fetch_all(
        "select id::text from app.therapy_sessions order by object_name"
    ):
        try:
            services.analyse_session(session["id"])
        except Exception as error:
            services.give_up_session(session["id"], type(error).__name__, str(error))


@pytest.fixture
def analysed(services: Services) -> Services:
    """P001 with sessions of 8, 9 and 10 March 2025 and a file that cannot be read; P002 with nothing."""
    for day in (8, 9, 10):
        services.store.write(f"P001/{day:02}.c3d", _recorded(day))
    services.store.write("P001/bad.c3d", b"no C3D")
    _analyse_all(services)
    services.database.execute("insert into app.patients (code) values ('P002')")
    return services


def _row(services: Services, code: str = "P001", today: date = DAY) -> PatientRow:
    (row,) = services.attention.overview(today, [code]).rows
    return row


def _execute(services: Services, statement: str) -> None:
    with psycopg.connect(services.database.url) as connection:
        connection.execute(statement.encode())


def test_a_patient_is_what_their_sessions_say(analysed: Services) -> None:
    row = _row(analysed)
    assert row.patient.n_sessions == 4
    assert row.latest_code is not None
    assert analysed.load_review(row.latest_code).summary.recorded_at == datetime(2025, 3, 10, 11, 50)
    assert [day.n_done for day in row.strip.days[-3:]] == [1, 1, 1]
    assert row.course is not None
    assert (row.course.first, row.course.last) == (date(2025, 3, 8), date(2025, 3, 21))
    assert [alert.rule for alert in row.alerts] == ["unreadable"]
    assert len(row.good_counts("left")) == 3


def test_a_tablet_whose_clock_is_wrong_does_not_hide_who_stays_away(services: Services) -> None:
    for day in (8, 9, 10):
        services.store.write(f"P001/{day:02}.c3d", _recorded(day))
        services.store.write(f"P002/{day:02}.c3d", _recorded(day))
    services.store.write("P001/past.c3d", _recorded(1, year=1970))
    services.store.write("P002/future.c3d", _recorded(1, year=2099))
    _analyse_all(services)
    later = DAY + timedelta(days=6)
    for code in ("P001", "P002"):
        row = _row(services, code, later)
        assert [alert.rule for alert in row.alerts] == ["missed"]
        assert row.course is not None
        assert row.course.first == date(2025, 3, 8)
    future = _row(services, "P002", later)
    assert future.latest_at == datetime(2025, 3, 10, 11, 50)
    assert future.patient.sessions[0].at == datetime(2025, 3, 10, 11, 50)


def test_a_patient_without_a_session_has_a_row_and_no_alert(analysed: Services) -> None:
    row = _row(analysed, "P002")
    assert (row.standing, row.alerts, row.latest_code) == ("no_session", (), None)


def test_a_file_put_aside_in_the_inbox_needs_nobody(analysed: Services) -> None:
    assert analysed.attention.overview(DAY).n_files_to_fix == 1
    (failed,) = analysed.inbox.list_files(InboxFilters(states=("failed",)))
    analysed.inbox.dismiss(failed)
    assert analysed.attention.overview(DAY).n_files_to_fix == 0
    assert _row(analysed).standing == "on_track"


def test_files_of_nobody_and_sessions_without_legs_are_to_be_fixed(analysed: Services) -> None:
    analysed.store.write("elsewhere/x.c3d", _recorded(7))
    analysed.reconcile()
    _execute(
        analysed,
        "update app.emg_statistics set side = null where session_id ="
        " (select id from app.therapy_sessions where session_code = 'P001S001')",
    )
    assert analysed.attention.overview(DAY).n_files_to_fix == 3
    (parked,) = analysed.inbox.list_files(InboxFilters(states=("parked",)))
    analysed.inbox.dismiss(parked)
    assert analysed.attention.overview(DAY).n_files_to_fix == 2


def test_the_same_recording_twice_is_one_session(analysed: Services) -> None:
    before = _row(analysed)
    analysed.store.write("P001/copy of 10.c3d", _recorded(10))
    _analyse_all(analysed)
    after = _row(analysed)
    assert after.patient.n_sessions == before.patient.n_sessions + 1
    assert (after.strip, len(after.patient.sessions)) == (before.strip, len(before.patient.sessions))


def test_an_effort_that_somebody_entered_raises_an_alert(analysed: Services) -> None:
    newest = _row(analysed).latest_code
    _execute(
        analysed,
        "update app.session_settings set perceived_effort_cr10 = 8 where session_id ="
        f" (select id from app.therapy_sessions where session_code = '{newest}')",
    )
    alerts = {alert.rule: alert for alert in _row(analysed).alerts}
    assert alerts["effort"] == HighEffort(8.0, datetime(2025, 3, 10, 11, 50), None, 0)


def test_an_effort_that_the_file_itself_holds_counts_too(services: Services) -> None:
    services.store.write(
        "P001/a.c3d",
        make_c3d(
            contractions_s=GOOD,
            parameters={
                "INFO": {"TIME": ["2025", "3", "10", "11", "50"]},
                "SUBJECTS": {"PERCEIVED_EFFORT_CR10": 9.0, "BFR_PERCENT_AOP": 48.0},
            },
        ),
    )
    _analyse_all(services)
    (held,) = services.database.fetch_all(
        "select recording -> 'measures' as m from app.processing_parameters"
    )
    assert held["m"]["perceived_effort_cr10"] == 9.0
    assert [alert.rule for alert in _row(services).alerts] == ["effort"]
    (session,) = services.cohort.patient_timeline("P001").sessions
    assert (session.effort_cr10, session.percent_aop) == (9.0, 48.0)


def test_a_leg_that_is_not_judged_any_more_raises_an_alert(analysed: Services) -> None:
    newest = _row(analysed).latest_code
    _execute(
        analysed,
        "update app.emg_statistics set verdict = 'not_judged' where side = 'right' and session_id ="
        f" (select id from app.therapy_sessions where session_code = '{newest}')",
    )
    alerts = {alert.rule: alert for alert in _row(analysed).alerts}
    lost = alerts["quality"]
    assert isinstance(lost, QualityLost)
    assert [(leg.side, leg.n_sessions) for leg in lost.legs] == [("right", 1)]
    _execute(
        analysed,
        """update app.emg_statistics set details = jsonb_set(details, '{quality,reasons}', '["Loose.", "Noisy."]')""",
    )
    assert newest is not None
    assert analysed.attention.reasons([newest]) == {(newest, "right"): "Loose."}


def test_missed_training_goes_by_what_was_prescribed(analysed: Services) -> None:
    later = DAY + timedelta(days=13)
    assert "missed" not in [alert.rule for alert in _row(analysed, today=later).alerts]
    _execute(
        analysed,
        "insert into app.prescriptions (patient_id, revision, valid_from, expected_left, expected_right,"
        " percent_mvc_left, percent_mvc_right, hold_s, protocol_days, sets)"
        " select id, 1, date '2025-03-08', 12, 12, 75, 75, 2, 28, 2 from app.patients where code = 'P001'",
    )
    row = _row(analysed, today=later)
    assert row.alerts[0].rule == "missed"
    assert row.strip.n_planned == pytest.approx(14 * 2 * 5 / 7)
    _execute(
        analysed,
        "insert into app.prescriptions (patient_id, revision, withdrawn, valid_from, expected_left, expected_right,"
        " percent_mvc_left, percent_mvc_right, hold_s, protocol_days)"
        " select id, 2, true, date '2025-03-08', 12, 12, 75, 75, 2, 28 from app.patients where code = 'P001'",
    )
    assert "missed" not in [alert.rule for alert in _row(analysed, today=later).alerts]


def test_named_patients_alone_can_be_asked_for(analysed: Services) -> None:
    overview = analysed.attention.overview(DAY, ["P002", "P999"])
    assert [row.patient.code for row in overview.rows] == ["P002"]


# --- mutes


@pytest.fixture
def clinic(database_url: str) -> Clinic:
    made = make_clinic(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from app.alert_mutes")
        connection.execute(
            "update app.session_settings set perceived_effort_cr10 = 9 where session_id in"
            " (select id from app.therapy_sessions where session_code like '%S001')"
        )
        connection.execute(
            "update app.therapy_sessions set processing_status = 'completed', result_version = 1"
            " where session_code like '%S001'"
        )
    return made


def _as(services: Services, clinic: Clinic, person: str) -> Services:
    return services.for_viewer(clinic.identity(person))


def _seen(services: Services) -> Overview:
    return services.attention.overview(date.today())


def test_a_muted_alert_is_folded_for_a_week_with_who_and_why(services: Services, clinic: Clinic) -> None:
    therapist = _as(services, clinic, "therapist")
    assert [alert.rule for alert in _seen(therapist).rows[0].alerts] == ["effort"]
    until = therapist.attention.mute("P001", "effort", "  Known to the ward.  ")
    assert timedelta(days=6, hours=23) < until - datetime.now(UTC) <= timedelta(days=7)
    (row,) = _seen(therapist).rows
    ((alert, mute),) = row.muted
    assert (row.standing, row.alerts, alert.rule, mute.reason) == (
        "muted",
        (),
        "effort",
        "Known to the ward.",
    )
    therapist.attention.unmute("P001", "effort")
    assert _seen(therapist).rows[0].standing == "attention"


def test_a_mute_that_is_over_says_nothing_any_more(services: Services, clinic: Clinic) -> None:
    therapist = _as(services, clinic, "therapist")
    therapist.attention.mute("P001", "effort", "Known.")
    _execute(
        services, "alter table app.alert_mutes disable trigger user; update app.alert_mutes"
        " set muted_at = now() - interval '8 days', until = now() - interval '1 minute'",
    )  # fmt: skip
    assert _seen(therapist).rows[0].standing == "attention"


def test_a_second_mute_replaces_the_first_and_the_log_has_both(services: Services, clinic: Clinic) -> None:
    therapist = _as(services, clinic, "therapist")
    for reason in ("Known to the ward.", "Discussed with the doctor."):
        therapist.attention.mute("P001", "effort", reason)
    therapist.attention.unmute("P001", "effort")
    rows = services.database.fetch_all(
        "select action, coalesce(after, before) ->> 'reason' as reason, actor from app.audit_log"
        " where table_name = 'alert_mutes' and row_key = %(key)s and actor is not null order by id",
        {"key": str(clinic.patients["P001"])},
    )
    assert [(row["action"], row["reason"]) for row in rows] == [
        ("insert", "Known to the ward."),
        ("update", "Discussed with the doctor."),
        ("delete", "Discussed with the doctor."),
    ]
    assert {row["actor"] for row in rows} == {clinic.people["therapist"]}


@pytest.mark.parametrize(
    ("rule", "reason", "said"),
    [("effort", " ", "0 letters; expected 3 to 500"), ("weather", "It rains.", "no rule 'weather'")],
)
def test_a_mute_needs_a_rule_and_a_reason(
    services: Services, clinic: Clinic, rule: str, reason: str, said: str
) -> None:
    with pytest.raises(InvalidParameterError, match=said):
        _as(services, clinic, "therapist").attention.mute("P001", rule, reason)


def test_nobody_mutes_for_another_s_patient(services: Services, clinic: Clinic) -> None:
    with pytest.raises(NotFoundError, match="no patient 'P001'"):
        _as(services, clinic, "colleague").attention.mute("P001", "effort", "Known.")
    with pytest.raises(AccessDeniedError):
        _as(services, clinic, "researcher").attention.mute("P001", "effort", "Known.")
    _as(services, clinic, "therapist").attention.mute("P001", "effort", "Known.")
    _as(services, clinic, "colleague").attention.unmute("P001", "effort")
    assert _seen(_as(services, clinic, "administrator")).count("muted") == 1


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("therapist", {"P001"}),
        ("colleague", {"P002"}),
        ("administrator", {"P001", "P002", "P003"}),
        ("stranger", set()),
    ],
)
def test_everybody_sees_their_own_patients(
    services: Services, clinic: Clinic, person: str, codes: set[str]
) -> None:
    assert {row.patient.code for row in _seen(_as(services, clinic, person)).rows} == codes


def test_a_rollback_does_not_forget_mutes_unasked(services: Services) -> None:
    _execute(services, "insert into app.patients (code) values ('P001')")
    services.attention.mute("P001", "effort", "Known.")
    names = [migration.name for migration in migrations.migration_status(services.database.url)]
    with pytest.raises(ProcessingError, match="1 row of alert_mutes"):
        migrations.rollback(services.database.url, len(names) - names.index("alert_mutes"))


def test_rolling_the_measures_of_files_back_and_forth_keeps_the_summaries_in_step(analysed: Services) -> None:
    names = [migration.name for migration in migrations.migration_status(analysed.database.url)]
    before = analysed.database.fetch_all("table app.session_summaries order by 1")
    migrations.rollback(
        analysed.database.url, len(names) - names.index("measures_of_files"), lose_entries=True
    )
    migrations.upgrade(analysed.database.url)
    assert analysed.database.fetch_all("table app.session_summaries order by 1") == before
