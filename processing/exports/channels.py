"""The table of channels: quality, counts, measures and score of one muscle of one session in a row."""

from __future__ import annotations

from processing.emg.classes import good_count
from processing.emg.results import Mvc
from processing.exports.channel_measures import MEASURES
from processing.exports.columns import (
    ANALYSIS,
    CORRECTION,
    ENTERED,
    FILE,
    PRODUCT,
    SCORE,
    Column,
    Design,
    Value,
    at,
    because,
    boolean,
    integer,
    number,
    part,
    text,
)
from processing.exports.model import ExportedChannel as Row
from processing.language import mark as N_
from processing.scoring.model import MuscleScore
from processing.use_cases.mvc import MvcMeasurement

_NOT_JUDGED = N_("the channel is not judged")
_NO_MVC = N_("no MVC is known")
_NOT_SCORED = N_("the channel is not judged, or belongs to no leg")


def counted(row: Row) -> bool:
    """Whether the contractions of a channel are counted at all."""
    return row.channel.quality.verdict != "not_judged"


def assessable_mvc(row: Row) -> Mvc | None:
    """Return what intensity is judged against; the session's own peak is not."""
    mvc = row.channel.mvc
    return mvc if mvc is not None and mvc.assessable else None


def muscle_score(row: Row) -> MuscleScore | None:
    """Return the leg's part of the score."""
    side, score = row.channel.side, row.result.score
    return None if side is None or not counted(row) else score.left if side == "left" else score.right


def held(row: Row) -> int | None:
    """Return how many contractions were held as long as the target."""
    return sum(c.meets_duration for c in row.channel.contractions) if counted(row) else None


def strong(row: Row) -> int | None:
    """Return how many contractions reached the target intensity."""
    known = counted(row) and assessable_mvc(row) is not None
    return sum(bool(c.meets_intensity) for c in row.channel.contractions) if known else None


def good(row: Row, end: str) -> int | None:
    """Return how many contractions were good: at least (``low``), at most (``high``), or exactly where both agree."""
    count = good_count(row.channel)
    if count is None:
        return None
    if end == "exactly":
        return count.low if count.low == count.high else None
    return count.low if end == "low" else count.high


def expected(row: Row) -> int | None:
    """Return how many contractions were expected of the leg."""
    side = row.channel.side
    return None if side is None else row.session.review.inputs.targets.for_side(side).expected_contractions


def _measurement(row: Row) -> MvcMeasurement | None:
    """Return the entry of the MVC passport that counts here."""
    if row.channel.mvc is None or row.channel.mvc.source != "patient":
        return None
    inputs = row.session.review.inputs
    return inputs.patient_mvc_left if row.channel.side == "left" else inputs.patient_mvc_right


def _mvc_age(row: Row) -> Value:
    measured, day = _measurement(row), row.session.review.inputs.day
    return None if measured is None or day is None else measured.age_days(day)


def _missing(row: Row) -> Value:
    """Return why cells are empty, in the English of the data."""
    channel = row.channel
    quality = "; ".join(channel.quality.reasons) or "the signal cannot be trusted"
    unjudged = None if counted(row) else f"not judged: {quality}"
    no_mvc = None if assessable_mvc(row) else "no MVC is known"
    unknown = no_mvc if good(row, "exactly") is None else None
    return because(
        {
            "side": None if channel.side else "nobody said which leg the channel is",
            "held": unjudged,
            "strong": unjudged or no_mvc,
            "good": unjudged or unknown,
            "mvc_uv": no_mvc,
            "mdf_slope_hz_per_contraction": channel.fatigue.reason,
            "snr_db": None if channel.quality.snr_db is not None else "nothing to compare the noise with",
        }
    )


_WHICH: tuple[Column[Row], ...] = (
    text("session_code", N_("The session"), PRODUCT, lambda r: r.session.code),
    text("channel", N_("The channel's short name"), PRODUCT, lambda r: r.channel.name),
    text("label", N_("The channel's name in the file"), FILE, lambda r: r.channel.label),
    text(
        "side",
        N_("The leg: left or right"),
        ENTERED,
        lambda r: r.channel.side,
        missing=N_("nobody said which leg the channel is"),
    ),
    integer("result_version", N_("Version of the session's result"), PRODUCT, lambda r: r.result.version),
    text("file_sha256", N_("SHA-256 of the analysed file"), PRODUCT, lambda r: r.result.file_sha256),
    text(
        "counts_from",
        N_("What counts: detected, or corrected where a person corrected contractions"),
        CORRECTION,
        lambda r: "detected" if r.channel.corrections is None else "corrected",
    ),
    text(
        "measures_from",
        N_("What RMS, MAV, spectrum and fatigue are measured on: counted, or detected without the file"),
        CORRECTION,
        lambda r: "detected" if r.channel.corrections and r.channel.corrections.as_detected else "counted",
    ),
)

