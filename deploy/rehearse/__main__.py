"""``python -m deploy.rehearse``: run the deployment once, in a folder, with everything but the container engine.

The Dockerfile's steps make a folder that the programs may not write to; compose.yaml's commands, environment and health
checks run there as the image's user, with production settings, behind Caddy with TLS, on a PostgreSQL that asks for
passwords over TLS, and on the doubles of Supabase. Needs ``caddy``, ``openssl``, PostgreSQL's server programs, and
root to become the image's user.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from deploy.rehearse.compose import Service, programs
from deploy.rehearse.image import Image, build, make_read_only
from deploy.rehearse.servers import Postgres, Supabase, caddy, free_port, postgres, supabase, wait_for
from processing.webhooks import encode_event, sign_event, storage_event_id
from tests.auth_server import ANON_KEY
from tests.builders import make_c3d
from tests.unit.storage.supabase_double import BUCKET, SERVICE_KEY

# The port inside the container, where its setting stands, and what Caddy knows it as.
_PORTS = {
    "listener": ("8080", "LISTENER_PORT"),
    "dashboard": ("8501", "DASHBOARD_PORT"),
    "api": ("8081", "API_PORT"),
}
# Where PostgreSQL's programs lie, which the distribution does not put on everybody's path.
_PROGRAMS = Path(shutil.which("initdb") or "/usr/bin/initdb").resolve().parent
_WORKER_PORT = ("9108", "WORKER_METRICS_PORT")


@dataclass
class Rehearsal:
    """What the steps share."""

    image: Image
    services: dict[str, Service]
    ports: dict[str, int]
    webhook_secret: str
    server: Postgres
    cloud: Supabase
    owner_url: str
    failures: int = 0

    def check(self, what: str, holds: bool) -> None:
        """Say what was seen."""
        self.failures += not holds
        print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)


def main() -> int:
    """Rehearse; the exit status is the number of things that did not hold."""
    parser = argparse.ArgumentParser(prog="python -m deploy.rehearse", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the folder, and say where it is")
    arguments = parser.parse_args()
    for program in ("caddy", "openssl", "initdb", "postgres"):
        if shutil.which(program) is None:
            raise SystemExit(f"'{program}' is not installed: the rehearsal needs it.")
    folder = Path(tempfile.mkdtemp(prefix="ghostly-rehearsal-"))
    folder.chmod(0o755)
    try:
        return _rehearse(folder)
    finally:
        if arguments.keep:
            print(folder)
        else:
            subprocess.run(["chmod", "-R", "u+w", folder], check=False)
            shutil.rmtree(folder, ignore_errors=True)


def _rehearse(folder: Path) -> int:
    root = folder / "root"
    root.mkdir()
    began = time.monotonic()
    image = build(root, environment_of_pip=_of_pip())
    make_read_only(image)
    print(
        f"The Dockerfile's steps took {time.monotonic() - began:.0f} s; the programs run as user {image.user}."
    )
    with ExitStack() as stack:
        password = secrets.token_urlsafe(24)
        server = stack.enter_context(postgres(folder / "postgres", password))
        cloud = stack.enter_context(supabase())
        rehearsal = _prepare(image, server, cloud, password)
        help_text = _run(rehearsal, image.command, {})
        rehearsal.check("the image's own command explains itself", "usage:" in help_text.stdout)
        _migrate(rehearsal, password)
        _refuse(rehearsal)
        stack.enter_context(_running(rehearsal, folder))
        client = stack.enter_context(caddy(folder / "caddy", rehearsal.ports))
        _look(rehearsal, client)
        _work(rehearsal, client)
        _back_up(rehearsal, folder)
    return rehearsal.failures


def _prepare(image: Image, server: Postgres, cloud: Supabase, password: str) -> Rehearsal:
    logins = {name: secrets.token_urlsafe(24) for name in ("dashboard", "listener", "worker")}
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    values = {
        "PUBLIC_HOST": "localhost",
        "POSTGRES_PASSWORD": password,
        "SUPABASE_URL": cloud.url,
        "SUPABASE_ANON_KEY": ANON_KEY,
        "SUPABASE_SERVICE_ROLE_KEY": SERVICE_KEY,
        "STORAGE_BUCKET": BUCKET,
        "WEBHOOK_SECRET": webhook_secret,
        "NOTIFY_EMAIL_TO": "it@hospital.example",
        "NOTIFY_EMAIL_FROM": "ghostly@hospital.example",
        "SMTP_URL": "smtp://127.0.0.1:9",  # nobody there: a message waits, and nothing else does
    } | {f"DATABASE_URL_{name.upper()}": server.url(f"app_{name}", word) for name, word in logins.items()}
    ports = {name: free_port() for name in (*_PORTS, "worker")}
    return Rehearsal(
        image, programs(values), ports, webhook_secret, server, cloud, server.url("postgres", password)
    )


def _migrate(rehearsal: Rehearsal, password: str) -> None:
    service = rehearsal.services["migrate"]
    done = _run(rehearsal, service.command, {"DATABASE_URL": rehearsal.owner_url})
    rehearsal.check(
        "the schema is brought up to date by the owner", done.returncode == 0 and "applied" in done.stdout
    )
    with psycopg.connect(rehearsal.owner_url, autocommit=True) as connection:
        for name in ("dashboard", "listener", "worker"):
            url = rehearsal.services[name].environment[f"DATABASE_URL_{name.upper()}"]
            word = url.split(":")[2].split("@")[0]
            connection.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(f"app_{name}"), sql.Literal(word))
            )
        user = rehearsal.cloud.auth.add_user("administrator@hospital.example")
        connection.execute("insert into auth.users (id, email) values (%s, %s)", (user.id, user.email))
        connection.execute(
            "insert into app.user_profiles (user_id, role) values (%s, 'administrator')", (user.id,)
        )


def _refuse(rehearsal: Rehearsal) -> None:
    for name in ("listener", "worker", "dashboard", "api"):
        done = _run(rehearsal, rehearsal.services[name].command, {})
        rehearsal.check(
            f"{name} without its settings refuses to start and names them",
            done.returncode == 1
            and "DATABASE_URL_" in done.stderr
            and "not safe for production" in done.stderr,
        )


@contextmanager
def _running(rehearsal: Rehearsal, folder: Path) -> Iterator[None]:
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in ("listener", "worker", "dashboard", "api"):
            log = (folder / f"{name}.log").open("wb")
            processes[name] = subprocess.Popen(
                rehearsal.services[name].command,
                env=_environment(rehearsal, name), stdout=log, stderr=log, **_as_user(rehearsal.image),
            )  # fmt: skip
        for name in processes:
            wait_for(f"{name} (log {folder / name}.log)", lambda name=name: _healthy(rehearsal, name))
            rehearsal.check(f"{name} answers its health check", True)
        yield
    finally:
        for process in processes.values():
            process.terminate()
        for name, process in processes.items():
            try:
                code = process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            rehearsal.check(f"{name} ends when told to (status {code})", code in (0, -15))


def _look(rehearsal: Rehearsal, client: httpx.Client) -> None:
    page = client.get("/")
    rehearsal.check(
        "the dashboard answers over TLS", page.status_code == 200 and "<html" in page.text.lower()
    )
    rehearsal.check("with HSTS", "max-age" in page.headers.get("strict-transport-security", ""))
    rehearsal.check("the API says that it is ready", client.get("/api/v1/health").status_code == 200)
    rehearsal.check(
        "and shows nothing without credentials", client.get("/api/v1/sessions").status_code == 401
    )
    rehearsal.check(
        "a webhook cannot be read", client.get("/webhooks/storage/status/P001S001").status_code == 404
    )
    for path in ("/metrics", "/health/ready"):
        text = client.get(path).text
        rehearsal.check(f"{path} stays inside", "# HELP" not in text and '"ready"' not in text)
    attempt = subprocess.run(
        ["/bin/sh", "-c", f"touch {rehearsal.image.path('/opt/ghostly-emg')}/x"],
        capture_output=True, check=False, **_as_user(rehearsal.image),
    )  # fmt: skip
    rehearsal.check("the programs cannot change their own code", attempt.returncode != 0 or os.geteuid() != 0)


def _work(rehearsal: Rehearsal, client: httpx.Client) -> None:
    row = rehearsal.cloud.storage.put("P001/rehearsal.c3d", make_c3d(duration_s=20.0))
    event = {"type": "INSERT", "schema": "storage", "table": "objects", "record": row, "old_record": None}
    body = encode_event(event)
    unsigned = client.post("/webhooks/storage/c3d-upload", content=body)
    rehearsal.check("an unsigned webhook is refused", unsigned.status_code == 401)
    headers = sign_event(rehearsal.webhook_secret, storage_event_id(event), time.time(), body)
    taken = client.post("/webhooks/storage/c3d-upload", content=body, headers=headers)
    rehearsal.check("a signed webhook is taken", taken.status_code == 202)
    token = httpx.post(
        f"{rehearsal.cloud.url}/auth/v1/token?grant_type=password",
        headers={"apikey": ANON_KEY},
        json={"email": "administrator@hospital.example", "password": "correct horse"},
    ).json()["access_token"]
    signed_in = {"Authorization": f"Bearer {token}"}

    def analysed() -> bool:
        found = client.get("/api/v1/sessions/P001S001", headers=signed_in)
        return found.status_code == 200 and "completed" in found.text

    wait_for("the analysis", analysed)
    rehearsal.check("the worker analyses it, and the API shows it to who is signed in", analysed())


def _back_up(rehearsal: Rehearsal, folder: Path) -> None:
    """Save and restore with the server's own programs, as the documentation says for a database elsewhere."""
    copy = rehearsal.owner_url.replace("/ghostly?", "/restored?")
    with psycopg.connect(rehearsal.owner_url, autocommit=True) as connection:
        connection.execute("create database restored")
    for command in (
        ["pg_dump", "--format=custom", "--no-owner", f"--file={folder}/night.dump", rehearsal.owner_url],
        [
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            f"--dbname={copy}",
            f"{folder}/night.dump",
        ],
    ):
        subprocess.run([_PROGRAMS / command[0], *command[1:]], check=True)
    with psycopg.connect(copy) as connection:
        row = connection.execute(
            "select session_code, processing_status from app.therapy_sessions"
        ).fetchone()
    rehearsal.check("pg_dump and pg_restore bring it back", row == ("P001S001", "completed"))


