"""Scoring configurations as the Settings page asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from processing.database import Database
from processing.database import scoring_configurations as stored
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.scoring_configurations import ScoringRules


@dataclass(frozen=True, slots=True)
class ScoringService:
    """Every stored configuration, and which one new analyses take; administrators add and choose."""

    database: Database

    def rules(self) -> ScoringRules:
        """Return every stored configuration and the one that new analyses take."""
        return stored.read_rules(self.database)

    def add(self, name: str, configuration: ScoringConfiguration, *, expected_version: int) -> int:
        """Store the next version of a name; see :func:`stored.add_version` for what is refused."""
        return stored.add_version(self.database, name, configuration, expected_version=expected_version)

    def choose(self, configuration_id: int, *, reason: str, expected_revision: int) -> None:
        """Let sessions without a score take a configuration from now on; scored ones keep theirs."""
        stored.choose_configuration(
            self.database, configuration_id, reason=reason, expected_revision=expected_revision
        )
