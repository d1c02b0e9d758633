"""Exports without a database: what was built is only remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processing.exports.formats import ExportFile, Format
from processing.exports.model import Scope
from processing.use_cases.read_models import SessionFilters, SessionReview

if TYPE_CHECKING:
    from tests.unit.pages.fakes import FakeServices


@dataclass
class FakeExports:
    """What the pages ask ``services.exports`` for."""

    services: FakeServices
    built: list[tuple[object, ...]] = field(default_factory=list)
    recording_error: Exception | None = None

    @property
    def always_pseudonymised(self) -> bool:
        profile = self.services.viewer_profile()
        return profile is not None and profile.role == "researcher"

    def matching(self, filters: SessionFilters) -> list[str]:
        return [session.session_code for session in self.services.list_sessions(filters)]

    def tables(self, codes: Sequence[str], format: Format, scope: Scope) -> ExportFile:
        self.built.append((tuple(codes), format, scope))
        return ExportFile("x", "text/plain", b"tables")

    def signals(
        self, code: str, format: Format, *, window_s: tuple[float, float] | None = None
    ) -> ExportFile:
        self.built.append((code, format, window_s))
        return ExportFile("x", "text/plain", b"signals")

    def check_recording(self, _review: SessionReview) -> None:
        if self.recording_error is not None:
            raise self.recording_error

    def recording(self, code: str) -> ExportFile:
        self.built.append((code, "c3d"))
        return ExportFile("x", "text/plain", b"recording")
