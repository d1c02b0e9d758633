"""Supabase Storage over its HTTP API: the object store of the hosted mode.

httpx directly, not the storage3 client: that one holds a whole download in memory before its size is known,
cannot ask for a range, percent-decodes names (`100%41.c3d` is fetched as `100A.c3d`), and drops fields of a
listing.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from processing.errors import (
    InvalidParameterError,
    NotFoundError,
    ProcessingError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.ports import StoredObject, Trusted
from processing.storage.names import check_object_name, is_recording_name, refuse_size, show_name
from processing.storage.supabase_answers import (
    json_object,
    md5_of_etag,
    parse_error,
    same_etag,
    size_of,
    text_of,
    time_of,
)

_PAGE_SIZE = 1000
_ERROR_BODY_BYTES = 16 * 1024
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class SupabaseObjectStore:
    """An ObjectStore on one bucket of a Supabase project, read and written with the service key.

    The version is the row's ``version``, a fresh UUID for every upload; it is what the storage event carries
    too. One instance may serve many threads. ``close`` returns its connections.

    ``api_url`` is the root of the storage API: ``https://PROJECT.supabase.co/storage/v1``, or the address of a
    storage server that stands alone.
    """

    def __init__(
        self,
        api_url: str,
        service_key: str,
        *,
        bucket: str,
        max_bytes: int,
        download_timeout_s: float = 60.0,
        page_size: int = _PAGE_SIZE,
    ) -> None:
        self.bucket = bucket
        self._max_bytes = max_bytes
        self._download_timeout_s = download_timeout_s
        self._page_size = page_size
        self._versions: dict[str, tuple[tuple[str, str], str]] = {}
        self._etags_are_md5 = False
        self._client = httpx.Client(
            base_url=f"{api_url.rstrip('/')}/",
            # identity: the bytes are counted and compared with what the row says.
            headers={
                "apikey": service_key,
                "Authorization": f"Bearer {service_key}",
                "Accept-Encoding": "identity",
            },
            timeout=_TIMEOUT,
            follow_redirects=False,  # a redirect would carry the key away
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, name: str) -> bytes:
        """Return all bytes of an object, and exactly the bytes that its row describes."""
        info = self._info(name)
        size_bytes = size_of(info.get("size"), name)
        refuse_size(name, size_bytes, self._max_bytes)
        # The version in the query passes by a CDN that may serve the overwritten bytes for up to 60 s.
        params = {"v": str(info.get("version") or uuid.uuid4().hex)}
        with self._stream(f"object/authenticated/{self._path(name)}", name, params=params) as response:
            data = self._take(response, name, at_most=self._max_bytes + 1)
            etag = response.headers.get("etag")
        refuse_size(name, len(data), self._max_bytes)
        if len(data) != size_bytes or not same_etag(etag, info.get("etag")):
            raise StorageUnavailableError(
                f"Object {show_name(name)}: received {len(data)} bytes, not the {size_bytes} of its row; "
                "it may have been overwritten meanwhile"
            )
        self._check_bytes(data, name, params, info.get("etag"))
        return data

    def _check_bytes(self, data: bytes, name: str, params: Mapping[str, str], etag: object) -> None:
        """Refuse bytes that changed on their way, as far as that can be told.

        Most stores give the MD5 as the ETag of an object that came in one piece; those that encrypt with keys of their
        own do not. So an ETag that does not fit counts once another one did; before, what arrives the same twice.
        """
        checksum = md5_of_etag(etag)
        if checksum is None:
            return
        if hashlib.md5(data, usedforsecurity=False).hexdigest() == checksum:
            self._etags_are_md5 = True
            return
        if not self._etags_are_md5:
            with self._stream(f"object/authenticated/{self._path(name)}", name, params=params) as response:
                if self._take(response, name, at_most=self._max_bytes + 1) == data:
                    return
        raise StorageUnavailableError(
            f"Object {show_name(name)}: other bytes came than were stored (checksum)"
        )

    def read_head(self, name: str, n_bytes: int) -> bytes:
        """Return the first ``n_bytes`` of an object in one round trip, or all of a shorter one."""
        if n_bytes < 0:
            raise InvalidParameterError(f"Asked for the first {n_bytes} bytes; expected 0 or more")
        if n_bytes == 0:
            self._info(name)
            return b""
        headers = {"Range": f"bytes=0-{n_bytes - 1}"}
        path = f"object/authenticated/{self._path(name)}"
        try:
            with self._stream(path, name, params={"v": uuid.uuid4().hex}, headers=headers) as response:
                content_range = response.headers.get("content-range", "")
                if response.status_code == 206 and not content_range.startswith("bytes 0-"):
                    raise StorageUnavailableError(
                        f"Object {show_name(name)}: asked for its start, received {content_range[:40]!r}"
                    )
                # A server that ignores the range is read just as far and then hung up on.
                return self._take(response, name, at_most=n_bytes)
        except _EmptyRangeError:
            return b""

    def write(self, name: str, data: bytes) -> StoredObject:
        """Store an object, replacing one of that name, and return its row."""
        path = self._path(name)
        refuse_size(name, len(data), self._max_bytes)
        headers = {
            "x-upsert": "true",
            "content-type": "application/octet-stream",
            "cache-control": "no-cache",
        }
        self._request("POST", f"object/{path}", name, content=data, headers=headers)
        return self.stat(name)

    def stat(self, name: str) -> StoredObject:
        """Return the object's row; the bytes are not touched."""
        info = self._info(name)
        return StoredObject(
            name=name,
            version=text_of(info.get("version"), name, "version"),
            size_bytes=size_of(info.get("size"), name),
            updated_at=time_of(info.get("last_modified") or info.get("created_at"), name),
        )

    def list_objects(self, *, trusted: Trusted | None = None) -> Iterator[StoredObject]:
        """Yield every C3D object.

        A listing does not say the version, so an object's row is asked for once, and again only when the
        listing shows another ETag or time. That of a trusted one is not asked for.
        """
        for row in self._rows():
            name, metadata = row.get("name"), row.get("metadata")
            # No metadata: a folder, or an upload whose bytes are not there yet.
            if not isinstance(name, str) or not is_recording_name(name) or not isinstance(metadata, Mapping):
                continue
            try:
                yield _trusted_one(name, row, metadata, trusted) or self._listed(name, row, metadata)
            except (NotFoundError, InvalidParameterError):
                continue  # deleted since the page was made, or a name that no read could ask for

    def list_folder(self, folder: str) -> list[str]:
        """Return the name of every object below a folder, in order."""
        prefix = f"{check_object_name(folder.rstrip('/'))}/"
        # The server takes the prefix as a hint at most: what it returns beside is left out here.
        names = (row.get("name") for row in self._rows(prefix))
        return sorted(name for name in names if isinstance(name, str) and name.startswith(prefix))

    def remove(self, names: Sequence[str]) -> int:
        """Delete objects and return how many were there."""
        path = f"object/{quote(self.bucket, safe='')}"
        n_removed = 0
        for start in range(0, len(names), self._page_size):
            batch = {"prefixes": list(names[start : start + self._page_size])}
            with self._vendor_errors(None):
                response = self._client.request("DELETE", path, json=batch)
            if not response.is_success:
                raise self._error(response.status_code, response.content, None)
            answer = response.json()
            n_removed += len(answer) if isinstance(answer, list) else 0
        return n_removed

    def check(self) -> None:
        """Return if the storage server answers and knows the bucket."""
        self._request("GET", f"bucket/{quote(self.bucket, safe='')}", None)

    def _listed(self, name: str, row: Mapping[str, Any], metadata: Mapping[str, Any]) -> StoredObject:
        seen = (str(metadata.get("eTag")), str(row.get("updated_at")))
        known = self._versions.get(name)
        if known is None or known[0] != seen:
            stored = self.stat(name)
            self._versions[name] = (seen, stored.version)
            return stored
        return StoredObject(
            name=name,
            version=known[1],
            size_bytes=size_of(metadata.get("size"), name),
            updated_at=time_of(row.get("updated_at"), name),
        )

    def _rows(self, prefix: str = "") -> Iterator[Mapping[str, Any]]:
        path = f"object/list-v2/{quote(self.bucket, safe='')}"
        cursor: str | None = None
        while True:
            query: dict[str, Any] = {"prefix": prefix, "limit": self._page_size, "with_delimiter": False}
            if cursor is not None:
                query["cursor"] = cursor
            page = json_object(self._request("POST", path, None, json=query))
            objects = page.get("objects")
            yield from (row for row in objects or () if isinstance(row, Mapping))
            following = page.get("nextCursor")
            if not page.get("hasNext"):
                return
            if not isinstance(following, str) or following == cursor:
                raise StorageUnavailableError(
                    f"Listing the bucket '{self.bucket}' does not end: cursor repeated"
                )
            cursor = following

    def _info(self, name: str) -> Mapping[str, Any]:
        return json_object(self._request("GET", f"object/info/{self._path(name)}", name))

    def _path(self, name: str) -> str:
        return f"{quote(self.bucket, safe='')}/{quote(check_object_name(name), safe='/')}"

    def _request(self, method: str, path: str, name: str | None, **kwargs: Any) -> httpx.Response:
        with self._vendor_errors(name):
            response = self._client.request(method, path, **kwargs)
        if not response.is_success:
            raise self._error(response.status_code, response.content, name)
        return response

    @contextmanager
    def _stream(self, path: str, name: str, **kwargs: Any) -> Iterator[httpx.Response]:
        with self._vendor_errors(name), self._client.stream("GET", path, **kwargs) as response:
            if response.status_code not in (200, 206):
                body = self._take(response, name, at_most=_ERROR_BODY_BYTES)
                raise self._error(response.status_code, body, name)
            yield response

    def _take(self, response: httpx.Response, name: str, *, at_most: int) -> bytes:
        """Return up to ``at_most`` bytes of a body; the rest stays unread."""
        deadline = time.monotonic() + self._download_timeout_s
        data = bytearray()
        # No chunk size: httpx would wait until a chunk is full, and the deadline with it.
        for chunk in response.iter_raw():
            data += chunk
            if len(data) >= at_most:
                break
            if time.monotonic() > deadline:  # the client's own timeout starts anew with every byte
                raise StorageUnavailableError(
                    f"Object {show_name(name)}: {len(data)} bytes in {self._download_timeout_s:g} s, given up"
                )
        return bytes(data[:at_most])

    @contextmanager
    def _vendor_errors(self, name: str | None) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise StorageUnavailableError(
                f"Supabase Storage did not answer for {self._subject(name)}: {type(exc).__name__}"
            ) from exc

    def _error(self, http_status: int, body: bytes, name: str | None) -> ProcessingError:
        """Return our error for an answer. The HTTP status is mostly 400; the real one stands in the body."""
        status, code, message = parse_error(http_status, body)
        subject = self._subject(name)
        if "bucket" in f"{code} {message}".lower() and status == 404:
            # Not the object's fault: must not be taken for "the file is gone".
            return StorageUnavailableError(f"Bucket '{self.bucket}' does not exist in Supabase Storage")
        if status == 404:
            return NotFoundError(f"Object {subject} is not in the bucket '{self.bucket}'")
        if status == 416:
            return _EmptyRangeError(f"Object {subject} is empty")
        if status == 413:
            return UnreadableRecordingError(f"Object {subject} is larger than Supabase Storage accepts")
        if code in ("InvalidKey", "invalid_key") or message.startswith("Invalid key"):
            return InvalidParameterError(f"Object name {subject} is not allowed by Supabase Storage")
        if status in (401, 403):
            # A wrong or rotated key is put right by a person; until then nothing is known about the object.
            return StorageUnavailableError(
                f"Supabase Storage refused the service key ({status}) for {subject}"
            )
        return StorageUnavailableError(f"Supabase Storage answered {status} {code[:60]!r} for {subject}")

    def _subject(self, name: str | None) -> str:
        return f"the listing of '{self.bucket}'" if name is None else show_name(name)


def _trusted_one(
    name: str, row: Mapping[str, Any], metadata: Mapping[str, Any], trusted: Trusted | None
) -> StoredObject | None:
    """Return an object without its version if it is trusted; None where it is to be asked for."""
    if trusted is None:
        return None
    try:
        found = StoredObject(
            name, "", size_of(metadata.get("size"), name), time_of(row.get("updated_at"), name)
        )
    except StorageUnavailableError:
        return None  # a listing that leaves something out; the object's own row has it
    return found if trusted(name, found.updated_at) else None


class _EmptyRangeError(StorageUnavailableError):
    """Asked for the start of an object without bytes."""

    @property
    def kind(self) -> str:
        return StorageUnavailableError.__name__
