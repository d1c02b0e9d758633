"""The few shapes that printed pictures are made of, as SVG in millimetres; words are set by the typesetter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from processing.recording import FloatArray

# Grey-safe fills: what they mean is told by direction and density, not by tone.
PATTERNS = """
<pattern id="rejected" width="1.4" height="1.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<line x1="0" y1="0" x2="0" y2="1.4" stroke="#444" stroke-width="0.35"/></pattern>
<pattern id="masked" width="0.9" height="0.9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">\
<rect width="0.9" height="0.9" fill="#d9d9d9"/><line x1="0" y1="0" x2="0" y2="0.9" stroke="#777" stroke-width="0.25"/>\
</pattern>
"""


def number(value: float) -> str:
    """Return a coordinate to a hundredth of a millimetre."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def document(width_mm: float, height_mm: float, shapes: Iterable[str]) -> str:
    """Return the whole picture."""
    size = f"{number(width_mm)} {number(height_mm)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{number(width_mm)}mm"'
        f' height="{number(height_mm)}mm"><defs>{PATTERNS}</defs>{"".join(shapes)}</svg>'
    )


def rect(x: float, y: float, width: float, height: float, *, fill: str, **more: str) -> str:
    """Return a rectangle; ``more`` are attributes with underscores for hyphens."""
    at = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {at} fill="{fill}"{_attributes(more)}/>'


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str, width: float, **more: str) -> str:
    """Return a straight line."""
    at = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {at} stroke="{stroke}" stroke-width="{number(width)}"{_attributes(more)}/>'


def polyline(
    x: Sequence[float] | FloatArray,
    y: Sequence[float] | FloatArray,
    *,
    stroke: str,
    width: float,
    **more: str,
) -> str:
    """Return an open line through points."""
    points = " ".join(f"{number(a)},{number(b)}" for a, b in zip(x, y, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"'
        f' stroke-linejoin="round"{_attributes(more)}/>'
    )


def glyph(kind: str, x: float, y: float, r: float) -> str:
    """Return the sign of a class of contractions, ``r`` from its middle to its edge."""
    thin = number(max(0.18, 0.3 * r))
    if kind == "good":
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" fill="#000"/>'
    if kind == "short_unknown":
        at = f'cx="{number(x)}" cy="{number(y)}" r="{number(0.85 * r)}"'
        return f'<circle {at} fill="#fff" stroke="#000" stroke-width="{thin}"/>'
    if kind == "intensity_only":
        corners = ((x - r, y + 0.8 * r), (x + r, y + 0.8 * r), (x, y - r))
        points = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
        return f'<polygon points="{points}" fill="#000"/>'
    if kind == "duration_only":
        return rect(x - 0.8 * r, y - 0.8 * r, 1.6 * r, 1.6 * r, fill="#000")
    if kind == "held_unknown":
        return rect(x - 0.8 * r, y - 0.8 * r, 1.6 * r, 1.6 * r, fill="#fff", stroke="#000", stroke_width=thin)
    if kind == "neither":
        tips = ((x, y - 1.1 * r), (x + 1.1 * r, y), (x, y + 1.1 * r), (x - 1.1 * r, y))
        points = " ".join(f"{number(a)},{number(b)}" for a, b in tips)
        return f'<polygon points="{points}" fill="#000"/>'
    bold = 1.9 * float(thin)  # a cross: rejected
    return line(x - r, y - r, x + r, y + r, stroke="#000", width=bold) + line(
        x - r, y + r, x + r, y - r, stroke="#000", width=bold
    )


def clipped(x: float, y: float, width: float, height: float, shapes: Iterable[str], *, key: str) -> str:
    """Return shapes of which only what lies in a rectangle is seen."""
    window = rect(x, y, width, height, fill="#fff")
    return f'<clipPath id="{key}">{window}</clipPath><g clip-path="url(#{key})">{"".join(shapes)}</g>'


def _attributes(more: dict[str, str]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