def _run(
    rehearsal: Rehearsal, command: list[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=rehearsal.image.environment | dict(environment), capture_output=True, text=True,
        timeout=120, check=False, **_as_user(rehearsal.image),
    )  # fmt: skip


def _environment(rehearsal: Rehearsal, name: str) -> dict[str, str]:
    inside, setting = _PORTS.get(name, _WORKER_PORT)
    environment = rehearsal.image.environment | rehearsal.services[name].environment
    if environment.get(setting) != inside:
        raise SystemExit(f"compose.yaml gives {name} no {setting}={inside}")
    return environment | {setting: str(rehearsal.ports[name])}


def _healthy(rehearsal: Rehearsal, name: str) -> bool:
    inside = _PORTS.get(name, _WORKER_PORT)[0]
    command = [
        word.replace(f":{inside}/", f":{rehearsal.ports[name]}/") for word in rehearsal.services[name].health
    ]
    return _run(rehearsal, command, {}).returncode == 0


def _of_pip() -> dict[str, str]:
    """Return what tells pip where packages come from on this machine."""
    given = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name == "HOME"}
    return {"PIP_QUIET": "2"} | given


def _as_user(image: Image) -> dict[str, object]:
    folder = {"cwd": image.path(image.folder)}
    return folder | (
        {"user": image.user, "group": image.user, "extra_groups": []} if os.geteuid() == 0 else {}
    )


if __name__ == "__main__":
    raise SystemExit(main())
