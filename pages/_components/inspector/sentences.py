"""What the inspector shows, in sentences and as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages._components import counted, words
from pages._components.classes import GOOD, contraction_class
from pages._components.doubts import why_doubtful
from pages._components.inspector.aligned_panels import Muscle
from pages._components.inspector.overlay_figure import band_of
from pages._components.mark_words import VERBS
from pages._components.not_judged import reason_sentence
from processing.language import gettext as _
from processing.language import pgettext


def page_title(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how its contractions did."""
    return " ".join(_found(muscle) for muscle in muscles) or _("No EMG channel in this recording.")


def _found(muscle: Muscle) -> str:
    if not muscle.judged:
        return _not_judged(muscle)
    n = len(muscle.contractions)
    if not n:
        return _("{leg}: no contraction found.").format(leg=muscle.name)
    kinds = [contraction_class(c) for c in muscle.contractions]
    doubtful = sum(c.doubtful for c in muscle.contractions)
    said = [counted.contractions(n)]
    if all(c.meets_intensity is not None for c in muscle.contractions):
        said.append(counted.good(kinds.count(GOOD)))
    else:
        said.append(counted.held(_n_held(muscle), _target(muscle)))
    if doubtful:
        said.append(counted.doubtful(doubtful))
    return _("{name}: {found}.").format(name=muscle.name, found=", ".join(said))


def _not_judged(muscle: Muscle) -> str:
    return reason_sentence(muscle.name, muscle.panel.analysis.quality)


def _n_held(muscle: Muscle) -> int:
    return sum(c.meets_duration for c in muscle.contractions)


def _target(muscle: Muscle) -> str:
    return words.number(muscle.targets.target_duration_s, "s")


def duration_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how many contractions were held and how long they lasted."""
    return " ".join(_durations(muscle) for muscle in muscles)


def _durations(muscle: Muscle) -> str:
    if not muscle.judged:
        return _not_judged(muscle)
    durations = [c.duration_s for c in muscle.contractions]
    if not durations:
        return _("{leg}: no contraction found.").format(leg=muscle.name)
    held = _n_held(muscle)
    said = (
        _(
            "{name}: {n} of {total} held {target}; half of them lasted {middle} or less, the longest {longest}."
        )
        if held
        else _(
            "{name}: none of {total} held {target}; half of them lasted {middle} or less, the longest {longest}."
        )
    )
    return said.format(
        name=muscle.name,
        n=held,
        total=len(durations),
        target=_target(muscle),
        middle=words.seconds(float(np.median(durations))),
        longest=words.seconds(max(durations)),
    )


def overlay_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle where the median of its contractions peaks, and how alike they are there."""
    return " ".join(_overlay(muscle) for muscle in muscles)


def _overlay(muscle: Muscle) -> str:
    if not muscle.judged:
        return _not_judged(muscle)
    band = band_of(muscle)
    if band is None:
        return _("{name}: too few contractions for a median.").format(name=muscle.name)
    top = int(np.nanargmax(band.median))
    return _(
        "{name}: the median contraction peaks at {peak}, {moment} after its onset; "
        "half of them lie between {low} and {high} there."
    ).format(
        name=muscle.name,
        peak=words.number(float(band.median[top]), "µV"),
        moment=words.seconds(float(band.time_s[top])),
        low=words.number(float(band.lower[top])),
        high=words.number(float(band.upper[top]), "µV"),
    )


def chosen_words(muscle: Muscle, index: int) -> str:
    """Describe the chosen contraction in one line."""
    c = muscle.contractions[index]
    which = _("{muscle} {number} of {total}").format(
        muscle=muscle.label, number=index + 1, total=len(muscle.contractions)
    )
    said = [f"**{which}**", words.span(c.onset_s, c.offset_s)]
    if not muscle.judged:
        return " · ".join([*said, muscle.not_judged])
    said.append(contraction_class(c).word)
    if c.doubtful:
        said.append(f"**{pgettext('contraction', 'doubtful')}**")
    return " · ".join(said)


def chosen_numbers(muscle: Muscle, index: int) -> list[tuple[str, str]]:
    """Return names and values of what is known of the chosen contraction; withheld where nothing is judged."""
    c, targets = muscle.contractions[index], muscle.targets
    edges = [(_("Start"), words.seconds(c.onset_s)), (_("End"), words.seconds(c.offset_s))]
    if not muscle.judged:
        return [(_("Signal"), muscle.not_judged), *edges]
    kind = contraction_class(c)
    to_hold, to_reach = _target(muscle), words.number(targets.target_percent_mvc, "%")
    percent = words.number(c.percent_mvc, "%", missing=words.not_assessable())
    numbers = [
        (_("Result"), f"{kind.glyph} {kind.word}"),
        *edges,
        (_("Duration (of {target})").format(target=to_hold), words.seconds(c.duration_s)),
        (_("Plateau"), words.number(c.plateau_uv, "µV")),
        (_("Share of MVC (of {target})").format(target=to_reach), percent),
        (_("Peak"), words.number(c.peak_uv, "µV")),
        (_("Mean"), words.number(c.mean_uv, "µV")),
        (_("MDF"), words.fixed(c.mdf_hz, 0, "Hz", missing=_("too short"))),
    ]
    if c.doubtful:
        numbers.append((_("Doubtful"), why_doubtful(c)))
    mark = muscle.panel.analysis.mark_of(index)
    if mark is not None:
        by = _("{person} ({decided})").format(person=mark.by or _("a person"), decided=_(VERBS[mark.kind]))
        numbers.append((_("Decided by"), by))
    return numbers
