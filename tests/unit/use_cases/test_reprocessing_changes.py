"""When a session's score counts as changed by a run: half a point, or a range that becomes a number."""

from __future__ import annotations

import pytest

from processing.use_cases.reprocessing import Digest, compare_digests

KNOWN = Digest("1.0", 70.0, 70.0, 70.0)
RANGE = Digest("1.0", None, 40.0, 80.0)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (KNOWN, Digest("1.0", 70.4, 70.4, 70.4), ()),
        (KNOWN, Digest("1.0", 70.5, 70.5, 70.5), ("score",)),
        (KNOWN, Digest("1.0", None, 70.0, 70.0), ("score",)),
        (RANGE, Digest("1.0", 60.0, 60.0, 60.0), ("score",)),
        (RANGE, Digest("1.0", None, 40.4, 79.6), ()),
        (RANGE, Digest("1.0", None, 40.0, 80.5), ("score",)),
        (RANGE, Digest("1.0", None, 39.5, 80.0), ("score",)),
    ],
    ids=["hardly", "half a point", "lost", "found", "range hardly", "upper end", "lower end"],
)
def test_a_score_changed_where_a_reader_would_see_another(
    before: Digest, after: Digest, changes: tuple[str, ...]
) -> None:
    assert compare_digests(before, after) == ("changed" if changes else "same", changes)
