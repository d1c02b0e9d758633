"""The 25 items that a credible EMG report states, and which of them this session records.

References
----------
.. [1] Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV (ISEK).
.. [2] Hermens HJ et al. Development of recommendations for SEMG sensors and sensor placement procedures.
   J Electromyogr Kinesiol 2000;10(5):361-74 (SENIAM).
.. [3] Besomi M et al. Consensus for experimental design in electromyography (CEDE) project: amplitude normalization
   matrix. J Electromyogr Kinesiol 2020;53:102438; and the project's checklist for reporting, CEDE-Check.

Notes
-----
An item counts as stated only where this session records it. What the trial's protocol says but neither the file nor a
person does is printed as a remark and counts as missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from processing.emg.filters import NYQUIST_MARGIN
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import ChannelAnalysis
from processing.language import format_day, ngettext, sentence
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language.quantities import number
from processing.recording import Side
from processing.reports.model import ReportSource
from processing.reports.wording import (
    edits_in_force,
    left_first,
    leg_name,
    moment,
    reason_words,
    recorded_words,
)
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.parameter_sets import parameter_set_id
from processing.use_cases.read_models import SessionResult
from processing.version import SOFTWARE_VERSION


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its name, what the session records of it (None: not recorded), and a remark."""

    key: str
    name: str
    value: str | None
    remark: str | None = None

    @property
    def stated(self) -> bool:
        """Whether it counts."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the items are read from."""

    source: ReportSource
    result: SessionResult
    parameters: AnalysisParameters

    @property
    def channels(self) -> list[ChannelAnalysis]:
        return left_first(self.result.channels)


def completeness(source: ReportSource) -> tuple[Item, ...]:
    """Return the 25 items of a session that has a result, in the order in which they are printed."""
    result = source.review.result
    assert result is not None
    facts = _Facts(source, result, parameters_from_plain(result.parameters))
    items = []
    for key, (name, read) in _ITEMS.items():
        value, remark = read(facts)
        items.append(Item(key, _(name), value or None, remark))
    return tuple(items)


_Answer = tuple[str | None, str | None]


def _muscle(_facts: _Facts) -> _Answer:
    return None, _("trial protocol: quadriceps; the file does not say")


def _side(facts: _Facts) -> _Answer:
    infos = facts.result.metadata.channels
    legs = [f"{info.label.strip()} → {leg_name(info.side, _('no leg'))}" for info in infos]
    if not any(info.side for info in infos):
        return None, _("the file does not say which leg")
    return ", ".join(legs), _side_origin(facts)


def _side_origin(facts: _Facts) -> str | None:
    side_map = facts.source.side_map
    if side_map is None:
        return None
    if side_map.by_person:
        return _("said by a person")
    origins = {c.side_from for c in side_map.channels if c.selected and c.side is not None}
    if origins == {"label"}:
        return _("as the labels say")
    return _("by the game's convention; the file does not say")


def _sensor(_facts: _Facts) -> _Answer:
    return None, None


def _placement(facts: _Facts) -> _Answer:
    return _of_mvc(facts, lambda mvc: mvc.electrode_placement), None


def _rate(facts: _Facts) -> _Answer:
    return number(facts.result.metadata.sampling_rate_hz, "Hz"), _("as declared by the file")


def _clock(facts: _Facts) -> _Answer:
    check = facts.result.metadata.clock_check
    return (
        (sentence(check.message), None) if check.consistent is not None else (None, sentence(check.message))
    )


def _filter(facts: _Facts) -> _Answer:
    p = facts.parameters
    high = min(p.bandpass_high_hz, NYQUIST_MARGIN * facts.result.metadata.sampling_rate_hz / 2)
    said = _("Butterworth band-pass {low}–{high}, order {order} in each direction, zero phase").format(
        low=number(p.bandpass_low_hz), high=number(high, "Hz"), order=p.bandpass_order
    )
    notch = _("no mains notch") if p.mains_notch_hz is None else _("mains notch at {frequency}")
    return f"{said}; {notch.format(frequency=number(p.mains_notch_hz, 'Hz'))}", None


