"""How a reference amplitude was measured, in words, and when it is too old to be trusted blindly."""

from __future__ import annotations

from datetime import date

from pages._components import local_time, words
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement

ELECTRODES = {True: "same electrodes", False: "electrodes placed anew", None: "electrodes not recorded"}


def circumstances(measurement: MvcMeasurement, *, on: date | None = None) -> str:
    """Say when and how an MVC was measured; with a day, also how old it was then."""
    said = [
        f"measured {local_time.day(measurement.measured_on)}",
        words.plain(measurement.posture) if measurement.posture else "posture not recorded",
        words.plain(measurement.electrode_placement)
        if measurement.electrode_placement
        else "placement not recorded",
        ELECTRODES[measurement.same_electrodes],
    ]
    warning = None if on is None else stale_words(measurement, on)
    return ", ".join(said) + (f" · :material/warning: {warning}" if warning else "")


def stale_words(measurement: MvcMeasurement, on: date) -> str | None:
    """Say that a measurement was old on a day; None while it was not."""
    limit = Settings().mvc_stale_days
    age = measurement.age_days(on)
    return f"{age} days old; measure again after {limit}" if age > limit else None
