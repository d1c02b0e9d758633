"""What is counted about looks at signals, what follows from it, and the shared cache behind the services."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from psycopg.conninfo import make_conninfo

from processing.cli.main import main
from processing.database import Database
from processing.errors import AccessDeniedError, NotFoundError
from processing.services import LOCAL_CLINICIAN, LOCAL_THERAPIST, Services, build_services, closing_services
from processing.services.trace_counts import TraceCounts
from processing.settings import Settings
from processing.use_cases.trace_use import Look
from tests.builders import make_c3d
from tests.integration.clinic import make_clinic
from tests.redis_server import RedisServer, needs_redis


def _analysed(services: Services, name: str = "a.c3d", seed: int = 1) -> str:
    outcome = services.save_upload("P001", name, make_c3d(seed=seed))
    assert services.analyse_session(str(outcome.session_id)) == "completed"
    assert outcome.session_code is not None
    return outcome.session_code


def test_looks_survive_the_program_that_counted_them(settings: Settings, database_url: str) -> None:
    with closing_services(build_services(settings, database_url)) as first:
        code, other = _analysed(first), _analysed(first, "b.c3d", seed=2)
        review = first.load_review(code)
        first.load_traces(review)
        first.load_traces(review)
        first.exports.signals(other, "csv")  # a look, and no picture
    with closing_services(build_services(settings, database_url)) as second:
        found = second.cache_use.answer(days=30).figures
        assert (found.n_sessions, found.n_opened, found.n_recent_opened) == (2, 1, 1)
        assert (found.looks, found.drawn, found.memory_hits, found.builds) == (3, 2, 1, 2)
        assert found.longest_build_s is not None
        assert 0 < found.longest_build_s <= found.build_s
        assert (found.rebuilds, found.n_before) == (0, 0)
        second.load_traces(second.load_review(code))
        second.forget_recording(second.load_review(code).result.file_sha256)  # type: ignore[union-attr]
        second.load_traces(second.load_review(code))
    with closing_services(build_services(settings, database_url)) as third:
        assert third.cache_use.answer(days=30).figures.rebuilds == 2


def test_a_look_that_fails_is_a_look_and_no_build(services: Services) -> None:
    review = services.load_review(_analysed(services))
    (services.settings.bucket_dir / "P001" / "a.c3d").unlink()
    with pytest.raises(NotFoundError):
        services.load_traces(review)
    services.trace_cache.close()
    found = services.cache_use.answer(days=1).figures
    assert (found.looks, found.memory_hits, found.builds) == (1, 0, 0)


def test_counts_wait_for_a_database_that_is_away(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    counts, url = TraceCounts(services.database), services.database.url
    code = _analysed(services)
    counts.count(code, Look(drawn=True))
    with (
        closing(Database(make_conninfo(url, dbname="nowhere"), wait_s=0.1)) as away,
        monkeypatch.context() as patch,
    ):
        patch.setattr(counts, "_database", away)
        counts.flush()
    assert services.cache_use.answer(days=1).figures.looks == 0
    counts.count(code, Look(drawn=True))
    counts.close()
    assert services.cache_use.answer(days=1).figures.looks == 2


def test_programs_count_as_themselves_and_only_administrators_read(
    settings: Settings, database_url: str
) -> None:
    clinic = make_clinic(database_url)
    with closing_services(build_services(settings, database_url)) as owner:
        code = _analysed(owner, "c.c3d")
    with closing_services(build_services(settings, clinic.url_of("app_dashboard"))) as dashboard:
        desk = dashboard.for_viewer(clinic.identity("administrator"))
        desk.load_traces(desk.load_review(code))
        dashboard.trace_cache.close()
        assert desk.cache_use.answer(days=1).figures.drawn == 1
        with pytest.raises(AccessDeniedError, match="shown to administrators"):
            dashboard.for_viewer(clinic.identity("therapist")).cache_use.answer(days=1)


def test_the_command_says_what_is_missing_and_then_the_answer(
    services: Services, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert main(["cache-report"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Not enough data" in said
    assert "20 more builds and 20 more sessions with a result" in said
    assert "on average not recorded" in said
    with services.database.transaction() as connection:
        connection.execute("insert into app.patients (code) values ('P001')")
        connection.execute(
            "insert into app.therapy_sessions (session_code, patient_id, bucket, object_name, announced_version,"
            " processing_status, result_version) select 'P001S' || lpad(n::text, 3, '0'), p.id, 'b', n::text, 'v',"
            " 'completed', 1 from app.patients p, generate_series(1, 20) n"
        )
        rows = [
            {
                "session_code": f"P001S{number:03}",
                "day": "2099-01-01",
                "drawn": 3,
                "looks": 3,
                "memory_hits": 1,
                "shared_hits": 0,
                "builds": 2,
                "slow_builds": 2,
                "build_s": 3.0,
                "longest_build_s": 1.75,
            }
            for number in range(1, 12)
        ]
        connection.execute("select app.add_trace_use(%s::text::jsonb)", (orjson.dumps(rows).decode(),))
    assert main(["cache-report", "--json", "--days", "90"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "yes"
    assert (answer["slow"]["holds"], answer["opened"]["holds"]) == (True, True)
    assert answer["figures"]["n_opened"] == 11
    assert (answer["figures"]["rebuilds"], answer["mean_build_s"]) == (11, 1.5)
    assert main(["cache-report"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1. building takes over 1 s: true (22 of 22 builds took longer, on average 1.500 s)" in said
    assert "Would Redis pay here? Yes. Both conditions hold." in said
    with services.database.transaction() as connection:
        connection.execute("update app.trace_use set slow_builds = 0")
    assert main(["cache-report"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1. building takes over 1 s: false" in said
    assert "Would Redis pay here? No. Both conditions must hold" in said


@needs_redis
def test_a_second_dashboard_draws_what_the_first_one_built_and_nobody_else_sees_it(
    settings: Settings, database_url: str, tmp_path: Path
) -> None:
    server = RedisServer(tmp_path)
    shared = settings.model_copy(update={"redis_url": Settings(redis_url=server.url).redis_url})
    try:
        with (
            closing_services(build_services(shared, database_url)) as first,
            closing_services(build_services(shared, database_url)) as second,
        ):
            code = _analysed(first)
            drawn = first.load_traces(first.load_review(code))
            (settings.bucket_dir / "P001" / "a.c3d").unlink()
            again = second.load_traces(second.load_review(code))  # there is no file any more
            for a, b in zip(drawn, again, strict=True):
                assert (a.name, a.side, a.masked_intervals_s) == (b.name, b.side, b.masked_intervals_s)
                assert a.raw_uv.tobytes() == b.raw_uv.tobytes()
            second.database.execute(
                "update app.user_profiles set active = false where user_id = %(id)s",
                {"id": LOCAL_THERAPIST.user_id},
            )
            with pytest.raises(NotFoundError, match="There is no session"):
                second.for_viewer(LOCAL_THERAPIST).load_review(code)
            assert second.for_viewer(LOCAL_CLINICIAN).load_traces(second.load_review(code))
            first.forget_recording(first.load_review(code).result.file_sha256)  # type: ignore[union-attr]
            with pytest.raises(NotFoundError):
                first.load_traces(first.load_review(code))
            first.trace_cache.close()
            second.trace_cache.close()
            found = second.cache_use.answer(days=1).figures
            assert (found.looks, found.builds, found.shared_hits, found.memory_hits) == (4, 1, 1, 1)
    finally:
        server.stop()