def _rectification(_facts: _Facts) -> _Answer:
    return _("none: the RMS squares the signal"), None


def _envelope(facts: _Facts) -> _Answer:
    window = number(1000 * facts.parameters.envelope_window_s, "ms")
    return _("RMS envelope, centred window of {window}").format(window=window), None


def _unit(facts: _Facts) -> _Answer:
    infos = facts.result.metadata.channels
    if not infos:
        return None, None
    units = ", ".join(sorted({info.unit for info in infos})) or "—"
    if any(info.unit_assumed for info in infos):
        return None, _("{unit} is assumed, the file names no unit; printed in µV").format(unit=units)
    return _("{unit} in the file, printed in µV").format(unit=units), None


def _normalisation(facts: _Facts) -> _Answer:
    said = []
    for channel in facts.channels:
        if channel.mvc is None or not channel.mvc.assessable:
            continue
        origin = {
            "file": _("{leg}: % of MVC, {value}, from the file"),
            "session": _("{leg}: % of MVC, {value}, entered for this session"),
            "patient": _("{leg}: % of MVC, {value}, the patient's"),
        }[channel.mvc.source]
        said.append(
            origin.format(leg=leg_name(channel.side, channel.name), value=number(channel.mvc.value_uv, "µV"))
        )
    if not said:
        return None, _("no MVC: amplitudes in µV, intensity not assessable")
    return "; ".join(said), None


def _normalisation_task(facts: _Facts) -> _Answer:
    def task(mvc: MvcMeasurement) -> str | None:
        return ", ".join(part for part in (mvc.method, mvc.posture) if part) or None

    return _of_mvc(facts, task), None


def _normalisation_date(facts: _Facts) -> _Answer:
    return _of_mvc(facts, lambda mvc: format_day(mvc.measured_on)), None


def _same_electrodes(facts: _Facts) -> _Answer:
    def same(mvc: MvcMeasurement) -> str | None:
        if mvc.same_electrodes is None:
            return None
        return _("electrodes stayed in place") if mvc.same_electrodes else _("electrodes were placed again")

    return _of_mvc(facts, same), None


def _onset_rule(facts: _Facts) -> _Answer:
    p = facts.parameters
    said = _(
        "amplitude crosses {edge} of the contraction's own plateau; found {onset} over the noise floor, ends"
        " {offset} over it; gaps up to {gap} merged, shorter than {shortest} dropped"
    )
    return (
        said.format(
            edge=number(p.edge_percent, "%"),
            onset=number(p.onset_over_floor_db, "dB"),
            offset=number(p.offset_over_floor_db, "dB"),
            gap=number(1000 * p.merge_gap_s, "ms"),
            shortest=number(1000 * p.min_contraction_s, "ms"),
        ),
        None,
    )


def _spectrum(facts: _Facts) -> _Answer:
    said = _("sine-taper estimate over segments of at least {segment}, counted contractions only; MNF, MDF")
    return said.format(segment=number(1000 * facts.parameters.welch_segment_s, "ms")), None


def _contraction_type(_facts: _Facts) -> _Answer:
    return None, _("trial protocol: isometric; not recorded with the session")


def _sets(facts: _Facts) -> _Answer:
    inputs = facts.source.review.inputs
    left, right = inputs.targets.for_side("left"), inputs.targets.for_side("right")
    expected = _("expected here: {left} left, {right} right").format(
        left=left.expected_contractions, right=right.expected_contractions
    )
    prescribed = inputs.prescription
    if prescribed is None or prescribed.sets is None or prescribed.reps is None:
        return None, expected
    return f"{prescribed.sets} × {prescribed.reps}", expected


def _effort(facts: _Facts) -> _Answer:
    measures = facts.result.metadata.measures
    entered = facts.source.review.inputs.perceived_effort_cr10
    value = entered if entered is not None else measures.perceived_effort_cr10
    return (None, None) if value is None else (f"Borg CR10: {number(value)}", None)


def _effort_language(_facts: _Facts) -> _Answer:
    return None, None


