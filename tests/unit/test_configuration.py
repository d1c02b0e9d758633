"""Production refuses to start half-secured and names everything at once; at home nothing gets in the way."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import structlog

from processing.cli.main import main
from processing.database.conninfo import way_in
from processing.errors import InvalidParameterError
from processing.services import configuration
from processing.services.configuration import PARTS, check_configuration, find_faults, find_warnings
from processing.services.environment import near_misses
from processing.settings import DEFAULTS_OF, Settings

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SAFE: dict[str, Any] = {
    "environment": "production",
    "database_url_listener": "postgresql://app_listener:secret-word@db.example:5432/ghostly?sslmode=verify-full",
    "database_url_worker": "postgresql://app_worker:secret-word@db.example:5432/ghostly?sslmode=verify-full",
    "database_url_dashboard": "postgresql://app_dashboard:secret-word@db.example:5432/ghostly?sslmode=verify-full",
    "storage_backend": "supabase",
    "supabase_url": "https://name.supabase.co",
    "supabase_anon_key": "publishable",
    "supabase_service_role_key": "service",
    "webhook_secret": SECRET,
    "notify_email_to": "it@hospital.example",
    "notify_email_from": "ghostly@hospital.example",
    "smtp_url": "smtps://mail.example",
    "erasures_file": Path("/backups/erasures.jsonl"),
}


@pytest.fixture
def production(tmp_path: Path) -> dict[str, Any]:
    return SAFE | {"data_dir": tmp_path / "data"}


def _settings(values: dict[str, Any]) -> Settings:
    return Settings(_env_file=None, **values)


def test_at_home_and_in_tests_the_defaults_start() -> None:
    for environment in ("development", "test"):
        check_configuration(_settings({"environment": environment}), *PARTS)


def test_safe_production_settings_start_without_a_warning(production: dict[str, Any]) -> None:
    settings = _settings(production)
    check_configuration(settings, *PARTS)
    assert find_warnings(settings, PARTS) == []


def test_everything_that_production_lacks_is_named_at_once_and_no_secret_is_shown() -> None:
    values = {
        "environment": "production",
        "demo": True,
        "storage_backend": "supabase",
        "api_cors_origins": "*",
    }
    with pytest.raises(InvalidParameterError, match="not safe for production") as refused:
        check_configuration(_settings(values), *PARTS)
    for name in (
        "DATABASE_URL_DASHBOARD", "DATABASE_URL_LISTENER", "DATABASE_URL_WORKER", "SUPABASE_URL",
        "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "WEBHOOK_SECRET", "DEMO", "API_CORS_ORIGINS",
    ):  # fmt: skip
        assert f"- {name}" in str(refused.value), name


@pytest.mark.parametrize(
    ("change", "part", "said"),
    [
        ({"webhook_secret": None}, "listener", "WEBHOOK_SECRET is not set"),
        ({"webhook_secret": "whsec_c2hvcnQ="}, "listener", "24"),
        (
            {"webhook_secret": "whsec_" + base64.b64encode(b"abc" * 10).decode()},
            "listener",
            "repeats a few bytes",
        ),
        ({"database_url_worker": "postgresql://app_worker:p@db/x"}, "worker", "sslmode 'prefer'"),
        (
            {"database_url_worker": "postgresql://app_worker:p@db/x?sslmode=disable"},
            "worker",
            "sslmode 'disable'",
        ),
        ({"database_url_worker": "postgresql://postgres:p@127.0.0.1/x"}, "worker", "app_worker, which owns"),
        (
            {"database_url_worker": "postgresql://postgres.ref:p@x.pooler.supabase.com/x?sslmode=require"},
            "worker",
            "app_worker",
        ),
        ({"database_url_listener": None}, "listener", "embedded database is for one computer"),
        ({"supabase_url": None}, "dashboard", "whoever reaches the program is an administrator"),
        ({"supabase_url": "http://name.example"}, "api", "without TLS"),
        ({"supabase_anon_key": None}, "api", "SUPABASE_ANON_KEY is not"),
        ({"supabase_service_role_key": None}, "worker", "no recording could be read"),
        ({"supabase_url": None}, "worker", "no recording could be read"),
        ({"api_cors_origins": "*"}, "api", "exact origins"),
        ({"api_cors_origins": "http://research.example"}, "api", "expected https"),
        ({"demo": True}, "worker", "invented patients"),
        (
            {"notify_webhook_url": "http://chat.example/hook"},
            "worker",
            "NOTIFY_WEBHOOK_URL begins with 'http",
        ),
        ({"smtp_url": "smtp://user:secret-word@mail.example"}, "worker", "expected smtps:// or smtp"),
        ({"smtp_url": None}, "worker", "SMTP_URL not: no mail"),
        ({"redis_url": "redis://cache.example:6379"}, "dashboard", "expected rediss://"),
    ],
)
def test_one_unsafe_setting_is_refused_by_the_program_that_it_concerns(
    production: dict[str, Any], change: dict[str, Any], part: Any, said: str
) -> None:
    settings = _settings(production | change)
    faults = find_faults(settings, [part])
    assert [said in fault for fault in faults] == [True], faults
    assert "secret-word" not in " ".join(faults)


@pytest.mark.parametrize(
    ("change", "part", "said"),
    [
        ({"webhook_body_signature": True}, "listener", "WEBHOOK_BODY_SIGNATURE is on"),
        ({"notify_email_to": None}, "worker", "alerts reach nobody"),
        ({"notify_webhook_url": "https://chat.example/x"}, "worker", "cannot tell who sent an alert"),
        ({"erasures_file": None}, "worker", "keep it with the backups"),
        ({"storage_backend": "local"}, "worker", "nothing needs that key"),
    ],
)
def test_what_may_be_meant_so_is_a_warning_and_keeps_nothing_from_starting(
    production: dict[str, Any], monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], part: Any, said: str
) -> None:
    monkeypatch.setattr(configuration, "given_variables", list)  # what this machine has set is another matter
    with structlog.testing.capture_logs() as lines:
        check_configuration(_settings(production | change), part)
    assert [line["event"] for line in lines] == ["configuration_warning"]
    assert said in lines[0]["sentence"]


def test_the_apis_guests_may_come_from_exact_origins_over_tls_or_from_this_machine(
    production: dict[str, Any],
) -> None:
    origins = "https://research.example, http://localhost:3000"
    assert find_faults(_settings(production | {"api_cors_origins": origins}), ["api"]) == []


def test_a_fault_of_one_program_keeps_no_other_from_starting(production: dict[str, Any]) -> None:
    settings = _settings(production | {"webhook_secret": None, "api_cors_origins": "*"})
    assert find_faults(settings, ["worker"]) == find_faults(settings, ["dashboard"]) == []


def test_what_a_connection_string_leaves_to_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library asks PGHOST and its like; without them, an open way to a server looked like a socket."""
    monkeypatch.setenv("PGHOST", "db.example")
    found = way_in("dbname=x user=app_worker")
    assert (found.hosts, found.encrypted) == (("db.example",), False)
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert way_in("dbname=x").encrypted
    assert way_in("postgresql://other.example/x").hosts == ("other.example",)


