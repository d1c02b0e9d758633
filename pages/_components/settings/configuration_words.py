"""A scoring configuration in words and numbers, to be read."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from pages._components import words
from pages._components.settings.configuration_fields import DENOMINATORS, RATES, WEIGHTS, shares_words
from processing.language import gettext as _
from processing.scoring.configuration import ScoringConfiguration


def configuration_table(configuration: ScoringConfiguration) -> pd.DataFrame:
    """Return what a configuration says, a line for each of its parts."""
    rows = configuration_lines(configuration)
    return pd.DataFrame(rows, columns=[_("Rule"), _("Value")])


def configuration_lines(configuration: ScoringConfiguration) -> list[tuple[str, str]]:
    """Return the name and the value of each part of a configuration."""
    bands = [
        _("{low}–{high} scores {score}").format(
            low=words.number(band.low), high=words.number(band.high), score=words.number(band.score)
        )
        for band in configuration.effort_bands
    ]
    rest = _("any other scores {score}").format(score=words.number(configuration.effort_otherwise))
    return [
        (_("Parts of the score"), shares_words(WEIGHTS, asdict(configuration.weights))),
        (_("Rates within a leg"), shares_words(RATES, asdict(configuration.rate_weights))),
        (_("Rates are divided by"), _(DENOMINATORS[configuration.rate_denominator])),
        (_("Perceived effort (CR10)"), "; ".join([*bands, rest])),
        (
            _("Cuff pressure"),
            _("the whole score is 0 outside {low}–{high}").format(
                low=words.number(configuration.bfr_low_percent_aop),
                high=words.number(configuration.bfr_high_percent_aop, _("% AOP")),
            ),
        ),
    ]


def changed_lines(before: ScoringConfiguration, after: ScoringConfiguration) -> list[str]:
    """Return, for each part that differs, what it was and what it is."""
    return [
        _("{rule}: {before} → {after}").format(rule=name, before=old, after=new)
        for (name, old), (_name, new) in zip(
            configuration_lines(before), configuration_lines(after), strict=True
        )
        if old != new
    ]
