"""A session's review while its page is open: parts of the page follow a correction without the page running again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from processing.errors import ProcessingError
from processing.services import Services
from processing.use_cases.read_models import SessionResult, SessionReview


class OpenReview:
    """What the parts of one page show; every part reads it anew whenever it runs.

    It lives as long as the fragments of one run of the page. Whatever it shows was loaded under the viewer's own
    rights, and is loaded under them again after each change.
    """

    def __init__(self, services: Services, review: SessionReview, *, editing: bool) -> None:
        self.services = services
        self.review = review
        self.editing = editing
        self._parts: list[str] = []

    @property
    def code(self) -> str:
        """The session's code."""
        return self.review.summary.session_code

    @property
    def result(self) -> SessionResult:
        """The newest result; only for parts that are drawn where there is one."""
        result = self.review.result
        assert result is not None
        return result

    @property
    def subject(self) -> str:
        """What the viewer's memory belongs to: this recording, in this version of its analysis."""
        return f"{self.code}:{self.review.object_version}:{self.result.version}"

    def part(self, name: str, draw: Callable[[OpenReview], None]) -> None:
        """Draw a part of the page that :meth:`follow` can draw again alone."""
        key = f"{name}:{self.code}"
        self._parts.append(key)
        st.fragment(draw, key=key)(self)

    def follow(self) -> None:
        """Load what a callback has just changed, and draw the parts that show it, tiles and picture first."""
        self.reload()
        self.redraw()

    def redraw(self) -> None:
        """Draw every part of the page again, tiles and picture first; made for a callback."""
        self.again(self._parts)

    def reload(self) -> None:
        """Load what a callback has just changed."""
        before = self.review
        try:
            self.review = self.services.load_review(self.code)
        except ProcessingError:
            st.rerun()
        if _kind(self.review) != _kind(before):
            st.rerun()  # analysed anew meanwhile: the page has other parts

    def show(self) -> None:
        """Draw the parts that show which contraction is chosen, the signals first."""
        self.again([key for key in self._parts if key.startswith(("signals:", "score:"))])

    def again(self, keys: Sequence[str]) -> None:
        """Draw some parts again; made for a callback."""
        # The tiles take no time, the picture takes the browser longest.
        first = [key for name in ("top:", "signals:") for key in keys if key.startswith(name)]
        st.rerun([*first, *(key for key in keys if key not in first)])


def _kind(review: SessionReview) -> tuple[object, ...]:
    version = None if review.result is None else review.result.version
    return (version, review.object_version, review.summary.status)
