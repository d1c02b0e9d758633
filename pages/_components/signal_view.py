"""The interactive part of a review: window controls, both panels and the table of contractions, as one fragment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages._components import words
from pages._components.chart import chart
from pages._components.review_figure import (
    Look,
    Panel,
    recording_length_s,
    review_figure,
    summary_sentence,
)
from pages._components.state import view_key
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, IntervalS

SHORTEST_WINDOW_S = 0.5
CONTEXT_S = 2.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One place that the next and previous buttons visit."""

    channel: str
    index: int
    onset_s: float
    offset_s: float
    doubtful: bool


def stops(channels: Sequence[ChannelAnalysis], leg: str | None = None) -> list[Stop]:
    """Return all contractions in order of time, of one channel or of all."""
    found = [
        Stop(channel.name, index, c.onset_s, c.offset_s, c.doubtful)
        for channel in channels
        if leg is None or channel.name == leg
        for index, c in enumerate(channel.contractions)
    ]
    return sorted(found, key=lambda stop: (stop.onset_s, stop.channel))


def next_stop(places: Sequence[Stop], selected: tuple[str, int] | None, step: int) -> Stop | None:
    """Return the next or previous place, starting at either end and going round."""
    if not places:
        return None
    here = next((i for i, stop in enumerate(places) if (stop.channel, stop.index) == selected), None)
    if here is None:
        return places[0] if step > 0 else places[-1]
    return places[(here + step) % len(places)]


def window_around(onset_s: float, offset_s: float, length_s: float) -> IntervalS:
    """Return a window that shows one contraction with its surroundings."""
    margin = max(CONTEXT_S, 0.5 * (offset_s - onset_s))
    return clipped((onset_s - margin, offset_s + margin), length_s)


def scaled(window: IntervalS, factor: float, length_s: float) -> IntervalS:
    """Return the window widened or narrowed about its middle."""
    middle = (window[0] + window[1]) / 2
    half = max(SHORTEST_WINDOW_S, (window[1] - window[0]) * factor) / 2
    return clipped((middle - half, middle + half), length_s)


def moved(window: IntervalS, share: float, length_s: float) -> IntervalS:
    """Return the window moved by a share of its width, keeping the width at the ends."""
    width = window[1] - window[0]
    start = min(max(0.0, window[0] + share * width), max(0.0, length_s - width))
    return (start, start + width)


def clipped(window: IntervalS, length_s: float) -> IntervalS:
    """Return the part of a window that lies inside the recording."""
    return (max(0.0, window[0]), min(length_s, window[1]))


class View:
    """What the viewer looks at, kept in the session state under one key."""

    def __init__(self, subject: str, length_s: float) -> None:
        self.key = view_key(subject)
        self.length_s = length_s
        self.slider_key = f"{self.key}:slider"
        self._kept: dict[str, Any] = st.session_state.setdefault(
            self.key, {"window": None, "selected": None, "revision": 0}
        )

    @property
    def window(self) -> IntervalS:
        kept = self._kept["window"]
        return (0.0, self.length_s) if kept is None else (float(kept[0]), float(kept[1]))

    @property
    def whole(self) -> bool:
        return self._kept["window"] is None

    @property
    def selected(self) -> tuple[str, int] | None:
        return self._kept["selected"]

    @property
    def revision(self) -> str:
        """Changes whenever Python moves the window, so that the browser gives up its own."""
        return f"{self.key}:{self._kept['revision']}"

    def dragged(self, window: IntervalS | None) -> None:
        """Take over what the browser already shows."""
        self._kept.update(window=window, selected=None)

    def go(self, window: IntervalS | None) -> None:
        """Show another window."""
        if window is not None and window[0] <= 0 and window[1] >= self.length_s:
            window = None
        self._kept.update(window=window, revision=self._kept["revision"] + 1)

    def visit(self, stop: Stop | None) -> None:
        """Show one contraction with its surroundings."""
        if stop is not None:
            self.go(window_around(stop.onset_s, stop.offset_s, self.length_s))
            self._kept["selected"] = (stop.channel, stop.index)

    def whole_recording(self) -> None:
        """Show everything again."""
        self.go(None)
        self._kept["selected"] = None

    def slid(self) -> None:
        """Take over the slider's window."""
        start, stop = st.session_state[self.slider_key]
        self.go((start, max(stop, min(self.length_s, start + SHORTEST_WINDOW_S))))


