"""The timeline's figure: aligned lanes over one axis of days, with bands, lines, marks and breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from math import ceil

from pages._components.chart import Extras, Picks
from pages._components.review_figure.primitives import Spec, text
from pages._components.signal_details.grid import axis, legend_glyph, legend_line, nothing
from pages._components.timeline.lanes import Lane, domains, figure_height, leg_of
from pages._components.timeline.lines import line_points
from pages._components.timeline.marks import BASE, lane_marks, note_marks, session_marks
from pages._components.timeline.scene import Scene
from pages._components.timeline.words import break_label
from processing.language import current_language, ngettext
from processing.language import gettext as _
from processing.use_cases.mvc_breaks import ReferenceBreak

LEFT, RIGHT = 58, 16
LABEL_PX = 86
WHOLE_TITLE_PX = 560
CLICK_SHARE = 0.008  # how far beside a session a click still means it, in shares of the axis


def timeline_figure(scene: Scene) -> Spec:
    """Return data and layout; every lane stands on an axis of its own unit, all on the same days."""
    lanes, places = scene.lanes, domains(scene.lanes)
    names = axis_names(scene)
    layout = _layout(scene)
    data: list[Spec] = []
    for lane, place, name in zip(lanes, places, names, strict=True):
        top = lane_top(scene, lane)
        layout[f"yaxis{name[1:]}"] = _upright(lane, place, top)
        layout["annotations"].append(
            text(_headed(scene, lane), 0, place[1], size=13, xanchor="left", yanchor="bottom")
        )
        data += [nothing("x", name), _break_lines(scene, lane, name, top)]
        if lane.key == "sessions":
            data += session_marks(scene, name)
        elif lane.key == "notes":
            data.append(note_marks(scene, name))
        else:
            layout["shapes"] += _band(scene, lane, name)
            layout["shapes"] += _targets(scene, lane, name)
            data.append(_line(scene, lane, name))
            data += lane_marks(scene, lane, name, top)
    layout["annotations"] += list(_break_words(scene))
    for shape, note in _folds(scene):
        layout["shapes"].append(shape)
        layout["annotations"].append(note)
    return {"data": data, "layout": layout, "legend": _legend(scene)}


def timeline_extras(scene: Scene) -> Extras:
    """Return what a click on the figure finds: the session at that place of the time axis."""
    reach = CLICK_SHARE * scene.days.width
    intervals = []
    for i, x in enumerate(scene.x):
        before = (scene.x[i - 1] + x) / 2 if i else x - reach
        after = (scene.x[i + 1] + x) / 2 if i + 1 < len(scene.x) else x + reach
        intervals.append((max(before, x - reach), min(after, x + reach)))
    axes = tuple(axis_names(scene))
    return Extras(map="", axes=axes, picks=(Picks("sessions", axes, tuple(intervals)),))


def axis_names(scene: Scene) -> list[str]:
    """Return the names of the lanes' vertical axes."""
    return ["y" if i == 0 else f"y{i + 1}" for i in range(len(scene.lanes))]


def lane_top(scene: Scene, lane: Lane) -> float:
    """Return the top of a lane's axis: a fixed one, or what the sessions and their targets reach."""
    if lane.key == "notes":
        return 1.0
    if lane.top is not None:
        return lane.top
    if lane.key == "sessions":
        days = [session.at.date() for session in scene.sessions]
        return float(max(lane.least_top, *(days.count(day) for day in set(days))))
    reach = [value[1] for value in scene.values(lane)[scene.offset :] if value is not None]
    reach += [target for _start, _stop, target in _target_steps(scene, lane)]
    return max([lane.least_top, *reach])


