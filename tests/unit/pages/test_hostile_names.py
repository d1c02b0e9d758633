"""What a file or a clinic calls things is shown as it stands: no heading, link, formula or HTML comes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.review_figure import Look, pair_panels, review_figure
from pages._components.upload.file_card import card_lines
from pages._components.words import plain
from processing.use_cases.analyse import AnalysedRecording
from tests.unit.pages.fakes import (
    FakeServices,
    make_channel,
    make_foreign_review,
    make_metadata,
    make_quality,
    make_traces,
)

HOSTILE = "**b**[x](http://evil.example)$y$:red[z]<b>"
# What would take effect: a sign of Markdown that no backslash stands before.
BARE = re.compile(r"(?<!\\)(\*\*b|\[x\]|\]\(http|\$y|:red\[|<b>)")
Launch = Callable[..., AppTest]


def named(review: Any) -> Any:
    channels = tuple(replace(c, name=f"{HOSTILE}{i}") for i, c in enumerate(review.result.channels))
    return replace(review, result=replace(review.result, channels=channels))


def shown(at: AppTest) -> list[str]:
    marked = [*at.markdown, *at.caption, *at.title, *at.header, *at.subheader, *at.info, *at.warning]
    labels = [*at.button, *at.button_group, *at.toggle]
    return [str(e.value) for e in marked] + [str(e.label) for e in labels]


def test_hostile_names_of_channels_are_escaped_wherever_markdown_is_drawn(launch: Launch) -> None:
    review = named(make_foreign_review("P004S001"))
    at = launch(FakeServices({"P004S001": review}), page="review.py", session="P004S001")
    assert not at.exception
    assert any("evil" in text for text in shown(at))
    assert [text for text in shown(at) if BARE.search(text)] == []


@pytest.mark.parametrize("text", [":material/verified:", "a :smile: b", "x:+1:y"])
def test_what_is_called_like_an_icon_or_an_emoji_draws_none(text: str) -> None:
    named_sign = re.compile(r":(material/)?[\w+-]+:")
    assert named_sign.search(text)
    assert named_sign.search(plain(text).replace("\\", "")) is None


@pytest.mark.parametrize("text", ["at 12:30:45", "http://a.example:80/b"])
def test_times_and_addresses_stay_as_they_are(text: str) -> None:
    assert plain(text).replace("\\", "") == text


def test_hostile_words_of_a_failure_are_escaped(launch: Launch) -> None:
    review = make_foreign_review("P004S001")
    failed = replace(review.summary, status="failed", failure=f"'{HOSTILE}' ends after 3 bytes.")
    services = FakeServices({"P004S001": replace(review, summary=failed, result=None)})
    at = launch(services, page="review.py", session="P004S001")
    assert any("evil" in text for text in shown(at))
    assert [text for text in shown(at) if BARE.search(text)] == []


def test_hostile_labels_and_units_are_escaped_on_the_card_of_a_file() -> None:
    metadata = make_metadata((make_channel("left"),))
    info = replace(metadata.channels[0], label=HOSTILE, unit=HOSTILE)
    metadata = replace(metadata, channels=(info,))
    found = AnalysedRecording.__new__(AnalysedRecording)
    object.__setattr__(found, "metadata", metadata)
    object.__setattr__(found, "channels", (make_channel("left"),))
    lines = card_lines(found)
    assert sum("evil" in line for line in lines) == len(lines) == 2
    assert [line for line in lines if BARE.search(line)] == []


@pytest.mark.parametrize("unit", ["uv", "mvc"])
def test_names_in_the_picture_hold_no_html(unit: Any) -> None:
    channel = replace(make_channel(None), name="<a href='http://evil.example'>x</a>", quality=make_quality())
    panels = pair_panels([make_traces(channel)], [channel])
    drawn = json.dumps(review_figure(panels, Look(unit=unit)))
    texts = re.findall(r'"(?:text|hovertemplate)": "([^"]*)"', drawn)
    assert any("&lt;a" in text for text in texts)
    assert not any("<a " in text for text in texts)
