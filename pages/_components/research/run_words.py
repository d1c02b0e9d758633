"""A run in words: its state, how sessions came out, what was tried, and on which sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pages._components import words
from pages._components.settings.analysis import value_words
from pages._components.settings.configuration_words import configuration_lines
from pages._components.settings.parameter_words import BY_KEY
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.reprocessing import Candidate, Change, Digest, LegDigest, Outcome, Run, RunState

BadgeColor: TypeAlias = Literal["blue", "orange", "violet", "gray"]
STATES: dict[RunState, tuple[str, str, BadgeColor]] = {
    "trying": (N_("Dry run under way"), ":material/progress_activity:", "violet"),
    "tried": (N_("Dry run, nothing changed yet"), ":material/science:", "blue"),
    "cancelled": (N_("Cancelled"), ":material/cancel:", "gray"),
    "applying": (N_("Being applied"), ":material/progress_activity:", "violet"),
    "applied": (N_("Applied"), ":material/task_alt:", "blue"),
    "apply_cancelled": (N_("Application stopped"), ":material/cancel:", "orange"),
}

OUTCOMES: dict[Outcome, str] = {
    "changed": N_("Grade changes"),
    "newly_fails": N_("Newly fails"),
    "newly_read": N_("Newly read"),
    "same": N_("Same"),
    "still_fails": N_("Still cannot be read"),
    "skipped": N_("Not tried"),
}

CHANGES: dict[Change, str] = {
    "verdict": N_("verdict on a signal"),
    "counts": N_("contractions"),
    "score": N_("score"),
}

VERDICTS = {"good": N_("good"), "doubtful": N_("doubtful"), "not_judged": N_("not judged")}

GRADE = N_(
    "The grade of a session is what its first line says: of each leg the verdict on its signal and how many "
    "contractions were found, held and good; and its score, where half a point or more is a change. Neither the trial "
    "nor the literature names bands for the score, so none are used."
)


def headline(run: Run) -> str:
    """Say in one line how the sessions came out."""
    n = {outcome: run.counts.get(outcome, 0) for outcome in OUTCOMES}
    changed, failing = n["changed"], n["newly_fails"]
    said = [
        ngettext("{n} session", "{n} sessions", run.n_items).format(n=run.n_items),
        _("{n} same").format(n=n["same"]),
        ngettext("{n} changes grade", "{n} change grade", changed).format(n=changed),
        ngettext("{n} newly fails", "{n} newly fail", failing).format(n=failing),
    ]
    if n["newly_read"]:
        said.append(_("{n} newly read").format(n=n["newly_read"]))
    if n["still_fails"]:
        said.append(_("{n} still cannot be read").format(n=n["still_fails"]))
    if n["skipped"]:
        said.append(_("{n} not tried").format(n=n["skipped"]))
    return " · ".join(said)


def candidate_lines(candidate: Candidate, scoring_label: str | None = None) -> list[str]:
    """Return what was tried, a line for each setting that is not the program's own."""
    return [*settings_lines(candidate.settings), *_scoring_lines(candidate.scoring, scoring_label)]


def settings_lines(settings: Mapping[str, Any] | None) -> list[str]:
    """Return the analysis settings of a candidate."""
    if settings is None:
        return [_("Analysis: each session's own settings")]
    if not settings:
        return [_("Analysis: the program's own settings")]
    return [setting_words(name, value) for name, value in settings.items()]


def setting_words(name: str, value: Any) -> str:
    """Return a setting that is not the program's own, with what the program would take."""
    known = BY_KEY.get(name)
    if known is None:
        return f"{name} {value}"
    unit = f"{words.THIN}{known.unit}" if known.unit else ""
    return _("{setting}: {value}{unit} instead of {own}").format(
        setting=_(known.name), value=value_words(known, value), unit=unit, own=value_words(known, known.own)
    )


def _scoring_lines(scoring: ScoringConfiguration | None, label: str | None) -> list[str]:
    if scoring is None:
        return [_("Scoring: each session's own rules")]
    if label is not None:
        return [_("Scoring: {label}").format(label=label)]
    own = dict(configuration_lines(ScoringConfiguration()))
    return [f"{name}: {value}" for name, value in configuration_lines(scoring) if own[name] != value] or [
        _("Scoring: the trial's own rules")
    ]


def score_of(digest: Digest | None) -> str:
    """Return a score, its range, or that there is none."""
    return "—" if digest is None else words.score_words(digest.score, digest.low, digest.high)


def leg_words(leg: LegDigest | None) -> str:
    """Return one leg in a few words: good of expected, held, found, and its verdict where it is not good."""
    if leg is None:
        return "—"
    if leg.found is None:
        return _("not judged")
    if leg.good is None:
        said = _("good not known, {held} held, {found} found").format(held=leg.held, found=leg.found)
    elif leg.expected is None:
        said = _("{good} good, {held} held, {found} found").format(
            good=leg.good, held=leg.held, found=leg.found
        )
    else:
        said = _("{good} of {expected} good, {held} held, {found} found").format(
            good=leg.good, expected=leg.expected, held=leg.held, found=leg.found
        )
    if leg.verdict == "good":
        return said
    return _("{counts} ({verdict})").format(counts=said, verdict=_(VERDICTS[leg.verdict]))


def leg_change(before: LegDigest | None, after: LegDigest | None) -> str:
    """Return one leg before and after, number by number."""
    if before is None or after is None or before.found is None or after.found is None:
        return was_is(leg_words(before), leg_words(after))
    unknown = _("not known")

    def count(one: int | None, other: int | None) -> str:
        return was_is(*(unknown if each is None else str(each) for each in (one, other)))

    said = [
        _("good {n}").format(n=count(before.good, after.good)),
        _("held {n}").format(n=count(before.held, after.held)),
        _("found {n}").format(n=count(before.found, after.found)),
    ]
    if (before.verdict, after.verdict) != ("good", "good"):
        said.append(was_is(_(VERDICTS[before.verdict]), _(VERDICTS[after.verdict])))
    return " · ".join(said)


def was_is(before: str, after: str) -> str:
    """Return what was and what would be, or only one where they are the same."""
    return before if before == after else f"{before} → {after}"