@st.fragment
def signal_view(subject: str, panels: Sequence[Panel], targets: SessionTargets) -> None:
    """Draw the panels with their controls; only this part runs again when the window moves."""
    length_s = recording_length_s(panels)
    view = View(subject, length_s)
    channels = [panel.analysis for panel in panels]
    controls, picture = st.container(), st.container()
    raw, game, same_scale, leg = _options(subject, panels, view)
    with controls:
        _controls(view, stops(channels, leg))
    look = Look(
        window_s=None if view.whole else view.window,
        raw=raw,
        game=game,
        same_scale=same_scale,
        selected=view.selected,
        target_percent_mvc=targets.target_percent_mvc,
        revision=view.revision,
    )
    with picture:
        _selected_words(panels, view)
        chart(
            review_figure(panels, look),
            alt=summary_sentence(panels, look),
            key=f"chart:{subject}",
            full_s=(0.0, length_s),
            on_window=view.dragged,
        )
    _contraction_tables(subject, panels, view, targets)


def _options(subject: str, panels: Sequence[Panel], view: View) -> tuple[bool, bool, bool, str | None]:
    """Below the picture: the window, what is drawn, and which leg the next and previous buttons visit."""
    _window_slider(view)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown("Step through", width="content")
        names = {
            panel.analysis.name: words.side_name(panel.analysis.side, panel.analysis.name) for panel in panels
        }
        leg = st.segmented_control(
            "Step through",
            ["both", *names],
            format_func=lambda name: {"both": "Both legs"}.get(name, names.get(name, name)),
            default="both",
            required=True,
            key=f"leg:{subject}",
            label_visibility="collapsed",
        )
        raw = st.toggle("Raw signal", value=True, key=f"raw:{subject}")
        same_scale = st.toggle("Same scale", value=True, key=f"scale:{subject}")
        game = False
        if any(panel.traces.activated_uv is not None for panel in panels):
            game = st.toggle(
                "What the game saw",
                key=f"game:{subject}",
                help="The game's own online detector. It lags, and it never replaces the analysis.",
            )
    return raw, game, same_scale, None if leg in (None, "both") else leg


def _controls(view: View, places: Sequence[Stop]) -> None:
    doubtful = [stop for stop in places if stop.doubtful]
    subject = view.key

    def button(
        label: str, icon: str, shortcut: str, action: Callable[..., None], *args: Any, off: bool = False
    ) -> None:
        st.button(
            label,
            icon=icon,
            shortcut=shortcut,
            key=f"{subject}:{shortcut}",
            on_click=action,
            args=args,
            disabled=off,
            width="content",
        )

    window, length = view.window, view.length_s
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        previous, following = next_stop(places, view.selected, -1), next_stop(places, view.selected, 1)
        button("Previous", ":material/skip_previous:", "K", view.visit, previous, off=not places)
        button("Next", ":material/skip_next:", "J", view.visit, following, off=not places)
        if doubtful:
            button("Next doubtful", ":material/question_mark:", "N", view.visit, _after(doubtful, view))
        button("Whole", ":material/fit_width:", "W", view.whole_recording, off=view.whole)
        button("Closer", ":material/zoom_in:", "I", view.go, scaled(window, 0.5, length))
        button("Wider", ":material/zoom_out:", "O", view.go, scaled(window, 2.0, length), off=view.whole)
        button(
            "Earlier",
            ":material/arrow_back:",
            "Shift+Left",
            view.go,
            moved(window, -0.5, length),
            off=view.whole,
        )
        button(
            "Later",
            ":material/arrow_forward:",
            "Shift+Right",
            view.go,
            moved(window, 0.5, length),
            off=view.whole,
        )


def _after(doubtful: Sequence[Stop], view: View) -> Stop | None:
    """Return the next doubtful place after the middle of the window, going round."""
    if view.selected in [(stop.channel, stop.index) for stop in doubtful]:
        return next_stop(doubtful, view.selected, 1)
    middle = 0.0 if view.whole else sum(view.window) / 2
    return next((stop for stop in doubtful if stop.onset_s > middle), doubtful[0])


