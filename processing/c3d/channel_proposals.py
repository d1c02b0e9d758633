"""What each analog channel of a file seems to be: the starting point of a channel map that a person confirms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from processing.c3d.channel_words import (
    guess_side,
    is_other_unit,
    names_muscle,
    names_other_quantity,
    says_emg,
)
from processing.c3d.channels import ghostly_stream, side_by_convention, unique_names
from processing.c3d.one_per_leg import further_channels
from processing.c3d.units import parse_unit
from processing.c3d.wording import quoted
from processing.recording import ChannelInfo, RecordingMetadata, Side

ChannelRole: TypeAlias = Literal["emg", "game", "other", "unknown"]
Confidence: TypeAlias = Literal["high", "medium", "low"]
SideOrigin: TypeAlias = Literal["label", "convention", "person"]


@dataclass(frozen=True, slots=True)
class ChannelProposal:
    """One analog channel of a file and what it seems to be.

    Attributes
    ----------
    index : int
        Position among the file's analog channels, from 0.
    name : str
        The key for a channel map: the label, a repeated one with its count (``EMG (2)``). Unique in the file.
    label : str
        The file's own words; ``Analog n`` where it has none.
    unit : str or None
        As the file spells it; None where it names none.
    role : {"emg", "game", "other", "unknown"}
        ``emg``: raw EMG. ``game``: the game's own detector (``CH1 activated``), shown beside its channel and never
        analysed. ``other``: a force, an angle, a trigger. ``unknown``: nothing tells.
    side : {"left", "right"} or None
        For EMG, the side that the label names or that GHOSTLY's convention gives (CH1 left, CH2 right).
    selected : bool
        Whether the channel is read as EMG when no map is given.
    confidence : {"high", "medium", "low"}
        How sure role and side are: ``high`` where label or unit says so, ``medium`` where a muscle's name is the only
        sign or the side is missing, ``low`` where nothing tells.
    reason : str
        One sentence for a person.
    side_from : {"label", "convention", "person"} or None
        How the side is known: the label names it, GHOSTLY's convention gives it, or neither does and somebody said
        it. None without a side.
    """

    index: int
    name: str
    label: str
    unit: str | None
    role: ChannelRole
    side: Side | None
    selected: bool
    confidence: Confidence
    reason: str
    side_from: SideOrigin | None = None


def propose_channel_map(metadata: RecordingMetadata) -> tuple[ChannelProposal, ...]:
    """Return what every analog channel of a file seems to be, in the order of the file.

    Parameters
    ----------
    metadata : RecordingMetadata
        From ``read_metadata``, which needs only the first kilobytes of a file, or of a recording that was read.
        Read it without a channel map: ``selected`` says which channels were chosen.

    Returns
    -------
    proposals : tuple of ChannelProposal
        One per analog channel. ``chosen_map`` turns them, or a person's changes to them (``dataclasses.replace`` of
        ``selected`` and ``side``), into the ``channel_map`` of ``read_recording``, ``read_recording_isolated`` and
        ``read_metadata``: the name of each channel to read as EMG, with its side; channels left out are ignored.

    Notes
    -----
    Sides are read from English, French and Dutch words and from letters beside a muscle's name (``RVL``, ``L_RF``).
    A proposal is a guess about words: nothing in the samples is looked at.
    """
    names = unique_names(metadata.analog_labels)
    chosen = {channel.index: channel for channel in metadata.channels}
    proposals = [
        _proposal(
            index,
            names[index],
            label,
            metadata.analog_units[index] if index < len(metadata.analog_units) else "",
            chosen.get(index),
        )
        for index, label in enumerate(metadata.analog_labels)
    ]
    further = further_channels((p.index, p.label, p.side) for p in proposals if p.selected)
    standing = {p.side: p.label for p in proposals if p.selected and p.side and p.index not in further}
    return tuple(_beside_its_leg(p, standing, further) if p.selected else p for p in proposals)


def _beside_its_leg(
    proposal: ChannelProposal, standing: Mapping[Side, str], further: Collection[int]
) -> ChannelProposal:
    """Return a further muscle of a leg for which another channel stands as EMG of no leg; others as they are."""
    if proposal.side is not None and proposal.index not in further:
        return proposal
    leg = proposal.side or guess_side(proposal.label)
    if leg is None or leg not in standing:
        return proposal
    reason = (
        f"A further muscle of the {leg} leg, for which {quoted(standing[leg])} stands: measured, not scored."
    )
    return replace(proposal, side=None, side_from=None, reason=reason)


def chosen_map(proposals: Iterable[ChannelProposal]) -> dict[str, Side | None]:
    """Return the channel map that reads the selected channels with their sides; the others are ignored."""
    return {proposal.name: proposal.side for proposal in proposals if proposal.selected}


def _proposal(index: int, name: str, label: str, unit: str, chosen: ChannelInfo | None) -> ChannelProposal:
    role, confidence, reason = _judged(label, unit)
    side = None
    if role == "emg":
        side = chosen.side if chosen is not None else guess_side(label)
        if side is None and guess_side(label) is None and confidence == "high":
            confidence, reason = "medium", f"{reason} It does not name a side."
    return ChannelProposal(
        index=index,
        name=name,
        label=label,
        unit=unit or None,
        role=role,
        side=side,
        selected=chosen is not None,
        confidence=confidence,
        reason=reason,
        side_from=_side_origin(label, side),
    )


def _side_origin(label: str, side: Side | None) -> SideOrigin | None:
    """Return how the side of a channel is known."""
    if side is None:
        return None
    if side == side_by_convention(label):
        return "convention"
    return "label" if side == guess_side(label) else "person"


def _judged(label: str, unit: str) -> tuple[ChannelRole, Confidence, str]:
    """Return role, confidence and the sentence that says why."""
    if stream := ghostly_stream(label):
        if stream[1] == "activated":
            return "game", "high", f"The game's own detector for {stream[0]}; it is shown, not analysed."
        return "emg", "high", "A GHOSTLY label; CH1 is left and CH2 right by the game's convention."
    if names_other_quantity(label, unit):
        what = f"The unit {quoted(unit)}" if is_other_unit(unit) else "The label"
        return "other", "high", f"{what} is that of another quantity than EMG."
    if says_emg(label):
        return "emg", "high", "The label says EMG."
    if names_muscle(label):
        return "emg", "medium", "The label names a muscle."
    if parse_unit(unit):
        return "unknown", "low", f"The unit {quoted(unit)} fits EMG; the label does not say what it is."
    return "unknown", "low", "Neither label nor unit says what it is."