def _layout(scene: Scene) -> Spec:
    lanes = scene.lanes
    values, words = scene.days.ticks(scene.width_px)
    bottom = axis_names(scene)[-1]
    return {
        "height": figure_height(lanes),
        "margin": {"l": LEFT, "r": RIGHT, "t": 0, "b": 0},
        "uirevision": f"{scene.leg}:{scene.since}:{scene.width_px:.0f}:{current_language()}",
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "showlegend": False,
        "annotations": [],
        "shapes": [],
        "xaxis": axis(
            _day_title(scene.width_px),
            [0.0, 1.0],
            bottom,
            range=[-0.15, scene.days.width + 0.15],
            tickvals=values,
            ticktext=words,
            tickangle=0,
        ),
    }


def _day_title(width_px: float) -> str:
    """Return the title of the time axis, as much of it as the picture has room for."""
    if width_px < WHOLE_TITLE_PX:
        return _("Day of the session (date)")
    return _("Day of the session (date); sessions of one day stand side by side")


def _upright(lane: Lane, place: tuple[float, float], top: float) -> Spec:
    if lane.key == "notes":
        return axis(
            "", list(place), "x", range=_limits(lane, top), showticklabels=False, showgrid=False, ticks=""
        )
    step = _step(top)
    ticks = [step * i for i in range(int(top / step + 1e-6) + 1)]
    if lane.key == "sessions":
        ticks = [tick for tick in ticks if tick >= 1]
    return axis(lane.unit, list(place), "x", range=_limits(lane, top), tickvals=ticks)


def _limits(lane: Lane, top: float) -> list[float]:
    """Return both ends of a lane's axis; below zero there is room for what has no value."""
    if lane.key == "notes":
        return [0, 1]
    return [0.4, 1.08 * top + 0.4] if lane.key == "sessions" else [-1.9 * BASE * top, 1.14 * top]


def _step(top: float) -> float:
    """Return a step of few ticks for an axis that ends at ``top``."""
    for step in (0.5, 1, 2, 3, 4, 5, 6, 10, 20, 25, 50, 100):
        if top / step <= 3.2:
            return step
    return float(ceil(top / 3))


def _headed(scene: Scene, lane: Lane) -> str:
    band = scene.baseline(lane)
    said = f"<b>{lane.heading}</b>"
    if band is None or scene.narrow:
        return said
    return said + " · " + _("band: own first {n} sessions").format(n=band.n)


def _band(scene: Scene, lane: Lane, name: str) -> Iterator[Spec]:
    """Yield the band of the patient's own first sessions, up to the first change of the MVC or the electrodes."""
    band, changed = scene.baseline(lane), scene.first_break(lane)
    end = scene.days.width
    if changed is not None:
        end = 0.0 if changed < scene.offset else _before(scene, changed - scene.offset)
    if band is not None and end > 0:
        yield {
            "type": "rect",
            "xref": "x",
            "yref": name,
            "x0": 0,
            "x1": end,
            "y0": band.low,
            "y1": band.high,
            "layer": "below",
            "fillcolor": lane.tone,
            "opacity": 0.13,
            # A band of one value only would have no height to be seen.
            "line": {"width": 2 if band.low == band.high else 0, "color": lane.tone},
        }


def _target_steps(scene: Scene, lane: Lane) -> list[tuple[float, float, float]]:
    """Return stretches of the axis over which one number of contractions, or one hold time, was the target."""
    known = []
    for x, session in zip(scene.x, scene.sessions, strict=True):
        leg = None if lane.side is None else leg_of(session, lane.side)
        if leg is None or leg.expected is None:
            continue
        known.append(
            (x, float(leg.expected) if lane.key.startswith("good") else scene.progress.hold_s_of(session))
        )
    found = []
    for target, group in groupby(known, key=lambda each: each[1]):
        xs = [x for x, _ in group]
        found.append((xs[0] - 0.4, xs[-1] + 0.4, target))
    return found


def _targets(scene: Scene, lane: Lane, name: str) -> Iterator[Spec]:
    for start, stop, target in _target_steps(scene, lane):
        line = {"width": 1.3, "color": "@muted", "dash": "dot"}
        at = {"x0": start, "x1": stop, "y0": target, "y1": target, "xref": "x", "yref": name}
        yield {"type": "line", **at, "layer": "below", "line": line}