def _window_slider(view: View) -> None:
    length = round(view.length_s, 1)
    if length < 2 * SHORTEST_WINDOW_S:
        return
    start, stop = view.window
    st.session_state[view.slider_key] = (round(min(start, length), 1), round(min(stop, length), 1))
    st.slider(
        "Visible window (s)",
        min_value=0.0,
        max_value=length,
        step=0.1,
        format="%.1f",
        key=view.slider_key,
        on_change=view.slid,
    )


def _selected_words(panels: Sequence[Panel], view: View) -> None:
    panel = next((p for p in panels if view.selected and p.analysis.name == view.selected[0]), None)
    if panel is None or view.selected is None:
        total = sum(len(p.analysis.contractions) for p in panels)
        doubtful = sum(c.doubtful for p in panels for c in p.analysis.contractions)
        st.caption(
            f"{words.plural(total, 'contraction')} in both legs"
            + (f", {doubtful} of them doubtful" if doubtful else "")
            + ". Drag across the plot to look closer; a double click shows the whole recording again."
        )
        return
    c = panel.analysis.contractions[view.selected[1]]
    name = words.side_name(panel.analysis.side, panel.analysis.name)
    mark = words.side_mark(panel.analysis.side)
    percent = "" if c.percent_mvc is None else f" = {words.number(c.percent_mvc, '% MVC')}"
    text = (
        f"**{mark} {name} {view.selected[1] + 1} of {len(panel.analysis.contractions)}** · "
        f"{words.contraction_class(c).word} · {c.onset_s:.1f}–{c.offset_s:.1f} s, "
        f"lasting {words.number(c.duration_s, 's')} · plateau {words.number(c.plateau_uv, 'µV')}{percent} · "
        f"peak {words.number(c.peak_uv, 'µV')}"
    )
    if c.doubtful:
        text += f" · **doubtful:** {c.doubtful_reason or 'no reason given'}"
    st.markdown(text)


def _contraction_tables(subject: str, panels: Sequence[Panel], view: View, targets: SessionTargets) -> None:
    total = sum(len(panel.analysis.contractions) for panel in panels)
    with st.expander(f"Show as table: {words.plural(total, 'contraction')}", icon=":material/table:"):
        if not total:
            st.write("No contraction rose above the threshold of either channel.")
            return
        st.caption("Choose a row to see it in the plot.")
        table = contraction_table([panel.analysis for panel in panels], targets)
        places = [
            Stop(p.analysis.name, i, c.onset_s, c.offset_s, c.doubtful)
            for p in panels
            for i, c in enumerate(p.analysis.contractions)
        ]

        def chosen() -> None:
            rows = st.session_state[f"table:{subject}"].selection.rows
            if rows:
                view.visit(places[rows[0]])

        st.dataframe(
            table,
            hide_index=True,
            key=f"table:{subject}",
            on_select=chosen,
            selection_mode="single-row",
            height=min(420, 38 + 35 * len(table)),
            alt="All contractions of both legs with their times, amplitudes and the targets they met.",
        )


def contraction_table(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> pd.DataFrame:
    """Return all contractions as text and numbers, one row each, units in the column names."""
    rows = [
        {
            "Leg": f"{words.side_mark(channel.side)} {words.side_name(channel.side, channel.name)}",
            "No.": index + 1,
            "Result": f"{kind.glyph} {kind.word}",
            "Start (s)": f"{c.onset_s:.1f}",
            "End (s)": f"{c.offset_s:.1f}",
            "Duration (s)": words.number(c.duration_s),
            f"Held ≥ {words.number(targets.target_duration_s, 's')}": words.yes_no(c.meets_duration),
            "Plateau (µV)": words.number(c.plateau_uv),
            "Peak (µV)": words.number(c.peak_uv),
            "% MVC": words.number(c.percent_mvc, missing=words.NOT_ASSESSABLE),
            f"≥ {words.number(targets.target_percent_mvc, '% MVC')}": words.yes_no(c.meets_intensity),
            "MDF (Hz)": words.number(c.mdf_hz, missing="—"),
            "Doubtful": f"? {c.doubtful_reason or 'yes'}" if c.doubtful else "",
        }
        for channel in channels
        for index, c in enumerate(channel.contractions)
        for kind in [words.contraction_class(c)]
    ]
    return pd.DataFrame(rows)