_COUNTS: tuple[Column[Row], ...] = (
    integer("found", N_("Contractions that count"), ANALYSIS, lambda r: len(r.channel.contractions)),
    integer(
        "found_by_detector",
        N_("Contractions that the detector found, before any correction"),
        ANALYSIS,
        lambda r: r.channel.corrections.n_detected if r.channel.corrections else len(r.channel.contractions),
    ),
    integer(
        "rejected", N_("Contractions that a person rejected"), CORRECTION, lambda r: len(r.channel.rejected)
    ),
    integer(
        "doubtful",
        N_("Contractions that count and are doubtful"),
        ANALYSIS,
        lambda r: sum(c.doubtful for c in r.channel.contractions),
    ),
    integer("held", N_("Contractions held as long as the target"), ANALYSIS, held, missing=_NOT_JUDGED),
    integer(
        "strong",
        N_("Contractions that reach the target intensity"),
        ANALYSIS,
        strong,
        missing=N_("the channel is not judged, or no MVC is known"),
    ),
    integer(
        "good",
        N_("Contractions that reach both targets, where that number is known"),
        ANALYSIS,
        lambda r: good(r, "exactly"),
        missing=N_("the channel is not judged, or no MVC is known"),
    ),
    integer(
        "good_at_least",
        N_("Contractions that certainly reach both targets"),
        ANALYSIS,
        lambda r: good(r, "low"),
        missing=_NOT_JUDGED,
    ),
    integer(
        "good_at_most",
        N_("Contractions that may reach both targets: those held count where no MVC is known"),
        ANALYSIS,
        lambda r: good(r, "high"),
        missing=_NOT_JUDGED,
    ),
    integer(
        "expected",
        N_("Contractions expected of the leg"),
        ENTERED,
        expected,
        missing=N_("nobody said which leg the channel is"),
    ),
    integer(
        "faint",
        N_("Activities too faint to count as contractions"),
        ANALYSIS,
        lambda r: len(r.channel.faint),
    ),
    number(
        "faint_gate_uv",
        "µV",
        N_("Amplitude below which activity is called faint"),
        ANALYSIS,
        lambda r: r.channel.faint_gate_uv,
        missing=N_("nothing to derive it from"),
    ),
    integer(
        "game_activations",
        N_("Activations that the game's own detector saw"),
        FILE,
        at("channel.game.n_activations"),
        missing=N_("the file does not hold the game's detector"),
    ),
    integer(
        "game_shared",
        N_("Those of them that overlap a contraction found here"),
        ANALYSIS,
        at("channel.game.n_shared"),
        missing=N_("the file does not hold the game's detector"),
    ),
)

_QUALITY: tuple[Column[Row], ...] = (
    text(
        "verdict",
        N_("Whether the signal can be trusted: good, doubtful or not_judged"),
        ANALYSIS,
        lambda r: r.channel.quality.verdict,
    ),
    text(
        "verdict_reasons",
        N_("Why, in words, parted by |"),
        ANALYSIS,
        lambda r: " | ".join(r.channel.quality.reasons) or None,
        missing=N_("nothing was noticed"),
    ),
    number(
        "snr_db",
        "dB",
        N_("Contractions over the noise"),
        ANALYSIS,
        lambda r: r.channel.quality.snr_db,
        missing=N_("there is nothing to compare the noise with"),
    ),
    number(
        "noise_uv",
        "µV",
        N_("RMS amplitude of the noise at rest"),
        ANALYSIS,
        lambda r: r.channel.quality.noise_uv,
        missing=N_("not measurable"),
    ),
    number(
        "left_out_percent",
        "%",
        N_("Share of the recording that is left out of the analysis"),
        ANALYSIS,
        lambda r: r.channel.quality.masked_percent,
    ),
)

_MVC: tuple[Column[Row], ...] = (
    number(
        "mvc_uv",
        "µV",
        N_("Amplitude of the maximum voluntary contraction that intensity is judged against"),
        ENTERED,
        part(assessable_mvc, "value_uv"),
        missing=_NO_MVC,
    ),
    text(
        "mvc_from",
        N_("Where it comes from: file, session or patient; session_peak is not used for the score"),
        PRODUCT,
        at("channel.mvc.source"),
        missing=_NO_MVC,
    ),
    number(
        "session_peak_uv",
        "µV",
        N_("95th centile of the plateaus where no MVC is known; not comparable between sessions"),
        ANALYSIS,
        lambda r: r.channel.mvc.value_uv if r.channel.mvc and not r.channel.mvc.assessable else None,
        missing=N_("an MVC is known, or no contraction was found"),
    ),
    integer(
        "mvc_age_days",
        N_("Days from the patient's MVC measurement to the session"),
        ENTERED,
        _mvc_age,
        missing=N_("the MVC is not the patient's"),
    ),
    boolean(
        "mvc_same_electrodes",
        N_("Whether the electrodes stayed in place since then"),
        ENTERED,
        part(_measurement, "same_electrodes"),
        missing=N_("not recorded"),
    ),
)

_SCORE: tuple[Column[Row], ...] = (
    number(
        "rate_completion",
        "",
        N_("Contractions of those expected, at most 1"),
        SCORE,
        part(muscle_score, "r_comp"),
        missing=_NOT_SCORED,
    ),
    number(
        "rate_intensity",
        "",
        N_("Share of contractions that reach the target intensity"),
        SCORE,
        part(muscle_score, "r_int"),
        missing=N_("the channel is not judged, or belongs to no leg, or no MVC is known"),
    ),
    number(
        "rate_duration",
        "",
        N_("Share of contractions held as long as the target"),
        SCORE,
        part(muscle_score, "r_dur"),
        missing=_NOT_SCORED,
    ),
    number(
        "compliance",
        "0-100",
        N_("Compliance of the leg, from the three rates"),
        SCORE,
        part(muscle_score, "score"),
        missing=N_("the channel is not judged, or belongs to no leg, or no MVC is known"),
    ),
    text(
        "missing_because",
        N_("Why cells of this row are empty, where that is known, as column: reason"),
        PRODUCT,
        _missing,
        missing=N_("no cell of the row is empty for a known reason"),
    ),
)

CHANNELS: Design[Row] = Design(
    "channels",
    N_("One row per EMG channel of a session"),
    (*_WHICH, *_QUALITY, *_COUNTS, *MEASURES, *_MVC, *_SCORE),
)
