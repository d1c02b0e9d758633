"""What the parts of a page still say after it was left does not lead back to it.

Until a browser has heard of the new page, the parts of the old one go on speaking: a chart tells its width, a note
saves itself, a list refreshes. Streamlit takes the page of such a message for the one that is wanted, finds nothing
there to run, and leaves the browser with an empty page.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# The menu, with the page that is shown, is a few kB; pictures need not be unpacked to find that they are none.
_LARGEST_MENU = 64 << 10


class PageAsked:
    """Which page one browser tab has asked for last, or was sent to."""

    def __init__(self) -> None:
        self._page = ""

    def heard(self, data: bytes) -> bytes | None:
        """Return what to pass on of a browser's message, None for nothing.

        A part of a page that was left may still say what was typed there, and nothing is drawn for it. What only
        refreshes itself is over.
        """
        said = BackMsg()
        try:
            said.ParseFromString(data)
        except DecodeError:
            return data  # Streamlit says what it thinks of it
        if said.WhichOneof("type") != "rerun_script":
            return data
        run = said.rerun_script
        if not run.fragment_id:
            self._page = run.page_script_hash or self._page
            return data
        if run.page_script_hash == self._page or not self._page:
            return data
        if run.is_auto_rerun:
            return None
        run.page_script_hash = self._page
        return said.SerializeToString()

    def told(self, data: bytes) -> None:
        """Take note of the page that the program says it shows: the first one, or one that it has led to itself."""
        if len(data) > _LARGEST_MENU:
            return
        said = ForwardMsg()
        said.ParseFromString(data)
        if said.WhichOneof("type") == "navigation":
            self._page = said.navigation.page_script_hash


class AfterLeaving:
    """Passes messages between Streamlit and browsers, those of pages that were left as :class:`PageAsked` says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        asked = PageAsked()

        async def hear() -> Message:
            while True:
                message = await receive()
                data = message.get("bytes")
                if not data:
                    return message
                passed = asked.heard(data)
                if passed is not None:
                    return {**message, "bytes": passed}

        async def tell(message: Message) -> None:
            data = message.get("bytes")
            if data:
                asked.told(data)
            await send(message)

        await self.app(scope, hear, tell)
