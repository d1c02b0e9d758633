"""Two small pictures of a row, drawn as they are in both themes: two weeks day by day, and the good contractions.

They are plain HTML, as ``st.html`` lets no SVG through: boxes for the days, and curves as masks over the leg's colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote

from pages._components.local_time import day as day_words
from pages._components.palette import PALETTES
from pages._components.today.wording import strip_words
from pages._components.words import side_mark
from processing.language import gettext as _
from processing.recording import Side
from processing.scoring.attention import DayOfStrip, Strip

WIDTH, HEIGHT, MARGIN = 84, 36, 5
_Place = tuple[float, float] | None


def colour(token: str) -> str:
    """Return a token of the palette as a CSS colour that follows the page's theme."""
    return f"light-dark({PALETTES['light'][token]}, {PALETTES['dark'][token]})"


STYLE = f"""
.today-strip {{ display: flex; gap: 3px; height: 18px; align-items: center; }}
.today-strip > span {{
    box-sizing: border-box; width: 12px; height: 18px; border-radius: 2px;
    border: 1.5px solid {colour("@muted")};
    font-size: 11px; line-height: 15px; text-align: center; color: {colour("@text")};
}}
.today-strip > .done {{ border-color: {colour("@left")}; }}
.today-strip > .open {{ border-style: dashed; }}
.today-strip > .outside {{ border: none; height: 3px; width: 3px; margin: 0 4.5px; background: {colour("@muted")}; }}
.today-row .today-said {{ white-space: nowrap; }}
.today-row {{ display: flex; gap: 0.6rem; align-items: center; }}
.today-said {{ font-size: 0.875rem; line-height: 1.35; margin-top: 0.15rem; }}
.today-good {{
    position: relative; flex: none; width: {WIDTH}px; height: {HEIGHT}px; border-bottom: 1px solid {colour("@muted")};
}}
.today-good > span {{ position: absolute; inset: 0; mask-repeat: no-repeat; -webkit-mask-repeat: no-repeat; }}
"""


def strip_picture(strip: Strip, caption: str) -> str:
    """Return the days as boxes: filled as far as games were done, crossed where only an unreadable file came.

    ``caption`` stands below them; it is shown as it is.
    """
    first, last = day_words(strip.days[0].day), day_words(strip.days[-1].day)
    said = _("{first} to {last}: {count}").format(first=first, last=last, count=strip_words(strip))
    boxes = "".join(map(_box, strip.days))
    return (
        f'<div class="today-strip" role="img" aria-label="{escape(said)}">{boxes}</div>'
        f'<div class="today-said">{escape(caption)}</div>'
    )


def day_sentence(day: DayOfStrip) -> str:
    """Say what one box of the strip shows."""
    known = {"day": day_words(day.day), "done": day.n_done, "games": day.games, "unread": day.n_unread}
    if day.n_unread:
        return _("{day}: {done} of {games} games, {unread} not read").format(**known)
    if not day.planned:
        return _("{day}: outside the planned days, {done} recorded").format(**known)
    return _("{day}: {done} of {games} games").format(**known)


def _box(day: DayOfStrip) -> str:
    title = f'title="{escape(day_sentence(day))}"'
    if not day.planned and not day.n_done and not day.n_unread:
        return f'<span class="outside" {title}></span>'
    if day.n_done:
        tall = round(100 * min(1.0, day.n_done / day.games))
        fill = f"linear-gradient(to top, {colour('@left')} {tall}%, transparent {tall}%)"
        return f'<span class="done" style="background: {fill}" {title}></span>'
    if day.n_unread:
        return f"<span {title}>×</span>"
    return f'<span class="{"past" if day.past else "open"}" {title}></span>'


def good_picture(left: Sequence[int | None], right: Sequence[int | None]) -> str:
    """Return each leg's good contractions, oldest first: left a line with a dot, right dashes with a triangle.

    What is not known is a gap, and no line crosses it. Empty where nothing is known of either leg.
    """
    known = [value for value in (*left, *right) if value is not None]
    if not known:
        return ""
    top = max(*known, 1)
    legs = "".join(
        f'<span style="background: {colour(f"@{side}")}; mask-image: {shape}; -webkit-mask-image: {shape}"></span>'
        for side, shape in (("left", _mask("left", left, top)), ("right", _mask("right", right, top)))
    )
    sides: tuple[tuple[Side, Sequence[int | None]], ...] = (("left", left), ("right", right))
    newest = "<br>".join(
        f"{side_mark(side)} {'—' if not values or values[-1] is None else values[-1]}"
        for side, values in sides
    )
    said = escape(good_sentence(left, right))
    return (
        f'<div class="today-row"><div class="today-good" role="img" aria-label="{said}">{legs}</div>'
        f'<div class="today-said">{newest}</div></div>'
    )


def good_sentence(left: Sequence[int | None], right: Sequence[int | None]) -> str:
    """Say the same numbers in words, oldest first."""
    return _("Good contractions of the last sessions. Left: {left}. Right: {right}.").format(
        left=_numbers(left), right=_numbers(right)
    )


def _numbers(values: Sequence[int | None]) -> str:
    return ", ".join(_("not known") if value is None else str(value) for value in values) or "—"


def _mask(side: str, values: Sequence[int | None], top: int) -> str:
    """Return a leg's curve as a picture in a style: what is drawn in it takes the leg's colour."""
    dashes = "" if side == "left" else " stroke-dasharray='4 2'"
    places = _places(values, top)
    lines = [
        f"<path d='M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}' stroke='#000' stroke-width='1.5'{dashes}/>"
        for a, b in pairwise(places)
        if a is not None and b is not None
    ]
    marks = [
        _mark(side, place, newest=n == len(places) - 1)
        for n, place in enumerate(places)
        if place is not None and (n == len(places) - 1 or _alone(places, n))
    ]
    drawn = "".join((*lines, *marks))
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>{drawn}</svg>"
    return f"url(&quot;data:image/svg+xml,{quote(picture)}&quot;)"


def _places(values: Sequence[int | None], top: int) -> list[_Place]:
    """Return where each value stands; the newest at the right end, whatever the number of sessions."""
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    tall = HEIGHT - 2 * MARGIN
    return [
        None
        if value is None
        else (WIDTH - MARGIN - (len(values) - 1 - n) * step, HEIGHT - MARGIN - tall * value / top)
        for n, value in enumerate(values)
    ]


def _alone(places: Sequence[_Place], n: int) -> bool:
    before = places[n - 1] if n else None
    after = places[n + 1] if n + 1 < len(places) else None
    return before is None and after is None


def _mark(side: str, place: tuple[float, float], *, newest: bool) -> str:
    x, y = place
    size = 3.5 if newest else 2.0
    if side == "left":
        return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{size - 0.5}'/>"
    corners = f"{x:.1f},{y - size:.1f} {x - size:.1f},{y + size:.1f} {x + size:.1f},{y + size:.1f}"
    return f"<polygon points='{corners}'/>"
