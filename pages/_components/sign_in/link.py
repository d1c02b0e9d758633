"""The page's link to the sign-in routes: a script cannot set a cookie, the browser's own request can."""

from __future__ import annotations

import uuid
from pathlib import Path

import streamlit as st

from pages._components.sign_in.routes import ACTIVE, FORGET, KEEP

_EVERY_MS = 20_000

_component = st.components.v2.component(
    "sign_in_link", js=Path(__file__).with_name("link.js").read_text(encoding="utf-8")
)


def keep_signed_in(ticket: str | None) -> None:
    """Let the browser exchange a ticket for its cookie, and report that somebody works here."""
    _component(
        key="sign-in-link",
        data={
            "once": ticket,
            "url": KEEP,
            "body": {"ticket": ticket},
            "active": ACTIVE,
            "every_ms": _EVERY_MS,
        },
    )


def forget_cookie() -> None:
    """Let the browser drop the cookie of a sign-in that is over."""
    _component(
        key="sign-in-forget", data={"once": str(uuid.uuid4()), "url": FORGET, "body": {}, "active": None}
    )
