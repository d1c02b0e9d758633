"""Corrections of detected contractions: the log, the edges that follow from it, and what is measured between them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.emg.analysis import analyse_recording
from processing.emg.corrections import (
    SHORTEST_S,
    Correction,
    LogEntry,
    active_edits,
    next_redo,
    next_undo,
)
from processing.emg.corrections_apply import apply_corrections, check_correction, room_for
from processing.emg.corrections_candidates import likeliest_doubles, likeliest_misses
from processing.emg.corrections_measure import correct_channel
from processing.emg.measures import recording_signals
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, FaintActivity, IntervalS
from processing.emg.targets import reapply_targets
from processing.errors import InvalidParameterError
from tests.builders import make_recording

LENGTH_S = 60.0
PLAN = [(2.0, 4.5), (8.0, 10.5), (14.0, 16.5), (20.0, 22.5), (26.0, 28.5), (32.0, 34.5), (38.0, 40.5)]
RECORDING = make_recording(contractions_s=PLAN, duration_s=LENGTH_S, n_channels=1)
ANALYSIS = analyse_recording(RECORDING)
LEFT = ANALYSIS.channels[0]
SIGNALS = recording_signals(RECORDING, ANALYSIS.parameters)["CH1"]


def edit(revision: int, kind: Any, interval: IntervalS, author: str = "a", **values: Any) -> LogEntry:
    return LogEntry(revision, "edit", Correction("CH1", kind, *interval, **values), author=author)


def edges(channel: ChannelAnalysis, index: int) -> IntervalS:
    return channel.contractions[index].onset_s, channel.contractions[index].offset_s


def corrected(*edits: LogEntry, signals: Any = SIGNALS) -> ChannelAnalysis:
    return correct_channel(LEFT, edits, length_s=LENGTH_S, signals=signals).channel


# What the log says.

authors = st.sampled_from(["a", "b"])
steps = st.lists(st.tuples(st.sampled_from(["edit", "undo", "redo"]), authors), max_size=30)


def play(actions: list[tuple[str, str]]) -> list[LogEntry]:
    """Return the log of people who press keys; a key that has nothing to do adds nothing."""
    log: list[LogEntry] = []
    for action, author in actions:
        revision = len(log) + 1
        if action == "edit":
            log.append(edit(revision, "reject", (float(revision), revision + 0.5), author))
            continue
        target = (next_undo if action == "undo" else next_redo)(log, author)
        if target is not None:
            log.append(LogEntry(revision, action, target=target.revision, author=author))  # type: ignore[arg-type]
    return log


@given(steps, authors)
def test_undoing_everything_of_one_person_leaves_what_the_other_did(
    actions: list[tuple[str, str]], author: str
) -> None:
    log = play(actions)
    others = [e for e in active_edits(log) if e.author != author]
    for _ in range(len(log) + 1):
        log = play_on(log, "undo", author)
    assert list(active_edits(log)) == others


@given(steps, authors)
def test_redo_restores_exactly_what_undo_took(actions: list[tuple[str, str]], author: str) -> None:
    log = play(actions)
    before = active_edits(log)
    if next_undo(log, author) is None:
        return
    undone = play_on(log, "undo", author)
    assert active_edits(undone) != before
    assert active_edits(play_on(undone, "redo", author)) == before


def play_on(log: list[LogEntry], action: str, author: str) -> list[LogEntry]:
    target = (next_undo if action == "undo" else next_redo)(log, author)
    if target is None:
        return log
    return [*log, LogEntry(len(log) + 1, action, target=target.revision, author=author)]  # type: ignore[arg-type]


def test_a_new_edit_leaves_nothing_to_redo() -> None:
    log = play([("edit", "a"), ("undo", "a"), ("edit", "a")])
    assert next_redo(log, "a") is None


def test_a_step_that_finds_no_edit_to_step_over_changes_nothing() -> None:
    first, second = edit(1, "reject", (1.0, 2.0)), edit(2, "reject", (5.0, 6.0))
    twice = [first, second, *(LogEntry(n, "undo", target=2, author="a") for n in (3, 4))]
    assert active_edits(twice) == (first,)
    assert (next_undo(twice, "a"), next_redo(twice, "a")) == (first, second)
    unknown = [first, LogEntry(2, "undo", target=9, author="a")]
    assert active_edits(unknown) == (first,)
    assert (next_undo(unknown, "a"), next_redo(unknown, "a")) == (first, None)


# Where contractions lie after corrections.


@st.composite
def intervals(draw: st.DrawFn) -> IntervalS:
    start = draw(st.floats(0.0, LENGTH_S - 1.0))
    return start, start + draw(st.floats(SHORTEST_S + 0.001, 6.0))


@st.composite
def detections(draw: st.DrawFn) -> list[IntervalS]:
    bounds = sorted(draw(st.lists(st.integers(0, 600), max_size=16, unique=True)))
    return [(a / 10, b / 10) for a, b in zip(bounds[::2], bounds[1::2], strict=False)]


@st.composite
def edit_lists(draw: st.DrawFn, about: list[IntervalS]) -> list[LogEntry]:
    made = []
    for revision in range(1, draw(st.integers(0, 8)) + 1):
        kind = draw(st.sampled_from(["accept", "reject", "move", "split", "merge", "add"]))
        anchor = draw(st.sampled_from(about)) if about and draw(st.booleans()) else draw(intervals())
        values: dict[str, Any] = {}
        if kind in ("move", "merge"):
            values["new_onset_s"], values["new_offset_s"] = draw(intervals())
        if kind == "split":
            if anchor[1] - anchor[0] <= 2 * SHORTEST_S + 0.001:
                continue
            values["at_s"] = (anchor[0] + anchor[1]) / 2
        if anchor[1] - anchor[0] > SHORTEST_S:
            made.append(edit(revision, kind, anchor, **values))
    return made


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[IntervalS], list[LogEntry]]:
    detected = draw(detections())
    return detected, draw(edit_lists(detected))


@given(situations())
def test_what_counts_is_ordered_disjoint_and_inside_the_recording(
    situation: tuple[list[IntervalS], list[LogEntry]],
) -> None:
    detected, edits = situation
    kept = [p.interval_s for p in apply_corrections(detected, edits, length_s=LENGTH_S).kept]
    assert all(0 <= start < stop <= LENGTH_S for start, stop in kept)
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(kept))


@given(situations())
def test_applying_the_same_log_again_gives_the_same(
    situation: tuple[list[IntervalS], list[LogEntry]],
) -> None:
    detected, edits = situation
    before = list(detected)
    once = apply_corrections(detected, edits, length_s=LENGTH_S)
    assert apply_corrections(detected, edits, length_s=LENGTH_S) == once
    assert detected == before


@given(situations())
def test_an_edit_taken_back_leaves_what_was_there_before_it(
    situation: tuple[list[IntervalS], list[LogEntry]],
) -> None:
    detected, edits = situation
    log = [replace(entry, revision=number) for number, entry in enumerate(edits, start=1)]
    for number in range(len(log), 0, -1):
        undone = [*log[:number], LogEntry(number + 1, "undo", target=number, author="a")]
        assert apply_corrections(detected, active_edits(undone), length_s=LENGTH_S) == apply_corrections(
            detected, log[: number - 1], length_s=LENGTH_S
        )


@given(st.data())
def test_rejections_survive_edges_that_move_by_a_tenth_of_a_second(data: st.DataObject) -> None:
    detected = [(t, t + 1.0) for t in range(1, 50, 4)]
    refused = data.draw(st.lists(st.sampled_from(range(len(detected))), unique=True))
    edits = [edit(n, "reject", detected[i]) for n, i in enumerate(refused, start=1)]
    shift = st.floats(-0.1, 0.1)
    again = [(a + data.draw(shift), b + data.draw(shift)) for a, b in detected]
    state = apply_corrections(again, edits, length_s=LENGTH_S)
    assert [p.source for p in state.rejected] == sorted(refused)
    assert not state.unmatched


def test_an_edit_whose_contraction_is_gone_changes_nothing_and_is_named() -> None:
    lost = edit(1, "reject", (5.0, 6.0))
    state = apply_corrections([(1.0, 2.0)], [lost], length_s=LENGTH_S)
    assert [p.interval_s for p in state.kept] == [(1.0, 2.0)]
    assert state.unmatched == (lost,)


def test_what_a_person_set_wins_over_what_a_new_analysis_finds_there() -> None:
    added = edit(1, "add", (10.0, 12.0))
    state = apply_corrections([(9.9, 11.9), (11.95, 14.0)], [added], length_s=LENGTH_S)
    assert [p.interval_s for p in state.kept] == [(10.0, 12.0), (12.0, 14.0)]


def test_a_merge_that_the_detector_has_made_itself_still_applies() -> None:
    merge = edit(1, "merge", (1.0, 2.0), new_onset_s=1.0, new_offset_s=4.0)
    assert not apply_corrections([(1.02, 3.9)], [merge], length_s=LENGTH_S).unmatched


def test_a_rejected_contraction_is_accepted_again() -> None:
    edits = [edit(1, "reject", (1.0, 2.0), reason="double"), edit(2, "accept", (1.0, 2.0))]
    state = apply_corrections([(1.0, 2.0)], edits, length_s=LENGTH_S)
    assert [p.mark and p.mark.kind for p in state.kept] == ["accept"]
    assert state.rejected == ()


@pytest.mark.parametrize(
    ("last", "beyond"),
    [
        ((8.0, 9.0), edit(1, "move", (8.0, 9.0), new_onset_s=8.97, new_offset_s=10.5)),
        ((8.0, 9.0), edit(1, "add", (9.5, 11.0))),
        ((8.5, 9.4), edit(1, "split", (8.5, 9.4), at_s=9.2)),
        ((8.96, 9.02), edit(1, "accept", (8.96, 9.02))),
    ],
    ids=["move", "add", "split", "accept"],
)
def test_an_edit_that_the_end_leaves_no_room_for_changes_nothing_and_is_named(
    last: IntervalS, beyond: LogEntry
) -> None:
    # As where the recording was replaced by a shorter one.
    detected = [(1.0, 2.0), last]
    assert apply_corrections(detected, [beyond], length_s=12.0).unmatched == ()
    untouched = apply_corrections(detected, [], length_s=9.0)
    assert apply_corrections(detected, [beyond], length_s=9.0) == replace(untouched, unmatched=(beyond,))


# What is refused, and why.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Correction("CH1", "add", 1.5, 2.5), "overlaps contraction 1"),
        (Correction("CH1", "add", 59.5, 61.0), "beyond the end"),
        (Correction("CH1", "reject", 30.0, 31.0), "no contraction at 30.00–31.00 s"),
        (Correction("CH1", "move", 1.0, 2.0, new_onset_s=1.0, new_offset_s=5.5), "overlaps contraction 2"),
    ],
)
def test_a_change_that_has_no_place_is_refused_in_words(change: Correction, words: str) -> None:
    state = apply_corrections([(1.0, 2.0), (5.0, 6.0)], [], length_s=LENGTH_S)
    with pytest.raises(InvalidParameterError, match=words):
        check_correction(state, change, length_s=LENGTH_S)


@pytest.mark.parametrize(("kind", "done"), [("accept", "accepted"), ("reject", "rejected")])
def test_what_was_said_already_is_refused(kind: Any, done: str) -> None:
    said = edit(1, kind, (1.0, 2.0), reason="double")
    state = apply_corrections([(1.0, 2.0)], [said], length_s=LENGTH_S)
    with pytest.raises(InvalidParameterError, match=f"1.00–2.00 s is {done} already"):
        check_correction(state, Correction("CH1", kind, 1.0, 2.0, reason="double"), length_s=LENGTH_S)


def test_another_reason_and_other_edges_are_news() -> None:
    rejected = edit(1, "reject", (1.0, 2.0), reason="double")
    moved = edit(2, "move", (5.0, 6.0), new_onset_s=5.2, new_offset_s=6.0)
    log = [rejected, moved]
    for again in (
        edit(3, "reject", (1.0, 2.0), reason="artefact"),
        edit(4, "move", (5.2, 6.0), new_onset_s=5.3, new_offset_s=6.1),
    ):
        state = apply_corrections([(1.0, 2.0), (5.0, 6.0)], log, length_s=LENGTH_S)
        assert again.correction is not None
        check_correction(state, again.correction, length_s=LENGTH_S)
        log.append(again)
    state = apply_corrections([(1.0, 2.0), (5.0, 6.0)], log, length_s=LENGTH_S)
    assert [p.mark and p.mark.reason for p in state.rejected] == ["artefact"]
    assert [p.interval_s for p in state.kept] == [(5.3, 6.1)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "split", "onset_s": 1.0, "offset_s": 2.0}, "needs the moment at which to cut"),
        ({"kind": "add", "onset_s": 3.0, "offset_s": 3.01}, "too short"),
        ({"kind": "add", "onset_s": float("nan"), "offset_s": 3.0}, "does not lie"),
        ({"kind": "move", "onset_s": 1.0, "offset_s": 2.0}, "needs a new start"),
        ({"kind": "split", "onset_s": 1.0, "offset_s": 2.0, "at_s": 2.5}, "does not cut"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_words(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        Correction("CH1", **values)


def test_a_dragged_edge_stops_at_the_neighbour() -> None:
    state = apply_corrections([(1.0, 2.0), (5.0, 6.0)], [], length_s=LENGTH_S)
    dragged = Correction("CH1", "move", 5.0, 6.0, new_onset_s=1.2, new_offset_s=6.0)
    assert room_for(state, dragged, length_s=LENGTH_S).becomes_s == (2.0, 6.0)


# What is measured.


def test_moved_edges_are_measured_as_if_they_had_been_detected() -> None:
    moved = corrected(edit(1, "move", edges(LEFT, 1), new_onset_s=8.5, new_offset_s=10.0))
    contraction = moved.contractions[1]
    assert (contraction.onset_s, contraction.offset_s) == pytest.approx((8.5, 10.0), abs=1e-3)
    start, stop = round(8.5 * 990), round(10.0 * 990)
    assert contraction.peak_uv == pytest.approx(1e6 * SIGNALS.envelope_v[start:stop].max())
    assert contraction.mdf_hz is not None
    assert moved.amplitude.time_under_tension_s == pytest.approx(
        LEFT.amplitude.time_under_tension_s - LEFT.contractions[1].duration_s + contraction.duration_s
    )


def test_moving_an_edge_there_and_undoing_it_is_what_was_detected() -> None:
    entry = edit(1, "move", edges(LEFT, 1), new_onset_s=8.5, new_offset_s=10.0)
    log = [entry, LogEntry(2, "undo", target=1, author="a")]
    assert corrected(*active_edits(log)) == LEFT


def test_split_and_merge_are_each_others_inverse_in_time() -> None:
    whole = edges(LEFT, 2)
    split = edit(1, "split", whole, at_s=15.0)
    assert len(corrected(split).contractions) == len(PLAN) + 1
    half = (whole[0], 15.0)
    merge = edit(2, "merge", half, new_onset_s=whole[0], new_offset_s=whole[1])
    again = corrected(split, merge)
    assert edges(again, 2) == pytest.approx(whole, abs=1e-9)
    assert again.amplitude.rms_uv == pytest.approx(LEFT.amplitude.rms_uv)


def test_a_rejected_contraction_leaves_the_aggregates() -> None:
    without = corrected(edit(1, "reject", edges(LEFT, 0), reason="artefact"))
    assert len(without.contractions) == len(PLAN) - 1
    assert without.rejected[0].mark.reason == "artefact"
    assert without.rejected[0].contraction == LEFT.contractions[0]
    assert without.fatigue.n == len(PLAN) - 1
    assert without.corrections is not None
    assert (without.corrections.n_detected, without.corrections.as_detected) == (len(PLAN), False)
    assert without.amplitude.rms_uv != LEFT.amplitude.rms_uv


def test_without_the_recording_rejecting_works_and_says_what_stays_as_detected() -> None:
    without = corrected(edit(1, "reject", edges(LEFT, 0)), signals=None)
    assert len(without.contractions) == len(PLAN) - 1
    assert without.corrections is not None
    assert without.corrections.as_detected
    assert without.amplitude.rms_uv == LEFT.amplitude.rms_uv
    assert without.amplitude.time_under_tension_s < LEFT.amplitude.time_under_tension_s


def test_without_the_recording_a_new_interval_is_named_as_not_applied() -> None:
    added = edit(1, "add", (50.0, 51.0))
    assert correct_channel(LEFT, [added], length_s=LENGTH_S).unmatched == (added,)


def test_an_accepted_doubt_is_no_doubt_but_keeps_its_reason() -> None:
    doubtful = replace(LEFT.contractions[0], doubtful=True, doubtful_reason="clipped")
    channel = replace(LEFT, contractions=(doubtful, *LEFT.contractions[1:]))
    accepted = correct_channel(
        channel, [edit(1, "accept", edges(LEFT, 0))], length_s=LENGTH_S, signals=SIGNALS
    ).channel
    assert not accepted.contractions[0].doubtful
    assert accepted.contractions[0].doubtful_reason == "clipped"
    mark = accepted.mark_of(0)
    assert mark is not None
    assert mark.kind == "accept"


def test_targets_are_applied_to_what_was_rejected_too() -> None:
    without = corrected(edit(1, "reject", edges(LEFT, 0)))
    judged = reapply_targets(without, targets=SessionTargets(target_duration_s=1.0))
    assert judged.rejected[0].contraction.meets_duration
    assert all(c.meets_duration for c in judged.contractions)


# What may have been missed.


def test_the_likeliest_miss_is_the_weak_burst_where_the_rhythm_has_a_hole() -> None:
    plan = [*PLAN[:3], (20.0, 22.5, 14.0), *PLAN[4:]]
    recording = make_recording(contractions_s=plan, duration_s=LENGTH_S, n_channels=1, noise_uv=3.0)
    analysis = analyse_recording(recording)
    channel = analysis.channels[0]
    assert len(channel.contractions) == len(PLAN) - 1
    signals = recording_signals(recording, analysis.parameters)["CH1"]
    first, *_ = likeliest_misses(channel, length_s=LENGTH_S, signals=signals)
    assert 19.0 < first.onset_s < first.offset_s < 23.5
    assert first.gap_s == pytest.approx(12.0, abs=0.2)
    assert first.usual_gap_s == pytest.approx(6.0, abs=0.2)


def test_what_a_person_rejected_is_not_proposed_again() -> None:
    without = corrected(edit(1, "reject", edges(LEFT, 3)))
    proposed = likeliest_misses(without, length_s=LENGTH_S, signals=SIGNALS)
    assert all(c.offset_s <= 20.0 or c.onset_s >= 22.5 for c in proposed)


def test_the_likeliest_double_follows_closest_to_the_one_before() -> None:
    double = corrected(edit(1, "split", edges(LEFT, 4), at_s=27.0))
    (found,) = likeliest_doubles(double)
    assert found.onset_s == pytest.approx(27.0, abs=1e-3)
    assert likeliest_doubles(LEFT) == ()


def test_a_signal_without_activity_has_no_candidate() -> None:
    silent = make_recording(contractions_s=[], duration_s=20.0, n_channels=1)
    analysis = analyse_recording(silent)
    assert np.isfinite(silent.emg_v).all()
    assert likeliest_misses(analysis.channels[0], length_s=20.0) == ()


def test_without_any_contraction_faint_activity_is_neither_likely_nor_unlikely() -> None:
    none_counts = replace(LEFT, contractions=(), faint=(FaintActivity(10.0, 11.0, 1.0, 20.0, 15.0),))
    (proposed,) = likeliest_misses(none_counts, length_s=LENGTH_S)
    assert (proposed.onset_s, proposed.offset_s, proposed.faint) == (10.0, 11.0, True)
    assert (proposed.usual_peak_uv, proposed.gap_s, proposed.usual_gap_s) == (None, None, None)
    assert proposed.likelihood == pytest.approx(0.5)


def test_where_the_noise_is_not_known_nothing_is_sought_below_the_threshold() -> None:
    without = replace(LEFT, contractions=LEFT.contractions[1:])  # what is sought lies there
    (found, *_) = likeliest_misses(without, length_s=LENGTH_S, signals=SIGNALS)
    assert found.onset_s == pytest.approx(2.0, abs=0.1)
    unknown = replace(without, quality=replace(without.quality, noise_uv=None))
    assert likeliest_misses(unknown, length_s=LENGTH_S, signals=SIGNALS) == ()
