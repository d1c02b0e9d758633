"""What was prescribed and entered for a session: columns of the table of sessions."""

from __future__ import annotations

from collections.abc import Callable

from processing.exports.columns import ENTERED, FILE, PRODUCT, SCORE, Column, Value, at, integer, number, text
from processing.exports.model import ExportedSession as Row
from processing.language import mark as N_
from processing.use_cases.analyse import first_known
from processing.use_cases.prescriptions import Prescription

NOT_RECORDED = N_("not recorded")
_NOT_PRESCRIBED = N_("nothing was prescribed about it")

# What a person entered, and what a file may hold instead, under the names of both.
_VALUES = {
    "effort_cr10": "perceived_effort_cr10",
    "cuff_percent_aop": "bfr_percent_aop",
    "game_max_points": "game_max_points",
}


def known_value(row: Row, column: str) -> float | None:
    """Return a value that a person entered, else the one in the file, as the score takes it."""
    name = _VALUES[column]
    in_file = None if row.result is None else getattr(row.result.metadata.measures, name)
    return first_known(getattr(row.review.inputs, name), in_file)


def _from(column: str) -> Callable[[Row], Value]:
    def read(row: Row) -> Value:
        if getattr(row.review.inputs, _VALUES[column]) is not None:
            return "entered"
        return None if known_value(row, column) is None else "file"

    return read


def _prescribed(read: Callable[[Prescription], Value]) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        prescription = row.review.inputs.prescription
        return None if prescription is None else read(prescription)

    return value


TARGETS: tuple[Column[Row], ...] = (
    text(
        "targets_from",
        N_(
            "Where the targets come from: default (the trial's), prescription, or session (changed for it alone)"
        ),
        PRODUCT,
        lambda r: r.review.inputs.targets_source,
    ),
    integer(
        "target_left_contractions",
        N_("Contractions expected of the left leg"),
        ENTERED,
        lambda r: r.review.inputs.targets.for_side("left").expected_contractions,
    ),
    integer(
        "target_right_contractions",
        N_("Contractions expected of the right leg"),
        ENTERED,
        lambda r: r.review.inputs.targets.for_side("right").expected_contractions,
    ),
    number(
        "target_left_percent_mvc",
        "% MVC",
        N_("Target intensity of the left leg"),
        ENTERED,
        lambda r: r.review.inputs.targets.for_side("left").target_percent_mvc,
    ),
    number(
        "target_right_percent_mvc",
        "% MVC",
        N_("Target intensity of the right leg"),
        ENTERED,
        lambda r: r.review.inputs.targets.for_side("right").target_percent_mvc,
    ),
    number(
        "target_hold_s",
        "s",
        N_("Target duration of a contraction"),
        ENTERED,
        lambda r: r.review.inputs.targets.target_duration_s,
    ),
    text(
        "prescribed_from",
        N_("Day from which the prescription holds"),
        ENTERED,
        _prescribed(lambda p: p.valid_from.isoformat()),
        missing=N_("no prescription holds on that day"),
        identifying=True,
    ),
    integer(
        "prescribed_sets",
        N_("Game sessions in a therapy session"),
        ENTERED,
        _prescribed(lambda p: p.sets),
        missing=_NOT_PRESCRIBED,
    ),
    integer(
        "prescribed_reps",
        N_("Contractions in a set"),
        ENTERED,
        _prescribed(lambda p: p.reps),
        missing=_NOT_PRESCRIBED,
    ),
    number(
        "prescribed_rest_s",
        "s",
        N_("Rest between sets"),
        ENTERED,
        _prescribed(lambda p: p.rest_s),
        missing=_NOT_PRESCRIBED,
    ),
    number(
        "prescribed_percent_aop",
        "% AOP",
        N_("Cuff pressure"),
        ENTERED,
        _prescribed(lambda p: p.pressure_percent_aop),
        missing=_NOT_PRESCRIBED,
    ),
    integer(
        "protocol_days",
        N_("Days that the protocol lasts"),
        ENTERED,
        _prescribed(lambda p: p.protocol_days),
        missing=_NOT_PRESCRIBED,
    ),
)

ENTERED_VALUES: tuple[Column[Row], ...] = (
    number(
        "effort_cr10",
        "CR10",
        N_("Perceived effort after the session, Borg CR10"),
        ENTERED,
        lambda r: known_value(r, "effort_cr10"),
        missing=NOT_RECORDED,
    ),
    text(
        "effort_from",
        N_("Where it comes from: entered or file"),
        PRODUCT,
        _from("effort_cr10"),
        missing=NOT_RECORDED,
    ),
    number(
        "cuff_percent_aop",
        "% AOP",
        N_("Measured cuff pressure in percent of arterial occlusion pressure"),
        ENTERED,
        lambda r: known_value(r, "cuff_percent_aop"),
        missing=NOT_RECORDED,
    ),
    text(
        "cuff_from",
        N_("Where it comes from: entered or file"),
        PRODUCT,
        _from("cuff_percent_aop"),
        missing=NOT_RECORDED,
    ),
    text(
        "cuff_gate",
        N_("What the pressure does to the score: within, outside (the score is 0) or not_measured"),
        SCORE,
        at("result.score.gate"),
        missing=N_("the session has no result"),
    ),
    number(
        "game_max_points",
        "",
        N_("Points that could be reached"),
        FILE,
        lambda r: known_value(r, "game_max_points"),
        missing=NOT_RECORDED,
    ),
)
