"""How a reference amplitude was measured, in words, and when it is too old to be trusted blindly."""

from __future__ import annotations

from datetime import date

from pages._components import local_time, offered, words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.recording import Side
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement

ELECTRODES = {
    True: N_("same electrodes"),
    False: N_("electrodes placed anew"),
    None: N_("electrodes not recorded"),
}
# Offered, not prescribed: any other words can be typed.
POSTURES = (N_("seated, knee 90°"), N_("seated, knee 60°"), N_("supine, knee extended"))
PLACEMENTS = (
    N_("rectus femoris, SENIAM"),
    N_("vastus lateralis, SENIAM"),
    N_("vastus medialis, SENIAM"),
)
METHODS = (N_("best of 3 maximal trials"), N_("mean of 3 maximal trials"), N_("one maximal trial"))
OFFERED = (*POSTURES, *PLACEMENTS, *METHODS)


def mvc_label(side: Side) -> str:
    """Return the label of a field for the MVC of a leg."""
    return _("L ● MVC left (µV)") if side == "left" else _("R ▲ MVC right (µV)")


def circumstances(measurement: MvcMeasurement, *, on: date | None = None) -> str:
    """Say when and how an MVC was measured; with a day, also how old it was then."""
    said = [
        _("measured {day}").format(day=local_time.day(measurement.measured_on)),
        _typed(measurement.posture) or _("posture not recorded"),
        _typed(measurement.electrode_placement) or _("placement not recorded"),
        _(ELECTRODES[measurement.same_electrodes]),
    ]
    warning = None if on is None else stale_words(measurement, on)
    return ", ".join(said) + (f" · :material/warning: {warning}" if warning else "")


def _typed(text: str | None) -> str:
    return words.plain(offered.shown(text, OFFERED)) if text else ""


def stale_words(measurement: MvcMeasurement, on: date) -> str | None:
    """Say that a measurement was old on a day; None while it was not."""
    limit = Settings().mvc_stale_days
    age = measurement.age_days(on)
    if age <= limit:
        return None
    return _("{age} days old; measure again after {limit} days").format(age=age, limit=limit)
