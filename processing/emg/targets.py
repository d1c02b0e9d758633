"""Measures contractions against what was prescribed; needs no samples: targets and MVC may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Contraction, Mvc
from processing.recording import Side

SESSION_PEAK_PERCENTILE = 95.0
_ROUNDING_UV = 0.005


def reapply_targets(
    channel: ChannelAnalysis, *, targets: SessionTargets, mvc: Mvc | None = None
) -> ChannelAnalysis:
    """Return the channel with every contraction measured against other targets or another MVC.

    Parameters
    ----------
    channel : ChannelAnalysis
        A stored analysis.
    targets : SessionTargets
        What was prescribed.
    mvc : Mvc, optional
        The muscle's reference amplitude known from elsewhere. A value that the file itself gave goes first, as
        it does in the analysis; without either the session's own peak stands in, and intensity is not
        assessable.

    Returns
    -------
    ChannelAnalysis
        Detection is untouched: which activity was called faint was decided when the samples were there.
    """
    if channel.mvc is not None and channel.mvc.source == "file":
        mvc = channel.mvc
    if mvc is None:
        mvc = session_peak(channel.contractions)
    own = targets.for_side(channel.side)
    contractions = tuple(measure_against(c, targets=own, mvc=mvc) for c in channel.contractions)
    corrections = channel.corrections
    if corrections is not None:
        rejected = tuple(
            replace(r, contraction=measure_against(r.contraction, targets=own, mvc=mvc))
            for r in corrections.rejected
        )
        corrections = replace(corrections, rejected=rejected)
    return replace(channel, contractions=contractions, mvc=mvc, corrections=corrections)


def measure_against(contraction: Contraction, *, targets: SessionTargets, mvc: Mvc | None) -> Contraction:
    """Return the contraction with ``percent_mvc``, ``meets_intensity`` and ``meets_duration`` filled in.

    Parameters
    ----------
    contraction : Contraction
        Its amplitude and duration.
    targets : SessionTargets
        What was prescribed.
    mvc : Mvc or None
        The muscle's reference amplitude.

    Returns
    -------
    Contraction
        Without an assessable MVC the first two are None: missing is not failed.
    """
    percent = None
    if mvc is not None and mvc.assessable and mvc.value_uv > 0:
        percent = 100 * contraction.plateau_uv / mvc.value_uv
        known = contraction.percent_mvc
        # A stored plateau is rounded: what was computed from the whole one stays where both say the same, so that
        # judging again, or undoing, gives exactly what was there.
        if known is not None and abs(percent - known) <= 100 * _ROUNDING_UV / mvc.value_uv + 1e-5 * known:
            percent = known
    return replace(
        contraction,
        percent_mvc=percent,
        meets_intensity=None if percent is None else percent >= targets.target_percent_mvc,
        meets_duration=contraction.duration_s >= targets.target_duration_s,
    )


def session_peak(contractions: Sequence[Contraction]) -> Mvc | None:
    """Return the 95th centile of the plateaus, a stand-in that makes nothing assessable; None for none."""
    if not contractions:
        return None
    value = float(np.percentile([c.plateau_uv for c in contractions], SESSION_PEAK_PERCENTILE))
    return Mvc(value_uv=value, source="session_peak") if value > 0 else None


def choose_mvc(
    name: str, side: Side | None, *, file_mvc_v: Mapping[str, float], given: Mapping[str, Mvc]
) -> Mvc | None:
    """Return the first known MVC of a channel: the file's own, else one given for its name or its side.

    Parameters
    ----------
    name : str
        The channel's short name.
    side : {"left", "right"} or None
        The muscle's side.
    file_mvc_v : mapping of str to float
        What the file holds, in volts, by channel name.
    given : mapping of str to Mvc
        What is known from elsewhere, by channel name or side.

    Returns
    -------
    Mvc or None
        A value that is not positive counts as not recorded.
    """
    in_file = file_mvc_v.get(name)
    if in_file is not None and np.isfinite(in_file) and in_file > 0:
        return Mvc(value_uv=1e6 * float(in_file), source="file")
    for key in (name, side):
        if key is not None and key in given and given[key].value_uv > 0:
            return given[key]
    return None
