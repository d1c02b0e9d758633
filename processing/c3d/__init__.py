"""Reading C3D files, whose bytes are hostile until proven otherwise."""

from processing.c3d.channel_proposals import ChannelProposal, chosen_map, propose_channel_map
from processing.c3d.head_errors import IncompleteHeadError
from processing.c3d.isolated import read_recording_isolated
from processing.c3d.metadata import read_metadata
from processing.c3d.reader import read_recording

__all__ = [
    "ChannelProposal",
    "IncompleteHeadError",
    "chosen_map",
    "propose_channel_map",
    "read_metadata",
    "read_recording",
    "read_recording_isolated",
]
