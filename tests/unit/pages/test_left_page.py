"""A message of a page that was left does not lead back to it; every other is passed on as it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages._components.left_page import AfterLeaving, PageAsked


def _run(page: str, part: str = "", *, auto: bool = False, query: str = "") -> bytes:
    said = BackMsg()
    run = said.rerun_script
    run.page_script_hash, run.fragment_id, run.is_auto_rerun, run.query_string = page, part, auto, query
    return said.SerializeToString()


def _shows(page: str) -> bytes:
    said = ForwardMsg()
    said.navigation.page_script_hash = page
    return said.SerializeToString()


def _stop() -> bytes:
    said = BackMsg()
    said.stop_script = True
    return said.SerializeToString()


@pytest.fixture
def asked() -> PageAsked:
    """One tab that has opened the review."""
    asked = PageAsked()
    asked.heard(_run(""))
    asked.told(_shows("review"))
    return asked


def test_parts_of_the_page_that_is_open_are_passed_on(asked: PageAsked) -> None:
    for message in (_run("review", "signals"), _run("review", "watch", auto=True), _stop(), b"\xff nonsense"):
        assert asked.heard(message) == message


def test_a_part_of_a_page_that_was_left_says_its_last_words_on_the_new_one(asked: PageAsked) -> None:
    asked.heard(_run("compare", query="a=1"))
    assert asked.heard(_run("review", "signals", query="a=1")) == _run("compare", "signals", query="a=1")


def test_what_refreshes_itself_ends_with_its_page(asked: PageAsked) -> None:
    asked.heard(_run("compare"))
    assert asked.heard(_run("review", "watch", auto=True)) is None
    assert asked.heard(_run("compare", "watch", auto=True)) is not None


def test_a_page_that_the_program_led_to_counts_too(asked: PageAsked) -> None:
    asked.told(_shows("upload"))
    assert asked.heard(_run("review", "signals")) == _run("upload", "signals")
    asked.told(b"\x00" * (65 << 10))  # a picture


def test_before_a_page_is_known_nothing_is_changed() -> None:
    message = _run("review", "signals")
    assert PageAsked().heard(message) == message


def test_a_connection_passes_both_ways_and_swallows_only_what_is_over() -> None:
    coming: list[dict[str, Any]] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": _run("compare")},
        {"type": "websocket.receive", "bytes": _run("review", "watch", auto=True)},
        {"type": "websocket.receive", "text": "ping"},
        {"type": "websocket.receive", "bytes": _run("review", "note")},
        {"type": "websocket.disconnect"},
    ]
    heard: list[Any] = []
    sent: list[Any] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())
        await send({"type": "websocket.send", "bytes": _shows("compare")})

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(AfterLeaving(app)({"type": "websocket"}, receive, send))
    assert [message.get("bytes", message.get("text")) for message in heard] == [
        None, _run("compare"), "ping", _run("compare", "note"), None,
    ]  # fmt: skip
    assert sent == [{"type": "websocket.send", "bytes": _shows("compare")}]
