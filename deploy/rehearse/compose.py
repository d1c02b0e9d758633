"""The services of compose.yaml: their commands, environment and health checks, as Compose would read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

COMPOSE = Path(__file__).resolve().parents[1] / "compose.yaml"
EXAMPLE = COMPOSE.with_name("env.example")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass(frozen=True)
class Service:
    """One of our programs."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: list[str]


def read_compose() -> dict[str, Any]:
    """Return the file as it is written, anchors resolved."""
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


def used_variables() -> set[str]:
    """Return the names that compose.yaml takes from .env."""
    return {found[1] for found in _VARIABLE.finditer(COMPOSE.read_text(encoding="utf-8"))}


def example_variables() -> set[str]:
    """Return the names that env.example offers."""
    return set(re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


def programs(values: Mapping[str, str]) -> dict[str, Service]:
    """Return the services that run our image, with the values of .env put in."""
    found = {}
    for name, service in read_compose()["services"].items():
        if not str(service.get("image", "")).startswith("ghostly-emg"):
            continue
        environment = service.get("environment", {})
        found[name] = Service(
            name,
            list(service["command"]),
            {key: _filled(str(value), values) for key, value in environment.items()},
            list(service.get("healthcheck", {}).get("test", []))[1:],
        )
    return found


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value_of(found: re.Match[str]) -> str:
        name, kind, words = found[1], found[2], found[3]
        if values.get(name):
            return values[name]
        if kind == "?":
            raise SystemExit(f"{name} is not set: {words}")
        return words if kind == "-" else ""

    return _VARIABLE.sub(value_of, text)
