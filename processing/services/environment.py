"""Where each setting's value comes from, and variables whose name is nearly one of ours."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from processing.settings import DEFAULTS_OF, Settings

_SIMILAR = 0.87


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One setting as it holds now; ``value`` is fit to be shown, ``source`` says where it comes from."""

    name: str
    value: str
    source: str


def given_variables(env_file: Path = Path(".env")) -> dict[str, str]:
    """Return the names of all variables that are given, each with where."""
    from_file = (
        {name.upper(): "the file .env" for name in dotenv_values(env_file)} if env_file.exists() else {}
    )
    return from_file | {name.upper(): "the environment" for name, value in os.environ.items() if value}


def effective_settings(settings: Settings, given: Mapping[str, str]) -> list[EffectiveSetting]:
    """Return every setting, secrets masked, in the order in which the settings declare them."""
    found = []
    for name in type(settings).model_fields:
        if name in settings.model_fields_set:
            source = given.get(name.upper(), "the program")
        elif name in DEFAULTS_OF[settings.environment]:
            source = f"default of {settings.environment}"
        else:
            source = "default"
        value = getattr(settings, name)
        if name == "notify_webhook_url" and value:
            value = _without_path(value)
        found.append(EffectiveSetting(name.upper(), _shown(value), source))
    return found


def near_misses(given: Iterable[str]) -> list[str]:
    """Return a sentence for each variable that is nearly called as a setting is, and so sets nothing."""
    known = {name.upper() for name in Settings.model_fields}
    found = []
    for name in sorted(set(given) - known):
        close = difflib.get_close_matches(name, known, n=1, cutoff=_SIMILAR)
        if close:
            found.append(f"{name} is not a setting and does nothing; did you mean {close[0]}?")
    return found


def _without_path(url: str) -> str:
    """Return where an address leads; of a chat's webhook the path is the secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/***"


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(not set)"
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        parts = urlsplit(secret)
        # Of an address everything but the password helps; of a key only that there is one.
        if parts.scheme and parts.hostname:
            user = f"{parts.username}:***@" if parts.username else ""
            port = f":{parts.port}" if parts.port else ""
            return f"{parts.scheme}://{user}{parts.hostname}{port}{parts.path}"
        return f"(set, {len(secret)} characters)"
    if isinstance(value, bool):
        return str(int(value))
    return str(value)
