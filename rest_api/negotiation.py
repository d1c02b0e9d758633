"""Which representation a client asks for with ``Accept`` (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from starlette.requests import Request

_USUAL = "application/json"


def prefers(request: Request, media_type: str) -> bool:
    """Whether a media type is asked for by its own name, and JSON is not asked for more."""
    wanted = _weights(",".join(request.headers.getlist("accept")))
    return wanted.get(media_type, 0.0) > 0 and wanted[media_type] >= wanted.get(_USUAL, 0.0)


def _weights(accept: str) -> dict[str, float]:
    """Return how much each media range is wanted, 0 to 1; a weight that is none counts as 0."""
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (each.strip() for each in part.split(";"))
        weights = [each[2:].strip() for each in parameters if each.startswith("q=")]
        found[media_range] = _number(weights[0]) if weights else 1.0
    return found


def _number(text: str) -> float:
    plain = text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) <= 5
    return min(1.0, float(text)) if plain else 0.0
