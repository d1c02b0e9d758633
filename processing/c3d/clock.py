"""Does the declared sampling rate agree with the duration that the game measured by the wall clock?"""

from __future__ import annotations

from typing import Final

from processing.recording import ClockCheck

# Rates of sensors and of the systems that resample them, in hertz.
_USUAL_RATES_HZ: Final = (
    *(500.0, 512.0, 800.0, 960.0, 990.0, 1000.0, 1024.0, 1080.0, 1111.111, 1200.0, 1259.259, 1500.0),
    *(1925.926, 1980.0, 2000.0, 2048.0, 2148.148, 2160.0, 2222.222, 2400.0, 3000.0, 4000.0, 4370.629),
)
# A rate this far from the declared one would not be a clock's error but another setting.
_MAX_RELATIVE_ERROR: Final = 0.05
# The duration is cut to whole seconds, so the true one is up to 1 s longer; the margin is for rounding.
_MARGIN_S: Final = 0.02


def check_clock(*, declared_rate_hz: float, n_samples: int, declared_duration_s: float | None) -> ClockCheck:
    """Return whether the rate and the duration in the file fit each other.

    Parameters
    ----------
    declared_rate_hz : float
        Samples per second according to the file; kept whatever the outcome.
    n_samples : int
        Samples per channel.
    declared_duration_s : float or None
        INFO:DURATION, whole seconds from the tablet's wall clock.

    Returns
    -------
    check : ClockCheck
        Consistent if the samples last between the declared duration and one second more. Otherwise
        ``suggested_rate_hz`` is the nearest usual rate for which they would, within 5 % of the declared one.
    """
    samples_s = n_samples / declared_rate_hz
    suggested: float | None = None
    consistent: bool | None = None
    if declared_duration_s is None or declared_duration_s <= 0:
        declared_duration_s = None
        message = (
            f"Declared {declared_rate_hz:g} Hz; not checked, as the file does not say how long it lasted."
        )
    elif consistent := _fits(declared_rate_hz, n_samples, declared_duration_s):
        message = f"Declared {declared_rate_hz:g} Hz; the duration of {declared_duration_s:g} s agrees."
    else:
        suggested = _suggest(declared_rate_hz, n_samples, declared_duration_s)
        suggestion = "fits no usual rate" if suggested is None else f"suggests {suggested:g} Hz"
        message = (
            f"Declared {declared_rate_hz:g} Hz; duration {suggestion} ({declared_duration_s:g} s by the "
            f"tablet's clock, "
            f"{samples_s:.1f} s by its samples). The declared rate is used."
        )
    return ClockCheck(
        declared_rate_hz=declared_rate_hz,
        declared_duration_s=declared_duration_s,
        samples_duration_s=samples_s,
        suggested_rate_hz=suggested,
        consistent=consistent,
        message=message,
    )


def _fits(rate_hz: float, n_samples: int, duration_s: float) -> bool:
    return -_MARGIN_S <= n_samples / rate_hz - duration_s < 1.0 + _MARGIN_S


def _suggest(declared_hz: float, n_samples: int, duration_s: float) -> float | None:
    near = [rate for rate in _USUAL_RATES_HZ if abs(rate / declared_hz - 1.0) <= _MAX_RELATIVE_ERROR]
    fitting = [rate for rate in near if rate != declared_hz and _fits(rate, n_samples, duration_s)]
    return min(fitting, key=lambda rate: abs(rate - declared_hz), default=None)
