"""Which channel is which leg, as the pages ask for it."""

from __future__ import annotations

from processing.c3d import chosen_map, propose_channel_map, read_metadata
from processing.database import Database
from processing.database.side_map import Consequence, read_legs_before, read_side_map, save_side_map
from processing.errors import PermanentError
from processing.ports import ObjectStore
from processing.recording import RecordingMetadata
from processing.services.stored_recording import told_by_session
from processing.use_cases.read_models import SessionReview, SessionSummary
from processing.use_cases.side_map import (
    ChannelMap,
    MappedChannel,
    OtherLegs,
    SideMap,
    check_channel_map,
    other_legs,
    swapped,
    with_map,
)

# Laboratories' files with many channels take some ten kilobytes of parameters.
_HEAD_BYTES = 64 * 1024
_LONGEST_HEAD_BYTES = 1 << 20


class SideMapService:
    """Shows, changes and swaps the legs of a session's channels."""

    def __init__(self, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store

    def load(self, review: SessionReview) -> SideMap:
        """Return how a session's channels are read, and who said so.

        Raises
        ------
        NotFoundError, ReplacedRecordingError, StorageUnavailableError, UnreadableRecordingError
            If there is no result yet and the file's labels cannot be had either.
        """
        summary = review.summary
        metadata = review.result.metadata if review.result is not None else self._peek(summary)
        stored = read_side_map(self._database, summary.session_code)
        found = describe(metadata)
        if stored is None:
            return found
        mapped = with_map(found, stored.channel_map)
        return SideMap(mapped.channels, stored.revision, stored.said_by, stored.said_at)

    def doubt(self, review: SessionReview, side_map: SideMap) -> OtherLegs | None:
        """Return which channels lie on the other leg than in the patient's session before; None where none does.

        Nothing is doubted that a person has said about this session.
        """
        if review.result is None or side_map.by_person:
            return None
        before = read_legs_before(self._database, review.summary.session_code)
        if before is None:
            return None
        now = other_legs({channel.name: channel.side for channel in review.result.channels}, before[1])
        return OtherLegs(before[0], now) if now else None

    def swap(self, session_code: str, side_map: SideMap) -> Consequence:
        """Exchange left and right of a session; what was counted, scored and compared with MVC follows.

        Raises
        ------
        EditConflictError
            If somebody else changed the map since it was loaded.
        InvalidParameterError
            If no channel has a leg.
        """
        return self.save(session_code, swapped(side_map.chosen), expected_revision=side_map.revision)

    def save(self, session_code: str, channel_map: ChannelMap, *, expected_revision: int) -> Consequence:
        """Store which channels are EMG and of which leg.

        Raises
        ------
        EditConflictError
            If somebody else changed the map since ``expected_revision``.
        InvalidParameterError
            If no channel is chosen, or a leg has two.
        """
        return save_side_map(
            self._database,
            session_code,
            check_channel_map(channel_map),
            expected_revision=expected_revision,
            keys=channel_keys,
        )

    def propose(self, file_name: str, data: bytes) -> SideMap | None:
        """Return how a file in hand would be read, or None where its parameters cannot be read at all."""
        try:
            return describe(
                read_metadata(data[:_LONGEST_HEAD_BYTES], file_name=file_name, size_bytes=len(data))
            )
        except PermanentError:
            return None

    def _peek(self, summary: SessionSummary) -> RecordingMetadata:
        name = summary.object_name
        with told_by_session(summary.session_code):
            head = self._store.read_head(name, _HEAD_BYTES)
        return read_metadata(head, file_name=name.rsplit("/", 1)[-1])


def describe(metadata: RecordingMetadata) -> SideMap:
    """Return how a recording's channels were read, with what each of its analog channels seems to be."""
    return SideMap(
        tuple(
            MappedChannel(
                key=proposal.name,
                label=proposal.label,
                unit=proposal.unit,
                role=proposal.role,
                reason=proposal.reason,
                side=proposal.side,
                selected=proposal.selected,
                side_from=proposal.side_from,
            )
            for proposal in propose_channel_map(metadata)
        )
    )


def channel_keys(metadata: RecordingMetadata) -> dict[int, str]:
    """Return the key of each analog channel in a channel map, by its position in the file."""
    return {proposal.index: proposal.name for proposal in propose_channel_map(metadata)}


def analysed_map(metadata: RecordingMetadata) -> ChannelMap | None:
    """Return the map that reads exactly the channels that a result describes; None where it does not name them all."""
    chosen = chosen_map(propose_channel_map(metadata))
    return chosen if chosen and len(chosen) == len(metadata.channels) else None
