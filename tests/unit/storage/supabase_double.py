"""A small stand-in for Supabase Storage: exactly the endpoints that the store uses, over real HTTP.

The shapes follow the sources of supabase/storage: errors are mostly HTTP 400 with the real status in the
body, an upload is a POST with `x-upsert`, `info` answers from the row, `list-v2` pages by cursor and does not
say the version.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SERVICE_KEY = "service-key-of-the-double"
BUCKET = "c3d-examples"


@dataclass
class StorageDouble:
    """The bucket's rows and bytes. ``faults`` holds answers to give instead, first in, first out.

    ``trouble``, where there is one, is asked before every answer and may give another one, late or never.
    """

    url: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    faults: list[Response] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    ignores_range: bool = False
    truncates_to: int | None = None
    trouble: Callable[[Request], Awaitable[Response | None]] | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/storage/v1"

    def put(self, name: str, data: bytes) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        previous = self.rows.get(name)
        row = {
            "id": previous["id"] if previous else str(uuid.uuid4()),
            "name": name,
            "bucket_id": BUCKET,
            "version": str(uuid.uuid4()),
            "created_at": previous["created_at"] if previous else now,
            "updated_at": now,
            "metadata": {
                "eTag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"',
                "size": len(data),
                "mimetype": "application/octet-stream",
            },
        }
        self.rows[name], self.contents[name] = row, data
        return row

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/storage/v1/object/info/{bucket}/{name:path}", self._guarded(self._info)),
                Route("/storage/v1/object/authenticated/{bucket}/{name:path}", self._guarded(self._get)),
                Route("/storage/v1/object/list-v2/{bucket}", self._guarded(self._list), methods=["POST"]),
                Route("/storage/v1/object/{bucket}/{name:path}", self._guarded(self._post), methods=["POST"]),
                Route("/storage/v1/object/{bucket}", self._guarded(self._delete), methods=["DELETE"]),
                Route("/storage/v1/bucket/{bucket}", self._guarded(self._bucket)),
            ]
        )

    def _guarded(self, endpoint: Any) -> Any:
        async def guarded(request: Request) -> Response:
            self.requests.append(request)
            if self.faults:
                return self.faults.pop(0)
            if self.trouble is not None and (answer := await self.trouble(request)) is not None:
                return answer
            key = request.headers.get("apikey")
            if key != SERVICE_KEY or request.headers.get("authorization") != f"Bearer {key}":
                return storage_error(403, "Unauthorized", "signature verification failed")
            if request.path_params["bucket"] != BUCKET:
                return storage_error(404, "Bucket not found", "Bucket not found", code="NoSuchBucket")
            return await endpoint(request)

        return guarded

    async def _bucket(self, _request: Request) -> Response:
        return JSONResponse({"id": BUCKET, "name": BUCKET, "public": False, "file_size_limit": None})

    async def _info(self, request: Request) -> Response:
        row = self.rows.get(request.path_params["name"])
        if row is None:
            return storage_error(404, "not_found", "Object not found", code="NoSuchKey")
        return JSONResponse(
            {
                "id": row["id"],
                "name": row["name"],
                "version": row["version"],
                "bucket_id": row["bucket_id"],
                "size": row["metadata"]["size"],
                "content_type": row["metadata"]["mimetype"],
                "cache_control": "no-cache",
                "etag": row["metadata"]["eTag"],
                "metadata": None,
                "last_modified": row["updated_at"],
                "created_at": row["created_at"],
            }
        )

    async def _get(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.contents:
            return storage_error(404, "not_found", "Object not found", code="NoSuchKey")
        data = self.contents[name][: self.truncates_to]
        headers = {"etag": self.rows[name]["metadata"]["eTag"], "accept-ranges": "bytes"}
        wanted = request.headers.get("range")
        if wanted is None or self.ignores_range:
            return Response(data, headers=headers)
        first, last = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
        if first >= len(data):
            return storage_error(416, "InvalidRange", "The requested range is not satisfiable")
        last = min(last, len(data) - 1)
        headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
        return Response(data[first : last + 1], 206, headers=headers)

    async def _post(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name in self.rows and request.headers.get("x-upsert") != "true":
            return storage_error(409, "Duplicate", "The resource already exists", code="KeyAlreadyExists")
        row = self.put(name, await request.body())
        return JSONResponse({"Key": f"{BUCKET}/{name}", "Id": row["id"]})

    async def _delete(self, request: Request) -> Response:
        names = (await request.json())["prefixes"]
        self.contents = {name: data for name, data in self.contents.items() if name not in names}
        return JSONResponse([row for name in names if (row := self.rows.pop(name, None)) is not None])

    async def _list(self, request: Request) -> Response:
        query = await request.json()
        assert query["with_delimiter"] is False
        below = (name for name in self.rows if name.startswith(query["prefix"]))
        names = sorted(name for name in below if name > query.get("cursor", ""))
        page = names[: query["limit"]]
        answer: dict[str, Any] = {
            "hasNext": len(names) > len(page),
            "folders": [],
            "objects": [
                {key: self.rows[name][key] for key in ("id", "name", "created_at", "updated_at", "metadata")}
                for name in page
            ],
        }
        if answer["hasNext"]:
            answer["nextCursor"] = page[-1]
        return JSONResponse(answer)


def storage_error(status: int, error: str, message: str, *, code: str | None = None) -> Response:
    """Return an error as Supabase Storage words it: HTTP 400 around the real status."""
    body = {"statusCode": str(status), "error": error, "message": message}
    return JSONResponse(body | ({"code": code} if code else {}), 400)


@contextmanager
def serve_storage_double() -> Iterator[StorageDouble]:
    """Run a double on a free port of the loopback interface."""
    double = StorageDouble()
    config = uvicorn.Config(double.app(), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    with running_server(uvicorn.Server(config)) as port:
        double.url = f"http://127.0.0.1:{port}"
        yield double


@contextmanager
def running_server(server: uvicorn.Server) -> Iterator[int]:
    """Run a server in a thread and yield its port."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    for _ in range(1000):
        if server.started or not thread.is_alive():
            break
        waiting.wait(0.01)
    assert server.started, "the server did not start"
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        assert not thread.is_alive(), "the server did not stop"
