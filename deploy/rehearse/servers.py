"""What stands around the programs: a PostgreSQL with passwords and TLS, the doubles of Supabase, and Caddy."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import uvicorn
from starlette.applications import Starlette

from processing.database.embedded_folders import owner_of
from tests.auth_server import AuthServer
from tests.unit.storage.supabase_double import StorageDouble

CADDYFILE = Path(__file__).resolve().parents[1] / "Caddyfile"


@dataclass(frozen=True)
class Postgres:
    """A server that asks for a password and speaks TLS; ``url`` leads a user into its database."""

    port: int
    certificate: Path

    def url(self, user: str, password: str) -> str:
        return (
            f"postgresql://{user}:{password}@localhost:{self.port}/ghostly"
            f"?sslmode=verify-full&sslrootcert={self.certificate}"
        )


@contextmanager
def postgres(folder: Path, password: str) -> Iterator[Postgres]:
    """Run a server in a folder until the end."""
    owner = owner_of(folder / "cluster")
    folder.mkdir(mode=0o755, parents=True)
    if owner.process_options:
        os.chown(folder, owner.uid, owner.gid)
    options = {**owner.process_options, "cwd": "/", "check": True, "capture_output": True}
    secret, certificate, key = folder / "password", folder / "server.crt", folder / "server.key"
    secret.write_text(password)
    os.chown(secret, owner.uid, owner.gid)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        **options,
    )  # fmt: skip
    subprocess.run(
        ["initdb", "-D", folder / "cluster", "-U", "postgres", "--auth=scram-sha-256",
         f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--data-checksums"],
        **options,
    )  # fmt: skip
    server = Postgres(free_port(), certificate)
    process = subprocess.Popen(
        ["postgres", "-D", folder / "cluster", "-p", str(server.port),
         "-c", "listen_addresses=localhost", "-c", "unix_socket_directories=", "-c", "ssl=on",
         "-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}"],
        cwd="/", stdout=subprocess.DEVNULL, stderr=(folder / "postgres.log").open("wb"), **owner.process_options,
    )  # fmt: skip
    try:
        first = server.url("postgres", password).replace("/ghostly?", "/postgres?")
        wait_for("PostgreSQL", lambda: _connects(first))
        with psycopg.connect(first, autocommit=True) as connection:
            connection.execute("create database ghostly")
        yield server
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True)
class Supabase:
    """The doubles of Auth and Storage at one address."""

    auth: AuthServer
    storage: StorageDouble
    url: str


@contextmanager
def supabase() -> Iterator[Supabase]:
    """Serve both doubles until the end."""
    auth, storage = AuthServer(), StorageDouble()
    app = Starlette(routes=[*auth.app().routes, *storage.app().routes])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for("the doubles of Supabase", lambda: server.started)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    auth.url = storage.url = url
    try:
        yield Supabase(auth, storage, url)
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def caddy(folder: Path, upstreams: dict[str, int]) -> Iterator[httpx.Client]:
    """Run the proxy with its own certificate authority; yield a client that trusts it and nothing else."""
    folder.mkdir()
    port = free_port()
    options = ("admin off", f"http_port {free_port()}", f"https_port {port}", "skip_install_trust",
               f"storage file_system {folder}")  # fmt: skip
    configuration = folder / "Caddyfile"
    settings = "{\n\t" + "\n\t".join(options) + "\n}\n"
    configuration.write_text(settings + CADDYFILE.read_text(encoding="utf-8"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PUBLIC_HOST": "localhost"}
    environment |= {f"{name.upper()}_UPSTREAM": f"127.0.0.1:{value}" for name, value in upstreams.items()}
    process = subprocess.Popen(
        ["caddy", "run", "--config", configuration, "--adapter", "caddyfile"],
        env=environment, stdout=subprocess.DEVNULL, stderr=(folder / "caddy.log").open("wb"),
    )  # fmt: skip
    root = folder / "pki" / "authorities" / "local" / "root.crt"
    try:
        wait_for("Caddy's certificate", root.exists)
        with httpx.Client(base_url=f"https://localhost:{port}", verify=str(root), trust_env=False) as client:
            wait_for("Caddy", lambda: _answers(client))
            yield client
    finally:
        process.terminate()
        process.wait(15)


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, holds: object, *, timeout_s: float = 240.0) -> None:
    """Wait until ``holds()`` is true; give up with a sentence."""
    assert callable(holds)
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} was not there within {timeout_s:.0f} s")
        time.sleep(0.2)


def _connects(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _answers(client: httpx.Client) -> bool:
    try:
        client.get("/webhooks/none")
    except httpx.HTTPError:
        return False
    return True