def _line(scene: Scene, lane: Lane, name: str) -> Spec:
    x, y = line_points(scene, lane)
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": {"kind": "line", "lane": lane.key},
        "x": x,
        "y": y,
        "xaxis": "x",
        "yaxis": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "connectgaps": False,
        "line": {"width": 1.5, "color": lane.tone, "dash": "dash" if lane.side == "right" else "solid"},
    }


def _break_places(scene: Scene) -> list[tuple[float, list[ReferenceBreak]]]:
    """Return where on the axis something changed, right before the session that shows it, and what."""
    found = []
    for position, group in groupby(scene.breaks, key=lambda each: each.position):
        found.append((_before(scene, position - scene.offset), list(group)))
    return found


def _before(scene: Scene, shown: int) -> float:
    """Return the place on the axis right before a session that is shown."""
    x = scene.x[shown]
    before = scene.x[shown - 1] if shown else x - 1
    return (before + x) / 2 if x - before < 1 else x - 0.5


def _break_lines(scene: Scene, lane: Lane, name: str, top: float) -> Spec:
    """Return a dashed line in one lane for each change that concerns it; the first lane has all of them."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, breaks in _break_places(scene):
        if lane.key == "sessions" or any(found.side in lane.sides for found in breaks):
            xs += [x, x, None]
            ys += [*_limits(lane, top), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": {"kind": "break", "lane": lane.key},
        "x": xs,
        "y": ys,
        "xaxis": "x",
        "yaxis": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "line": {"width": 1.4, "color": "@text", "dash": "dash"},
    }


def _break_words(scene: Scene) -> Iterator[Spec]:
    """Yield a few words above each dashed line, as far as there is room; the list below the figure has all."""
    width = scene.width_px
    free_from = 0.0
    for x, breaks in _break_places(scene):
        pixel = x / scene.days.width * width
        if pixel < free_from:
            continue
        free_from = pixel + LABEL_PX
        right = pixel > width - LABEL_PX
        place = {"xref": "x", "xanchor": "right" if right else "left", "yanchor": "top"}
        yield text(break_label(breaks), x, 1, size=12, **place, xshift=3 if right else -3)


def _folds(scene: Scene) -> Iterator[tuple[Spec, Spec]]:
    """Yield a grey column over all lanes where empty days are folded, with their number in words."""
    bottom = domains(scene.lanes)[-1][0]
    for fold in scene.days.folds:
        x = scene.days.x_of(scene.days.first + timedelta(days=fold.start))
        at = {"x0": x, "x1": x + fold.width, "y0": bottom, "y1": 1, "xref": "x", "yref": "paper"}
        shape = {"type": "rect", **at, "layer": "below", "fillcolor": "@mask_fill", "line": {"width": 0}}
        said = ngettext("{n} day without a session", "{n} days without a session", fold.n_days)
        place = {"xref": "x", "xanchor": "center", "yanchor": "middle", "textangle": -90}
        yield (
            shape,
            text(said.format(n=fold.n_days), x + fold.width / 2, 0.5, size=12, color="@muted", **place),
        )


def _legend(scene: Scene) -> list[Spec]:
    entries = []
    if scene.leg != "right":
        entries.append(legend_glyph(_("left leg"), "●", "@left"))
    if scene.leg != "left":
        entries.append(legend_glyph(_("right leg"), "▲", "@right"))
    entries += [
        legend_glyph(_("hollow: signal doubtful"), "○", "@text"),
        legend_glyph(_("not judged"), "×", "@game"),
        legend_glyph(_("not recorded or not assessable"), "–", "@muted"),
        legend_line(_("range: no MVC recorded"), "@text", 2, "dotted"),
        legend_line(_("expected number, target hold time"), "@muted", 1, "dotted"),
    ]
    if scene.breaks:
        entries.append(legend_line(_("MVC or electrodes changed"), "@text", 1, "dashed"))
    return entries
