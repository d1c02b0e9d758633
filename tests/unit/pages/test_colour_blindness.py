"""Statement 25: whoever sees no red, green or blue light tells the legs, and kept from rejected, apart all the same.

How colours look then is computed as in Machado, Oliveira and Fernandes, "A physiologically-based model for simulation
of color vision deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009), severity 1.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pages._components import classes
from pages._components.palette import PALETTES
from pages._components.review_figure import Look, pair_panels, review_figure
from pages._components.review_figure.primitives import Spec
from pages._components.words import side_mark
from processing.emg.results import ChannelCorrections, CorrectionMark, RejectedContraction
from processing.recording import Side
from tests.unit.pages.fakes import FOUR_KINDS, make_channel, make_traces

Colour = NDArray[np.float64]

GREY = "no colour at all"
SIDES: tuple[Side, ...] = ("left", "right")
# On linear red, green and blue; full deficiency.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    GREY: [[0.2126, 0.7152, 0.0722]] * 3,
}  # fmt: skip
# Two large areas side by side are told apart from about 2.3 on; thin lines in different panels need far more.
LEAST_DIFFERENCE = 20.0
LEAST_CONTRAST = 3.0  # of a mark against the paper, WCAG 1.4.11


def linear(token: str) -> Colour:
    """Return a colour such as ``#0072B2`` as linear red, green and blue from 0 to 1."""
    channels = np.array([int(token[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def seen_with(deficiency: str, token: str) -> Colour:
    """Return what of a colour is seen, as linear red, green and blue."""
    return np.clip(np.array(MACHADO[deficiency]) @ linear(token), 0.0, 1.0)


def lab(colour: Colour) -> Colour:
    """Return CIE L*a*b* for the white of screens (D65)."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    share = (np.array(to_xyz) @ colour) / np.array([0.95047, 1.0, 1.08883])
    root = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one: Colour, other: Colour) -> float:
    """Return the ratio of luminances as WCAG defines it."""
    light, dark = sorted(
        (float(np.dot([0.2126, 0.7152, 0.0722], each)) for each in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def drawn() -> Spec:
    """Return the picture of a session with good, weak, doubtful and rejected contractions on both legs."""
    rejected = (RejectedContraction(FOUR_KINDS[1], CorrectionMark("reject", 3, "artefact")),)
    kept = (FOUR_KINDS[0], *FOUR_KINDS[2:])
    channels = [
        make_channel(side, kept, corrections=ChannelCorrections(rejected, (None,) * 3, 4)) for side in SIDES
    ]
    return review_figure(pair_panels([make_traces(channel) for channel in channels], channels), Look())


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("deficiency", [name for name in MACHADO if name != GREY])
def test_the_colours_of_the_legs_stay_far_apart(theme: str, deficiency: str) -> None:
    left, right = (lab(seen_with(deficiency, PALETTES[theme][f"@{side}"])) for side in SIDES)
    assert np.linalg.norm(left - right) > LEAST_DIFFERENCE


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("deficiency", MACHADO)
@pytest.mark.parametrize("token", ["@left", "@right", "@good", "@rejected", "@neither", "@mask", "@select"])
def test_every_mark_stands_out_from_the_paper(theme: str, deficiency: str, token: str) -> None:
    paper = seen_with(deficiency, PALETTES[theme]["@paper"])
    assert contrast(seen_with(deficiency, PALETTES[theme][token]), paper) >= LEAST_CONTRAST


def test_ten_questions_are_answered_without_any_colour() -> None:
    answers = [*_legs_of(drawn()), *_fates_of(drawn())]
    assert len(answers) == 10
    assert [seen for seen, _true in answers] == [true for _seen, true in answers]


def _legs_of(spec: Spec) -> list[tuple[str, str]]:
    """Answer which leg each panel is, from above, by its heading alone."""
    marks = {side_mark(side): side for side in SIDES}
    headings = [
        note for note in spec["layout"]["annotations"] if any(f"<b>{m}" in note["text"] for m in marks)
    ]
    headings.sort(key=lambda note: -note["y"])
    return [
        (next(side for mark, side in marks.items() if mark in note["text"]), true)
        for note, true in zip(headings, SIDES, strict=True)
    ]


def _fates_of(spec: Spec) -> list[tuple[str, str]]:
    """Answer for every contraction whether it was rejected by the hatching of its band alone."""
    answers = []
    for trace in spec["data"]:
        kind = trace["meta"]["kind"]
        if kind in ("band", "rejected"):
            seen = "rejected" if trace["fillpattern"]["shape"] == "x" else "kept"
            answers.append((seen, "rejected" if kind == "rejected" else "kept"))
    return answers


def test_no_class_that_counts_wears_the_sign_of_a_rejected_one() -> None:
    signs = {(kind.symbol, kind.pattern) for kind in classes.CONTRACTION_CLASSES}
    assert len(signs) == len(classes.CONTRACTION_CLASSES)
    crosses = {"✗", "✕", "×", "x"}
    counting = classes.CONTRACTION_CLASSES
    assert not [k.key for k in counting if k.pattern == "x" or k.glyph in crosses or k.symbol[0] == "x"]


def test_the_simulation_leaves_greys_grey_and_takes_away_what_is_not_seen() -> None:
    for name in MACHADO:
        np.testing.assert_allclose(seen_with(name, "#808080"), linear("#808080"), atol=1e-4)
    red, green = (lab(seen_with("deuteranopia", token)) for token in ("#C00000", "#6A6A00"))
    plain = np.linalg.norm(lab(linear("#C00000")) - lab(linear("#6A6A00")))
    assert np.linalg.norm(red - green) < 0.5 * plain
