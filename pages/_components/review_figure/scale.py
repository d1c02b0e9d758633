"""How high each panel reaches, so that one bad moment squashes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages._components.review_figure.panels import Look, Panel, Unit, mask_samples

RAW_HEADROOM = 2.2
TARGET_HEADROOM = 1.6
MARGIN = 1.06
SMALL = 0.25


def limits_uv(panels: Sequence[Panel], look: Look) -> list[float]:
    """Return the amplitude at the top of each panel, in its unit: one for all unless the viewer chose otherwise."""
    own = [
        robust_limit_uv(p, raw=look.raw, target_percent_mvc=look.target_percent(p.analysis.side))
        for p in panels
    ]
    common = {unit: _common(panels, own, unit) for unit in {panel.unit for panel in panels}}
    return [
        common[panel.unit] if look.same_scale or limit is None else limit
        for panel, limit in zip(panels, own, strict=True)
    ]


def _common(panels: Sequence[Panel], own: Sequence[float | None], unit: Unit) -> float:
    """Return the scale of all panels of one unit: µV and % MVC share none."""
    alike = [(p, limit) for p, limit in zip(panels, own, strict=True) if p.unit == unit]
    known = [limit for _, limit in alike if limit is not None]
    return max(known) if known else _fallback_limit_uv([panel for panel, _ in alike])


def robust_limit_uv(panel: Panel, *, raw: bool, target_percent_mvc: float) -> float | None:
    """Return the amplitude that the y axis must reach, in the panel's unit; None when nothing can be trusted.

    Only samples outside the masks count, so that a drop-out at the amplifier's rail does not squash the rest. The
    envelope always fits. Raw peaks fit up to RAW_HEADROOM times the envelope's largest value, so that a few of them do
    not flatten what is judged; ``beyond_scale_uv`` tells how far the others reach.
    """
    kept = ~mask_samples(panel)
    if not panel.judged or not kept.any():
        return None
    envelope = float(np.max(panel.traces.rms_envelope_uv[kept]))
    reach = envelope
    if raw:
        peak = float(np.max(np.abs(panel.traces.raw_uv[kept])))
        reach = max(envelope, min(peak, RAW_HEADROOM * envelope))
    mvc = panel.analysis.mvc
    target = mvc.value_uv * panel.per_uv * target_percent_mvc / 100 if mvc is not None else 0.0
    # A target far above everything measured would flatten the trace; its label then says where it is.
    return max(reach, min(target, TARGET_HEADROOM * reach)) * MARGIN or None


def beyond_scale_uv(panel: Panel, limit: float) -> float | None:
    """Return the largest raw amplitude outside the masks if it does not fit the y axis."""
    kept = ~mask_samples(panel)
    if not panel.judged or not kept.any():
        return None
    peak = float(np.max(np.abs(panel.traces.raw_uv[kept])))
    return peak if peak > limit else None


def much_smaller(panels: Sequence[Panel]) -> list[Panel]:
    """Return the panels whose envelope stays small where all share one scale."""
    peaks = {}
    for position, panel in enumerate(panels):
        kept = ~mask_samples(panel)
        if panel.judged and kept.any():
            peaks[position] = float(np.max(panel.traces.rms_envelope_uv[kept]))
    largest = max(peaks.values(), default=0.0)
    return [panels[position] for position, peak in peaks.items() if peak < SMALL * largest]


def _fallback_limit_uv(panels: Sequence[Panel]) -> float:
    """Return a scale for recordings of which nothing can be trusted."""
    finite = [p.traces.raw_uv[np.isfinite(p.traces.raw_uv)] for p in panels]
    return max([1.0, *(float(np.quantile(np.abs(y), 0.99)) for y in finite if y.size)])
