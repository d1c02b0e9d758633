"""The dashboard's launcher: ``streamlit run app.py``. The user interface starts in ``pages/main.py``.

The script lives one folder deeper on purpose. With a ``pages/`` folder beside the main script, a freshly started
Streamlit server runs a deep link's page file without the main script, and so without its sign-in gate.
"""

from __future__ import annotations

import logging
import traceback
import uuid
from pathlib import Path

import plotly
import streamlit as st
import streamlit.error_util
import structlog
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._components.chart import PLOTLY_URL
from pages._components.early import load_early
from pages._components.end_page import forget_page_before
from pages._components.left_page import AfterLeaving
from pages._components.navigation import PAGES
from pages._components.sign_in.routes import SIGN_IN_ROUTES
from processing.errors import AccessDeniedError
from processing.language import gettext as _
from processing.language import sentence

ROOT = Path(__file__).resolve().parent
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

# Text from files and people is shown in many places: no picture or frame in it may call a stranger's server.
CONTENT_POLICY = (
    b"img-src 'self' data: blob:; media-src 'self' data: blob:; frame-src 'self' blob:; base-uri 'self'; "
    b"frame-ancestors 'none'; object-src 'none'; form-action 'self'"
)

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", CONTENT_POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]

log = structlog.get_logger(__name__)


# The page itself names no script of ours: without this the browser hears of plotly.js when the first chart arrives.
PRELOAD = (b"link", f"<{PLOTLY_URL}>; rel=preload; as=script; fetchpriority=low".encode())


class SecurityHeaders:
    """Adds the headers that keep a browser from sniffing, framing and leaking addresses, and names plotly.js early."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *SECURITY_HEADERS]
                kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
                message["headers"] = [*headers, PRELOAD] if kind.startswith(b"text/html") else headers
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


async def plotly_js(_request: Request) -> Response:
    """Serve the plotly.js of the installed package: no network of strangers, cached for good."""
    return FileResponse(
        PLOTLY_JS,
        media_type="text/javascript",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


async def first_page(request: Request) -> Response:
    """Lead the first page's own name to where Streamlit keeps that page: at the root, and nowhere else."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"./{query}", status_code=302)


async def healthz(_request: Request) -> Response:
    """Answer that the process lives; the database's health is the listener's to report."""
    return PlainTextResponse("ok")


def without_their_words(record: logging.LogRecord) -> bool:
    """Keep Streamlit from writing an error's own words into the log; :func:`show_incident` writes the rest."""
    return record.msg != "Uncaught app execution"


st.set_option("logger.enableRich", False)  # would print them past every logger
logging.getLogger(streamlit.error_util.__name__).addFilter(without_their_words)


def show_incident(exc: Exception) -> bool:
    """Replace a traceback with a sentence and a number to quote; the error's own words may name a person."""
    forget_page_before()
    if isinstance(exc, AccessDeniedError):  # a list that looked once more after the sign-in had ended
        st.warning(sentence(str(exc)), icon=":material/lock:")
        return True
    incident = uuid.uuid4().hex[:8]
    frames = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(exc.__traceback__)]
    where = frames[-1] if frames else None
    log.error("dashboard_error", incident=incident, error_type=type(exc).__name__, where=where, frames=frames)
    st.error(
        _(
            "Nothing was lost. Load the page again; if it happens once more, quote incident **{incident}**."
        ).format(incident=incident),
        title=_("This page met an error it did not expect"),
        icon=":material/error:",
    )
    return True


app = st.App(
    ROOT / "pages" / "main.py",
    routes=[
        Route(PLOTLY_URL, plotly_js),
        Route("/healthz", healthz),
        Route(f"/{PAGES[0].url_path}", first_page),
        *SIGN_IN_ROUTES,
    ],
    middleware=[Middleware(SecurityHeaders), Middleware(AfterLeaving)],
    on_script_error=show_incident,
)

load_early()