def test_tls_is_not_asked_for_on_this_machine_or_a_network_of_its_own(production: dict[str, Any]) -> None:
    url = "postgresql://app_worker:p@{}/x"
    for change in (
        {"database_url_worker": url.format("127.0.0.1")},
        {"database_url_worker": "postgresql://app_worker@/x?host=/run/postgresql"},
        {"database_url_worker": url.format("postgres"), "private_hosts": "redis, postgres"},
        {"redis_url": "redis://redis:6379/0", "private_hosts": "redis,postgres"},
        {"smtp_url": "smtp://localhost:25"},
    ):
        assert find_faults(_settings(production | change), ["worker"]) == []


def test_a_data_folder_that_others_can_enter_is_refused_in_production(production: dict[str, Any]) -> None:
    folder = production["data_dir"]
    folder.mkdir(mode=0o755)
    assert ["mode 0755" in fault for fault in find_faults(_settings(production), ["worker"])] == [True]
    folder.chmod(0o700)
    assert find_faults(_settings(production), ["worker"]) == []


def test_an_environment_changes_defaults_and_nothing_that_somebody_set() -> None:
    for environment, defaults in DEFAULTS_OF.items():
        settings = _settings({"environment": environment})
        assert {name: getattr(settings, name) for name in defaults} == defaults
    assert _settings({"environment": "production", "log_format": "console"}).log_format == "console"
    assert _settings({}).demo is True


def test_a_variable_that_is_nearly_a_setting_is_pointed_out() -> None:
    said = near_misses(["WEBHOK_SECRET", "SUPABASE_SERVICE_KEY", "WEBHOOK_SECRET", "PATH", "PGHOST", "HOME"])
    assert said == [
        "SUPABASE_SERVICE_KEY is not a setting and does nothing; did you mean SUPABASE_SERVICE_ROLE_KEY?",
        "WEBHOK_SECRET is not a setting and does nothing; did you mean WEBHOOK_SECRET?",
    ]


def test_the_command_shows_what_holds_and_masks_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"WEBHOOK_SECRET={SECRET}\nDASHBORD_PORT=1\n")
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL_LISTENER", SAFE["database_url_listener"])
    assert main(["check-configuration", "--program", "listener"]) == 0
    shown = capsys.readouterr().out
    assert "secret-word" not in shown
    assert SECRET not in shown
    assert "postgresql://app_listener:***@db.example:5432/ghostly" in shown
    assert "did you mean DASHBOARD_PORT" in shown
    assert [line.split()[-2:] for line in shown.splitlines() if line.startswith("LOG_FORMAT")] == [
        ["of", "production"]
    ]
    assert main(["check-configuration"]) == 1
    assert "FAULT: SUPABASE_URL is not set" in capsys.readouterr().out
