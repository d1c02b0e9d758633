"""Stored scoring configurations, the one that new analyses take, and how a session is scored by another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from processing.errors import InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import SessionScore
from processing.use_cases.plain_text import check_characters
from processing.use_cases.read_models import SessionInputs, SessionResult
from processing.use_cases.rescore import rescore

_CONFIGURATION = TypeAdapter(ScoringConfiguration)
_LONGEST_NAME = 100
# Only ratios of weights count; larger ones could not be added up.
_LARGEST_WEIGHT = 1000.0


@dataclass(frozen=True, slots=True)
class StoredConfiguration:
    """One version of a configuration; it is never changed.

    ``created_by`` is a name, None where it is not known or not to be seen. ``n_sessions`` counts the sessions, among
    those that the viewer may see, whose newest result was scored with it.
    """

    configuration_id: int
    name: str
    version: int
    configuration: ScoringConfiguration
    protected: bool
    created_by: str | None
    created_at: datetime
    n_sessions: int = 0

    @property
    def label(self) -> str:
        """Return how people call it, such as ``trial v1``."""
        return f"{self.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class ConfigurationChoice:
    """Somebody's decision on what new analyses take, from then on. Revision 0 is the trial's, which nobody chose."""

    revision: int
    configuration_id: int | None
    reason: str | None = None
    chosen_by: str | None = None
    chosen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """Every stored configuration, newest first, and which of them new analyses take."""

    configurations: tuple[StoredConfiguration, ...]
    choice: ConfigurationChoice

    @property
    def current(self) -> StoredConfiguration:
        """Return the configuration that new analyses take."""
        chosen = self.find(self.choice.configuration_id)
        return chosen or next(each for each in self.configurations if each.protected)

    def find(self, configuration_id: int | None) -> StoredConfiguration | None:
        """Return the configuration of this number, or None."""
        return next((c for c in self.configurations if c.configuration_id == configuration_id), None)

    def same_as(self, configuration: ScoringConfiguration) -> StoredConfiguration | None:
        """Return the stored configuration with the same values, the oldest of several, or None."""
        same = [each for each in self.configurations if each.configuration == configuration]
        return min(same, key=lambda each: each.configuration_id, default=None)

    def newest_version(self, name: str) -> int:
        """Return the highest version of a name, 0 where there is none."""
        return max((each.version for each in self.configurations if each.name == name), default=0)


def scoring_to_plain(configuration: ScoringConfiguration) -> dict[str, Any]:
    """Return a configuration as JSON-safe values."""
    return asdict(configuration)


def scoring_from_plain(plain: Mapping[str, Any]) -> ScoringConfiguration:
    """Return the configuration that :func:`scoring_to_plain` wrote."""
    return _CONFIGURATION.validate_python(dict(plain))


def check_new_version(rules: ScoringRules, name: str, configuration: ScoringConfiguration) -> None:
    """Refuse a new version that nobody could tell from another.

    Raises
    ------
    InvalidParameterError
        If the name is empty or too long, a weight is too large, or a stored configuration has the same values.
    """
    if not check_characters(name, "name").strip() or len(name) > _LONGEST_NAME:
        raise InvalidParameterError(f"The name has {len(name)} letters; expected 1 to {_LONGEST_NAME}.")
    check_weights(configuration)
    if any(each.protected and each.name == name for each in rules.configurations):
        raise InvalidParameterError(
            f"'{name}' is the trial's own definition, which stays as it is: give yours another name."
        )
    same = rules.same_as(configuration)
    if same is not None:
        raise InvalidParameterError(f"These are the values of '{same.label}': there is nothing new to keep.")


def check_weights(configuration: ScoringConfiguration) -> None:
    """Refuse weights that nobody can mean: InvalidParameterError names the largest."""
    weights = {**asdict(configuration.weights), **asdict(configuration.rate_weights)}
    name = max(weights, key=lambda each: weights[each])
    if weights[name] > _LARGEST_WEIGHT:
        raise InvalidParameterError(
            f"The weight of {name} is {weights[name]:g}; expected 0 to {_LARGEST_WEIGHT:g}."
        )


def score_with(
    result: SessionResult, inputs: SessionInputs, configuration: ScoringConfiguration
) -> SessionScore:
    """Return the score that a session's newest result has under another configuration; nothing is stored."""
    _, score = rescore(result.channels, result.metadata, replace(inputs, scoring=configuration))
    return score


def differences(before: ScoringConfiguration, after: ScoringConfiguration) -> Sequence[tuple[str, Any, Any]]:
    """Return the values that differ, by their dotted name, as ``weights.compliance``."""
    one, other = _flat(scoring_to_plain(before)), _flat(scoring_to_plain(after))
    return [(name, one[name], other[name]) for name in one if one[name] != other[name]]


def _flat(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
