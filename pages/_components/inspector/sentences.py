"""What the inspector shows, in sentences and as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages._components import words
from pages._components.classes import GOOD, contraction_class
from pages._components.inspector.aligned_panels import Muscle
from pages._components.inspector.overlay_figure import band_of


def page_title(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how its contractions did."""
    return (
        " ".join(f"{muscle.name}{_found(muscle)}." for muscle in muscles)
        or "No EMG channel in this recording."
    )


def _found(muscle: Muscle) -> str:
    if not muscle.judged:
        return f" {muscle.not_judged}"
    n = len(muscle.contractions)
    if not n:
        return ": no contraction found"
    kinds = [contraction_class(c) for c in muscle.contractions]
    doubtful = sum(c.doubtful for c in muscle.contractions)
    said = f": {words.plural(n, 'contraction')}"
    if all(c.meets_intensity is not None for c in muscle.contractions):
        said += f", {kinds.count(GOOD)} good"
    else:
        said += f", {_held(muscle)} held {words.number(muscle.targets.target_duration_s, 's')}"
    return said + (f", {doubtful} doubtful" if doubtful else "")


def _held(muscle: Muscle) -> str:
    held = sum(c.meets_duration for c in muscle.contractions)
    return "none" if not held else str(held)


def duration_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how many contractions were held and how long they lasted."""
    return " ".join(_durations(muscle) for muscle in muscles)


def _durations(muscle: Muscle) -> str:
    if not muscle.judged:
        return f"{muscle.name} {muscle.not_judged}."
    durations = [c.duration_s for c in muscle.contractions]
    if not durations:
        return f"{muscle.name}: no contraction found."
    held = f"{_held(muscle)} of {len(durations)} held {words.number(muscle.targets.target_duration_s, 's')}"
    middle, longest = words.seconds(float(np.median(durations))), words.seconds(max(durations))
    return f"{muscle.name}: {held}; half of them lasted {middle} or less, the longest {longest}."


def overlay_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle where the median of its contractions peaks, and how alike they are there."""
    return " ".join(_overlay(muscle) for muscle in muscles)


def _overlay(muscle: Muscle) -> str:
    if not muscle.judged:
        return f"{muscle.name} {muscle.not_judged}."
    band = band_of(muscle)
    if band is None:
        return f"{muscle.name}: too few contractions for a median."
    top = int(np.nanargmax(band.median))
    low, high = words.number(float(band.lower[top])), words.number(float(band.upper[top]), "µV")
    return (
        f"{muscle.name}: the median contraction peaks at {words.number(float(band.median[top]), 'µV')}, "
        f"{words.seconds(float(band.time_s[top]))} after its onset; half of them lie between {low} and {high} there."
    )


def chosen_words(muscle: Muscle, index: int) -> str:
    """Describe the chosen contraction in one line."""
    c = muscle.contractions[index]
    said = (
        f"**{muscle.label} {index + 1} of {len(muscle.contractions)}** · {words.span(c.onset_s, c.offset_s)}"
    )
    if not muscle.judged:
        return f"{said} · {muscle.not_judged}"
    return f"{said} · {contraction_class(c).word}" + (" · **doubtful**" if c.doubtful else "")


def chosen_numbers(muscle: Muscle, index: int) -> list[tuple[str, str]]:
    """Return names and values of what is known of the chosen contraction; withheld where nothing is judged."""
    c, targets = muscle.contractions[index], muscle.targets
    if not muscle.judged:
        return [
            ("Signal", muscle.not_judged),
            ("Start", words.seconds(c.onset_s)),
            ("End", words.seconds(c.offset_s)),
        ]
    kind = contraction_class(c)
    to_hold, to_reach = (
        words.number(targets.target_duration_s, "s"),
        words.number(targets.target_percent_mvc, "%"),
    )
    percent = words.number(c.percent_mvc, "%", missing=words.NOT_ASSESSABLE)
    numbers = [
        ("Result", f"{kind.glyph} {kind.word}"),
        ("Start", words.seconds(c.onset_s)),
        ("End", words.seconds(c.offset_s)),
        (f"Duration (of {to_hold})", words.seconds(c.duration_s)),
        ("Plateau", words.number(c.plateau_uv, "µV")),
        (f"Share of MVC (of {to_reach})", percent),
        ("Peak", words.number(c.peak_uv, "µV")),
        ("Mean", words.number(c.mean_uv, "µV")),
        ("MDF", words.fixed(c.mdf_hz, 0, "Hz", missing="too short")),
    ]
    if c.doubtful:
        numbers.append(("Doubtful", c.doubtful_reason or "no reason given"))
    mark = muscle.panel.analysis.mark_of(index)
    if mark is not None:
        numbers.append(("Decided by", f"{mark.by or 'a person'} ({mark.kind})"))
    return numbers