def _quality(facts: _Facts) -> _Answer:
    words = {"good": _("signal good"), "doubtful": _("signal doubtful"), "not_judged": _("not judged")}
    said = []
    for channel in facts.channels:
        one = _("{leg}: {verdict}").format(
            leg=leg_name(channel.side, channel.name), verdict=words[channel.quality.verdict]
        )
        reasons = [reason_words(reason) for reason in channel.quality.reasons[:1]]
        said.append(" – ".join([one, *(reasons if channel.quality.verdict != "good" else [])]))
    return "; ".join(said), None


def _edits(facts: _Facts) -> _Answer:
    n = len(edits_in_force(facts.source))
    return ngettext("{n} change", "{n} changes", n).format(n=n) if n else _("none"), None


def _sha256(facts: _Facts) -> _Answer:
    return facts.result.file_sha256, None


def _software(facts: _Facts) -> _Answer:
    said = _("software {software}, pipeline {pipeline}, parameter set {parameters}, result version {version}")
    return (
        said.format(
            software=SOFTWARE_VERSION,
            pipeline=facts.result.pipeline_version,
            parameters=parameter_set_id(facts.result.parameters),
            version=facts.result.version,
        ),
        _("scored with {name}").format(name=facts.result.scoring) if facts.result.scoring else None,
    )


def _time(facts: _Facts) -> _Answer:
    analysed = _("analysed {when}").format(when=moment(facts.source, facts.result.analysed_at))
    recorded = _("recorded {when}").format(when=recorded_words(facts.source))
    if facts.source.review.summary.recorded_at is None:
        return None, f"{recorded}; {analysed}"
    return f"{recorded}; {analysed}", _("the tablet records no time zone")


def _of_mvc(facts: _Facts, read: Callable[[MvcMeasurement], str | None]) -> str | None:
    """Return what the MVC measurements in use record, leg by leg; None where one of them does not."""
    inputs = facts.source.review.inputs
    measured: dict[Side, MvcMeasurement | None] = {
        "left": inputs.patient_mvc_left,
        "right": inputs.patient_mvc_right,
    }
    said = []
    for channel in facts.channels:
        if channel.side is None or channel.mvc is None or not channel.mvc.assessable:
            continue
        mvc = measured[channel.side] if channel.mvc.source == "patient" else None
        value = None if mvc is None else read(mvc)
        if value is None:
            return None
        said.append((leg_name(channel.side, channel.name), value))
    if len({value for _leg, value in said}) == 1:
        return said[0][1]
    return "; ".join(f"{leg}: {value}" for leg, value in said) or None


_ITEMS: dict[str, tuple[str, Callable[[_Facts], _Answer]]] = {
    "muscle": (N_("Muscle"), _muscle),
    "side": (N_("Side"), _side),
    "sensor": (N_("Sensor"), _sensor),
    "placement": (N_("Electrode placement"), _placement),
    "rate": (N_("Sampling rate"), _rate),
    "clock": (N_("Clock check"), _clock),
    "filter": (N_("Filters"), _filter),
    "rectification": (N_("Rectification"), _rectification),
    "envelope": (N_("Envelope"), _envelope),
    "unit": (N_("Unit"), _unit),
    "normalisation": (N_("Normalisation"), _normalisation),
    "normalisation_task": (N_("Normalisation task"), _normalisation_task),
    "normalisation_date": (N_("Normalisation date"), _normalisation_date),
    "same_electrodes": (N_("Same electrodes"), _same_electrodes),
    "onset_rule": (N_("Onset and offset"), _onset_rule),
    "spectrum": (N_("Spectral estimate"), _spectrum),
    "contraction_type": (N_("Contraction type"), _contraction_type),
    "sets": (N_("Sets × repetitions"), _sets),
    "effort": (N_("Perceived effort"), _effort),
    "effort_language": (N_("Language of the effort scale"), _effort_language),
    "quality": (N_("Signal quality"), _quality),
    "edits": (N_("Manual edits"), _edits),
    "sha256": (N_("File SHA-256"), _sha256),
    "software": (N_("Software and parameters"), _software),
    "time": (N_("Time and zone"), _time),
}
N_ITEMS = len(_ITEMS)
