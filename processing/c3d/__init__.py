"""Reading C3D files, whose bytes are hostile until proven otherwise."""

from processing.c3d.head_errors import IncompleteHeadError
from processing.c3d.isolated import read_recording_isolated
from processing.c3d.metadata import read_metadata
from processing.c3d.reader import read_recording

__all__ = ["IncompleteHeadError", "read_metadata", "read_recording", "read_recording_isolated"]
