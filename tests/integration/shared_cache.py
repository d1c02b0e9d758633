"""Servers, and processes that share a cache on them, for the tests of the shared cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from processing.emg.traces import ChannelTraces
from processing.shared_cache.connection import Connection
from processing.shared_cache.redis_traces import RedisTraces
from tests.redis_server import RedisServer

SHA = "ab" * 32
NOISE = np.random.default_rng(3).normal(0, 20, 20_000).astype(np.float32)
TRACES = (ChannelTraces("CH1", "left", NOISE, np.abs(NOISE), None, 990.0),)


@contextmanager
def client_of(server: RedisServer) -> Iterator:
    import redis

    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        yield client


@contextmanager
def process(url: str, **limits: float) -> Iterator[RedisTraces]:
    """A process as far as Redis can tell: connections and memory of its own."""
    cache = RedisTraces(
        Connection(url, timeout_s=0.1),
        ttl_s=limits.get("ttl_s", 60),
        max_value_bytes=int(limits.get("max_value_bytes", 1 << 20)),
        max_traces_bytes=1 << 24,
    )
    yield cache
    cache.close()


@contextmanager
def own_server(folder: Path, *options: str, config: Path | None = None) -> Iterator[RedisServer]:
    server = RedisServer(folder, *options, config=config)
    try:
        yield server
    finally:
        server.stop()


class Builder:
    """Builds, and counts how often."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.n = 0
        self._meanwhile = meanwhile

    def __call__(self) -> tuple[ChannelTraces, ...]:
        self.n += 1
        self._meanwhile()
        return TRACES


def got(cache: RedisTraces, sha: str, variant: str, build: Callable[[], Any]) -> tuple[ChannelTraces, ...]:
    """Look, and wait until what was built is stored."""
    found = cache.get(sha, variant, build)
    cache.settle()
    return found


def never() -> tuple[ChannelTraces, ...]:
    raise AssertionError("built again")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"
