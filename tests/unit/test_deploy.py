"""The deployment's files agree with each other, with the code and with the documentation."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from deploy.rehearse.compose import example_variables, programs, read_compose, used_variables
from deploy.rehearse.image import DOCKERFILE, PROJECT, copied_paths, read_steps
from processing.cli.main import build_parser
from processing.services.configuration import find_faults
from processing.settings import DEFAULTS_OF, Settings
from processing.use_cases.operations import AlertKind
from tests.unit.test_configuration import SECRET

OPERATE = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
UNITS = sorted((PROJECT / "deploy" / "systemd").glob("*.service"))
# Folders at the top that no program needs.
_NOT_IN_THE_IMAGE = {"benchmarks", "deploy", "docs", "site", "test-artifacts", "tests"}
# Read by other parts of the programs than our settings.
_OF_OTHERS = {
    "FORWARDED_ALLOW_IPS",
    "STREAMLIT_SERVER_ALLOWED_HOSTS",
    "STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS",
}
_VALUES = {
    "PUBLIC_HOST": "emg.hospital.example",
    "POSTGRES_PASSWORD": "p",
    "DATABASE_URL_DASHBOARD": "postgresql://app_dashboard:p@postgres:5432/ghostly",
    "DATABASE_URL_LISTENER": "postgresql://app_listener:p@postgres:5432/ghostly",
    "DATABASE_URL_WORKER": "postgresql://app_worker:p@postgres:5432/ghostly",
    "SUPABASE_URL": "https://name.supabase.co",
    "SUPABASE_ANON_KEY": "publishable",
    "SUPABASE_SERVICE_ROLE_KEY": "service",
    "WEBHOOK_SECRET": SECRET,
    "REDIS_URL": "redis://:p@redis:6379/0",
}


def test_the_image_gets_every_package_and_file_that_a_program_needs() -> None:
    copied = set(copied_paths(DOCKERFILE.read_text(encoding="utf-8")))
    assert [path for path in sorted(copied) if not (PROJECT / path).exists()] == []
    ours = {
        path.name
        for path in PROJECT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and any(path.rglob("*.py"))
    }
    assert ours - _NOT_IN_THE_IMAGE <= copied
    assert {"app.py", ".streamlit", "supabase", "requirements.txt"} <= copied


def test_the_image_runs_as_a_number_that_is_not_root_and_in_production() -> None:
    steps = list(read_steps(DOCKERFILE.read_text(encoding="utf-8")))
    assert [step.words for step in steps if step.name == "USER"] == ["10001:10001"]
    assert any("ENVIRONMENT=production" in step.words for step in steps if step.name == "ENV")


@pytest.mark.parametrize(
    "command",
    [
        *(service.command for service in programs(_VALUES).values()),
        *(re.findall(r"^ExecStart=\S+/(python .*)$", unit.read_text(), re.M)[0].split() for unit in UNITS),
    ],
    ids=" ".join,
)
def test_every_command_exists(command: list[str]) -> None:
    assert command[:2] == ["python", "-m"]
    assert importlib.util.find_spec(f"{command[2]}.__main__") is not None
    if command[2] == "processing":
        assert callable(build_parser().parse_args(command[3:]).run)


def test_units_and_containers_run_the_same_programs() -> None:
    of_units = {re.findall(r"^ExecStart=\S+ (.*)$", unit.read_text(), re.M)[0] for unit in UNITS}
    of_containers = {" ".join(service.command[1:]) for service in programs(_VALUES).values()}
    assert of_containers - of_units == {"-m processing migrate --upgrade"}
    assert of_units <= of_containers


def test_the_example_offers_what_compose_asks_for_and_nothing_else() -> None:
    assert used_variables() - {"GHOSTLY_VERSION"} == example_variables()


def test_what_compose_sets_are_settings() -> None:
    known = {name.upper() for name in Settings.model_fields} | _OF_OTHERS
    for service in programs(_VALUES).values():
        assert set(service.environment) <= known, service.name


@pytest.mark.parametrize("part", ["listener", "worker", "dashboard", "api"])
def test_the_settings_of_compose_are_safe_for_production(
    part: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    for name, value in programs(_VALUES)[part].environment.items():
        monkeypatch.setenv(name, value)
    assert find_faults(Settings(data_dir=tmp_path / "data"), [part]) == []


def test_only_the_proxy_is_published_and_it_knows_the_ports() -> None:
    services = read_compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    upstreams = dict(re.findall(r"_UPSTREAM:(\w+):(\d+)\}", (PROJECT / "deploy" / "Caddyfile").read_text()))
    assert upstreams == {
        name: service.environment[f"{name.upper()}_PORT"]
        for name, service in programs(_VALUES).items()
        if name in ("listener", "dashboard", "api")
    }


def test_redis_keeps_nothing_on_a_disk() -> None:
    command = " ".join(read_compose()["services"]["redis"]["command"].split())
    for words in ('--save ""', "--appendonly no", "--maxmemory-policy allkeys-lru"):
        assert words in command


def test_every_setting_is_documented_and_none_that_is_gone() -> None:
    table = OPERATE.partition("## Settings")[2].partition("\n## ")[0]
    listed = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1])
    }
    assert listed == {name.upper() for name in Settings.model_fields}


def test_the_documented_defaults_of_each_environment_are_the_real_ones() -> None:
    table = OPERATE.partition("| | `development`")[2].partition("\n\n")[0]
    environments = ("development", "test", "production")
    rows = {
        cells[0].split()[0].strip("`").lower(): [cell.strip("`") for cell in cells[1:]]
        for line in table.splitlines()[2:]
        if (cells := [cell.strip() for cell in line.strip("| \n").split("|")])[0].startswith("`")
    }
    assert set(rows) == {name for defaults in DEFAULTS_OF.values() for name in defaults}
    for name, documented in rows.items():
        values = (getattr(Settings(_env_file=None, environment=where), name) for where in environments)
        assert documented == [str(int(v)) if isinstance(v, bool) else v for v in values], name


@pytest.mark.parametrize("kind", get_args(AlertKind))
def test_every_alert_has_a_paragraph_that_says_what_to_do(kind: str) -> None:
    paragraph = OPERATE.partition(f"\n### {kind}\n")[2].partition("\n#")[0]
    assert len(paragraph.split()) > 20
