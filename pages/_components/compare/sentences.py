"""The comparison in words: the finding, and why amplitudes are not compared where they are not."""

from __future__ import annotations

from pages._components import words
from pages._components.compare.rows import Row, difference_words, rows_of, value_words
from pages._components.timeline.words import placed_sentence, reference_words
from processing.emg.parameters import SessionTargets
from processing.language import format_day
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.comparability import Comparability, Obstacle, ObstacleKind
from processing.use_cases.comparison import SessionComparison, leg_of
from processing.use_cases.mvc_breaks import SIDES, Reference

REASONS: dict[ObstacleKind, str] = {
    "no_result": N_("there is no result for {who}"),
    "no_leg": N_("{who} has no channel of this leg"),
    "not_judged": N_("the signal cannot be trusted in {who}"),
    "unit": N_("the files do not state the same unit"),
    "pipeline": N_(
        "the sessions were analysed by versions that measure differently; analyse the older one again"
    ),
    "no_mvc": N_("no MVC is recorded for {who}, and nobody stated where the electrodes were"),
    "other_mvc": N_(
        "each session has another MVC ({a}; {b}), and nobody stated that the electrodes were in one place"
    ),
    "electrodes": N_("the electrodes were placed elsewhere ({a}; {b})"),
    "electrodes_moved": N_("the MVC of {who} was measured with electrodes placed elsewhere than in training"),
}


def headline(compared: SessionComparison) -> str:
    """Return what became of the good contractions of each leg, from A to B."""
    if compared.same_recording:
        return _("A and B are the same recording.")
    return " ".join(_leg_headline(row) for row in rows_of(compared) if row.panel == "good")


def _leg_headline(row: Row) -> str:
    leg = words.side_name(row.side, "")
    if row.difference is None:
        return _("{leg}: good contractions cannot be compared.").format(leg=leg)
    text = _("{leg}: {a} → {b} good ({difference}).")
    return text.format(
        leg=leg, a=value_words(row, "a"), b=value_words(row, "b"), difference=difference_words(row)
    )


def obstacle_sentences(compared: SessionComparison) -> list[str]:
    """Say where amplitudes are not compared, why, and what is compared all the same; both legs at once if alike."""
    found: dict[tuple[bool, str], list[str]] = {}
    for guard in compared.guard:
        if guard.amplitude:
            continue
        reasons = "; ".join(_reason(obstacle, guard, compared) for obstacle in guard.obstacles)
        leg = f"{words.side_mark(guard.side)} {words.side_name(guard.side, '')}"
        found.setdefault((_nothing_left(guard), reasons), []).append(leg)
    return [_sentence(legs, nothing, reasons) for (nothing, reasons), legs in found.items()]


def _nothing_left(guard: Comparability) -> bool:
    return guard.has("no_result") or guard.has("no_leg") or guard.has("not_judged")


def _sentence(legs: list[str], nothing: bool, reasons: str) -> str:
    leg = legs[0] if len(legs) == 1 else _("Both legs")
    if nothing:
        return _("{leg}: nothing is compared: {reasons}.").format(leg=leg, reasons=reasons)
    return _("{leg}: µV not comparable: {reasons}. Comparing counts, durations and symmetry only.").format(
        leg=leg, reasons=reasons
    )


def _reason(obstacle: Obstacle, guard: Comparability, compared: SessionComparison) -> str:
    names = [m.session_code for m in compared.measures]
    at_fault = [name for name, fault in zip(names, (obstacle.in_a, obstacle.in_b), strict=True) if fault]
    who = _("{a} and {b}").format(a=at_fault[0], b=at_fault[1]) if len(at_fault) == 2 else "".join(at_fault)
    a, b = (leg_of(review, guard.side).reference for review in (compared.a, compared.b))
    said = _electrodes if obstacle.kind == "electrodes" else _mvc
    return _(REASONS[obstacle.kind]).format(who=who, a=f"A {said(a)}", b=f"B {said(b)}")


def _mvc(reference: Reference) -> str:
    value = words.number(reference.value_uv, "µV")
    day = reference.measured_on
    return value if day is None else _("{value} of {day}").format(value=value, day=format_day(day))


def _electrodes(reference: Reference) -> str:
    placed = None if reference.measurement is None else reference.measurement.electrode_placement
    return words.not_recorded() if placed is None else words.plain(placed)


SHORT: dict[ObstacleKind, str] = {
    "no_result": N_("no result"),
    "no_leg": N_("no channel of this leg"),
    "not_judged": N_("not judged"),
}


def short_obstacle(guard: Comparability) -> str:
    """Return a few words for the place where the picture would be; empty where it is drawn."""
    if guard.amplitude:
        return ""
    return _(SHORT.get(guard.obstacles[0].kind, N_("amplitudes not comparable")))


def measured_against(compared: SessionComparison) -> str:
    """Say which MVC each session's amplitudes are measured against, leg by leg."""
    parts = []
    for letter, review in (("A", compared.a), ("B", compared.b)):
        references = [
            f"{words.side_mark(side)} {reference_words(leg_of(review, side).reference)}" for side in SIDES
        ]
        parts.append(f"{letter} {', '.join(references)}")
    return _(
        "MVC: {of_sessions}. Plateau: median over the contractions of the RMS envelope's plateau."
    ).format(of_sessions="; ".join(parts))


def date_sentences(compared: SessionComparison) -> list[str]:
    """Say which of both sessions has no date that can be: which of them was first is then not certain."""
    return [
        placed_sentence(review.summary.session_code, review.result.metadata.recorded_at)
        for review in (compared.a, compared.b)
        if review.summary.recorded_at is None and review.result is not None
    ]


def target_sentences(compared: SessionComparison) -> list[str]:
    """Say where both sessions were measured against different targets; their good contractions are not alike then."""
    found: dict[str, list[str]] = {}
    for side in SIDES:
        a, b = (review.inputs.targets.for_side(side) for review in (compared.a, compared.b))
        if (a.target_percent_mvc, a.target_duration_s) != (b.target_percent_mvc, b.target_duration_s):
            said = f"A {_target(a)}; B {_target(b)}"
            found.setdefault(said, []).append(words.side_name(side, ""))
    return [
        _("{leg}: good contractions were counted against different targets ({targets}).").format(
            leg=legs[0] if len(legs) == 1 else _("Both legs"), targets=said
        )
        for said, legs in found.items()
    ]


def _target(targets: SessionTargets) -> str:
    return _("{intensity} held {time}").format(
        intensity=words.number(targets.target_percent_mvc, _("% MVC")),
        time=words.number(targets.target_duration_s, "s"),
    )
