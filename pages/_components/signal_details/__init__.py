"""Is it muscle, noise or fatigue? Spectra, the spectrogram under the trace, and the trend of the median frequency."""

from __future__ import annotations

from pages._components.signal_details.heading import page_heading
from pages._components.signal_details.view import signal_details_view

__all__ = ["page_heading", "signal_details_view"]
