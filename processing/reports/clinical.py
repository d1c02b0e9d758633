"""What stands on the clinical sheet, as plain values in the report's language."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from processing.language import format_day, ngettext, sentence
from processing.language import gettext as _
from processing.language.quantities import decibels, duration, number, seconds
from processing.recording import Side
from processing.reports import finding, score, signals
from processing.reports.completeness import N_ITEMS, completeness
from processing.reports.model import ReportOptions, ReportSource
from processing.reports.provenance import footer, parameter_lines
from processing.reports.wording import (
    change_words,
    edits_in_force,
    left_first,
    leg_name,
    moment,
    recorded_words,
    shortened,
    side_mark,
)
from processing.use_cases.read_models import SessionResult

WIDTH_MM = 180.0


@dataclass(frozen=True, slots=True)
class FirstRoom:
    """How much the parts of page 1 may take that know no bound by themselves."""

    panel_mm: float = 62.0
    note_letters: int = 1100
    most_findings: int = 4


@dataclass(frozen=True, slots=True)
class SecondRoom:
    """How much the parts of page 2 may take that know no bound by themselves."""

    most_edits: int = 16
    value_letters: int = 400
    reason_letters: int = 90


# From ample to tight; the first that fits is taken.
FIRST_ROOMS = (
    FirstRoom(),
    FirstRoom(55.0),
    FirstRoom(50.0, 900),
    FirstRoom(44.0, 700, 3),
    FirstRoom(40.0, 400, 2),
    FirstRoom(34.0, 260, 1),
    FirstRoom(28.0, 160, 1),
)
SECOND_ROOMS = (
    SecondRoom(),
    SecondRoom(10, 300, 60),
    SecondRoom(6, 220, 40),
    SecondRoom(4, 160, 30),
    SecondRoom(2, 110, 24),
)


def clinical_content(
    source: ReportSource, options: ReportOptions, room: FirstRoom, second: SecondRoom
) -> dict[str, Any]:
    """Return the values that the template sets; all words are in the current language."""
    summary, result = source.review.summary, source.review.result
    content: dict[str, Any] = {
        "title": _("EMG session report {session}").format(session=summary.session_code),
        "heading": _("EMG session report"),
        "session": summary.session_code,
        "who": _who(source, options),
        "draft": "" if source.reviewed else _("Draft – not reviewed"),
        "reviewed": _reviewed(source),
        "footer": footer(source),
        "words": _words(),
    }
    if result is None:
        return {**content, "finding": [_no_result(source)], "result": None}
    targets = source.review.inputs.targets
    return {
        **content,
        "finding": [shortened(said, 200)[0] for said in finding.finding(result.channels, targets)],
        "result": {
            "panels": signals.panels(
                source, width_mm=WIDTH_MM, height_mm=room.panel_mm, include_raw=options.include_raw
            ),
            "no_panels": sentence(source.no_traces or ""),
            "undrawn": signals.undrawn(source),
            "legend": signals.legend(result.channels),
            "combs": signals.combs(source),
            "score": _score(source, result),
            "quality": _quality(result, room),
            "known": _known(source),
            "notes": _notes(source, room),
            "completeness": _completeness(source, second),
            "edits": _edits(source, second),
            "measures": _measures(result),
            "parameters": parameter_lines(result),
        },
    }


def _no_result(source: ReportSource) -> str:
    summary = source.review.summary
    if summary.status == "failed":
        return _("This recording could not be analysed: {reason}").format(
            reason=shortened(sentence(summary.failure), 600)[0]
        )
    return _("There is no result for this recording yet.")


def _who(source: ReportSource, options: ReportOptions) -> list[list[str]]:
    summary, identity = source.review.summary, source.identity
    rows = [[_("Patient"), summary.patient_code]]
    if options.include_name:
        names = [] if identity is None else [identity.family_name, identity.given_name]
        known = ", ".join(shortened(name, 60)[0] for name in names if name)
        rows.append([_("Name"), known or _("not recorded")])
        if identity is not None and identity.birth_date is not None:
            rows.append([_("Born"), format_day(identity.birth_date)])
        if identity is not None and identity.hospital_number:
            rows.append([_("Hospital number"), identity.hospital_number])
    rows.append([_("Recorded"), recorded_words(source)])
    rows.append([_("Length"), duration(summary.duration_s)])
    return rows


def _reviewed(source: ReportSource) -> str:
    mark = source.mark
    if mark is None or not mark.current or mark.reviewed_at is None:
        return ""
    when = moment(source, mark.reviewed_at)
    if not mark.reviewed_by:
        return _("Reviewed {when}").format(when=when)
    return _("Reviewed by {name}, {when}").format(name=shortened(mark.reviewed_by, 60)[0], when=when)


def _score(source: ReportSource, result: SessionResult) -> dict[str, Any] | None:
    if not any(channel.side for channel in result.channels):
        return None
    inputs = source.review.inputs
    steps = score.printed_steps(result.score, result.channels, inputs.targets, inputs.scoring)
    return {
        "total": score.total_words(result.score),
        "known": result.score.total is not None,
        "steps": [asdict(step) for step in steps],
        "notes": score.score_notes(result.score)[:4],
    }


def _quality(result: SessionResult, room: FirstRoom) -> list[dict[str, Any]]:
    legs = []
    for channel in left_first(result.channels)[: signals.MOST_PANELS]:
        lines = [shortened(line, 220)[0] for line in finding.quality_lines(channel)]
        hidden = len(lines) - room.most_findings
        if hidden > 0:
            more = ngettext(
                "{n} more finding is in the program.", "{n} more findings are in the program.", hidden
            )
            lines = [*lines[: room.most_findings], more.format(n=hidden)]
        legs.append(
            {
                "mark": side_mark(channel.side),
                "name": shortened(leg_name(channel.side, channel.name), 40)[0],
                "verdict": finding.panel_quality(channel),
                "lines": lines or [_("nothing else was noticed")],
            }
        )
    return legs


def _known(source: ReportSource) -> list[list[str]]:
    """Return what was entered or found in the file, and what was not recorded."""
    review, result = source.review, source.review.result
    assert result is not None
    inputs, measures = review.inputs, result.metadata.measures
    effort = inputs.perceived_effort_cr10
    pressure = inputs.bfr_percent_aop
    rows = [
        [
            _("Effort (Borg CR10)"),
            number(measures.perceived_effort_cr10 if effort is None else effort, missing=_("not recorded")),
        ],
        [
            _("Cuff pressure"),
            number(
                measures.bfr_percent_aop if pressure is None else pressure, "% AOP", missing=_("not recorded")
            ),
        ],
    ]
    by_side = {channel.side: channel for channel in result.channels}
    sides: tuple[Side, ...] = ("left", "right")
    for side in sides:
        channel = by_side.get(side)
        mvc = None if channel is None or channel.mvc is None or not channel.mvc.assessable else channel.mvc
        label = _("MVC left") if side == "left" else _("MVC right")
        rows.append([label, number(None if mvc is None else mvc.value_uv, "µV", missing=_("not recorded"))])
    return rows


def _notes(source: ReportSource, room: FirstRoom) -> dict[str, Any]:
    notes = source.notes
    if notes is None or not notes.may_read:
        return {"rows": [], "none": _("Notes are not shown to this reader."), "more": ""}
    rows, left, hidden = [], room.note_letters, 0
    for note in notes.notes:
        if left < 40:
            hidden += 1
            continue
        text, cut = shortened(note.text, left)
        left = 0 if cut else left - len(text) - 60
        author = shortened(note.author, 40)[0] if note.author else ""
        about = seconds(note.at_s) if note.at_s is not None else ""
        when = moment(source, note.edited_at or note.created_at)
        rows.append(
            {"head": " · ".join(part for part in (when, author, about) if part), "text": text, "cut": cut}
        )
    more = (
        [_("A note is shortened; the whole text is in the program.")] if any(r["cut"] for r in rows) else []
    )
    if hidden:
        more.append(
            ngettext("{n} more note is in the program.", "{n} more notes are in the program.", hidden).format(
                n=hidden
            )
        )
    return {"rows": rows, "none": "" if rows else _("No note was written."), "more": " ".join(more)}


def _completeness(source: ReportSource, room: SecondRoom) -> dict[str, Any]:
    items = completeness(source)
    stated = sum(item.stated for item in items)
    missing = [item.name for item in items if not item.stated]
    return {
        "stated": stated,
        "of": N_ITEMS,
        "words": _("Reporting completeness: {n} of {of} items recorded").format(n=stated, of=N_ITEMS),
        "missing": _("Not recorded: {items}.").format(items=", ".join(missing)) if missing else "",
        "rows": [
            {
                "name": item.name,
                "value": shortened(item.value, room.value_letters)[0] if item.value else _("not recorded"),
                "remark": shortened(item.remark or "", room.value_letters)[0],
                "stated": item.stated,
            }
            for item in items
        ],
    }


def _edits(source: ReportSource, room: SecondRoom) -> dict[str, Any]:
    result = source.review.result
    assert result is not None
    edits = edits_in_force(source)
    rows = [
        [
            moment(source, entry.at) if entry.at else _("not recorded"),
            shortened(entry.author_name or _("not known"), 40)[0],
            change_words(entry.correction, result.channels),
            shortened(entry.correction.reason or _("no reason given"), room.reason_letters)[0],
        ]
        for entry in edits
        if entry.correction is not None
    ]
    hidden = len(rows) - room.most_edits
    more = ngettext("{n} more edit is in the program.", "{n} more edits are in the program.", max(hidden, 1))
    return {
        "rows": rows[: room.most_edits],
        "more": more.format(n=hidden) if hidden > 0 else "",
        "none": "" if rows else _("No contraction was edited."),
    }


def _measures(result: SessionResult) -> dict[str, Any]:
    """Return the amplitude and spectrum of each leg as a small table, in one unit a row."""
    legs = [
        c for c in left_first(result.channels)[: signals.MOST_PANELS] if c.quality.verdict != "not_judged"
    ]
    missing = "—"
    rows = [
        [_("EMG amplitude, RMS"), *(number(c.amplitude.rms_uv, "µV", missing=missing) for c in legs)],
        [_("EMG amplitude, peak"), *(number(c.amplitude.peak_uv, "µV", missing=missing) for c in legs)],
        [_("Time in contraction"), *(number(c.amplitude.time_under_tension_s, "s") for c in legs)],
        [_("Median frequency"), *(number(c.spectrum.mdf_hz, "Hz", missing=missing) for c in legs)],
        [_("Signal to noise"), *(decibels(c.quality.snr_db, missing=missing) for c in legs)],
    ]
    heads = [f"{side_mark(c.side)} {shortened(leg_name(c.side, c.name), 24)[0]}" for c in legs]
    return {"heads": heads, "rows": rows if legs else []}


def _words() -> dict[str, str]:
    """Return the headings of the template."""
    return {
        "score": _("Score of 100"),
        "score_total": _("Score of 100: {total}"),
        "from": _("from 100"),
        "no_score": _("No score: the file does not say which leg its channels belong to."),
        "quality": _("Signal quality"),
        "notes": _("Session note"),
        "repetitions": _("Repetitions"),
        "edits": _("Manual edits"),
        "parameters": _("Parameters of the analysis: {id}"),
        "measures": _("Measures over the counted contractions"),
        "item": _("Item"),
        "value": _("In this session"),
        "when": _("When"),
        "who": _("Who"),
        "what": _("What"),
        "why": _("Why"),
        "no_signals": _("The signals are not drawn: {reason}"),
        "standards": _("Items after ISEK (1999), SENIAM and CEDE. EMG amplitude is not a measure of force."),
        "page": _("page {page} of {pages}"),
    }
