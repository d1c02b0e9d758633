"""What keeps a program from starting in production: everything that is missing or unsafe, named at once."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import structlog

from processing.database.conninfo import way_in
from processing.errors import InvalidParameterError
from processing.services.environment import given_variables, near_misses
from processing.settings import Program, Settings, is_loopback
from processing.webhooks import parse_secrets

# The API connects as the dashboard does.
Part: TypeAlias = Literal["dashboard", "listener", "worker", "api"]
PARTS: tuple[Part, ...] = ("listener", "worker", "dashboard", "api")

_log = structlog.get_logger(__name__)

_FEWEST_BYTES = 12
_OWNERS = ("postgres", "supabase_admin", "root")


def check_configuration(settings: Settings, *parts: Part) -> None:
    """Refuse to start programs whose settings are not safe in their environment.

    Raises
    ------
    InvalidParameterError
        With every fault, one a line; no secret is shown.
    """
    faults = find_faults(settings, parts)
    if faults:
        where = "" if settings.environment != "production" else " for production"
        raise InvalidParameterError(
            f"The settings are not safe{where}:\n" + "\n".join(f"- {fault}" for fault in faults)
            if len(faults) > 1 or where
            else faults[0]
        )
    for sentence in [*near_misses(given_variables()), *find_warnings(settings, parts)]:
        _log.warning("configuration_warning", sentence=sentence)


def find_faults(settings: Settings, parts: Sequence[Part]) -> list[str]:
    """Return what must be put right before these programs start, each in a sentence that names the variable.

    Outside production that is only what would open a program to other machines without its locks.
    """
    checks: list[Callable[[Settings, Sequence[Part]], Iterator[str]]] = [_exposure]
    if settings.environment == "production":
        checks += [
            _sign_in,
            _webhook_secret,
            _database,
            _storage,
            _origins,
            _other_servers,
            _alerts,
            _leftovers,
        ]
    return list(dict.fromkeys(fault for check in checks for fault in check(settings, parts)))


def find_warnings(settings: Settings, parts: Sequence[Part]) -> list[str]:
    """Return what may be meant so, but often is not."""
    found = []
    production = settings.environment == "production"
    if settings.webhook_body_signature and production and "listener" in parts:
        found.append(
            "WEBHOOK_BODY_SIGNATURE is on: older signatures have neither time nor id and can be replayed."
        )
    if "worker" in parts and not (settings.notify_email_to or settings.notify_webhook_url) and production:
        found.append("NOTIFY_EMAIL_TO and NOTIFY_WEBHOOK_URL are not set: alerts reach nobody.")
    if settings.notify_webhook_url and settings.notify_webhook_secret is None:
        found.append("NOTIFY_WEBHOOK_SECRET is not set: the receiver cannot tell who sent an alert.")
    if production and settings.erasures_file is None:
        found.append(
            "ERASURES_FILE is not set: the list of erased patients lies in DATA_DIR; keep it with the backups."
        )
    if settings.storage_backend == "local" and settings.supabase_service_role_key is not None:
        found.append(
            "SUPABASE_SERVICE_ROLE_KEY is set, and STORAGE_BACKEND is 'local': nothing needs that key."
        )
    return found


def _exposure(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    for part, check in (
        ("dashboard", settings.check_dashboard_exposure),
        ("listener", settings.check_exposure),
    ):
        if part in parts:
            try:
                check()
            except InvalidParameterError as error:
                yield str(error)


def _sign_in(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    if not {"dashboard", "api"} & set(parts):
        return
    if settings.supabase_url is None:
        yield "SUPABASE_URL is not set: without sign-in, whoever reaches the program is an administrator."
    elif settings.sign_in_fault is not None:
        yield settings.sign_in_fault
    if settings.supabase_url is None and settings.supabase_anon_key is None:
        yield "SUPABASE_ANON_KEY is not set: sign-in needs the publishable key."


def _webhook_secret(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    if "listener" not in parts:
        return
    if settings.webhook_secret is None:
        yield "WEBHOOK_SECRET is not set: in production it is chosen, not generated."
        return
    try:
        found = parse_secrets(settings.webhook_secret.get_secret_value())
    except InvalidParameterError as error:
        yield str(error)
        return
    if any(len(set(secret.key)) < _FEWEST_BYTES for secret in found):
        yield "WEBHOOK_SECRET holds one that repeats a few bytes; expected random ones, at least 24."


def _database(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        program: Program = "dashboard" if part == "api" else part
        own = f"DATABASE_URL_{program.upper()}"
        name = own if getattr(settings, own.lower()) is not None else f"DATABASE_URL (for the {part})"
        url = settings.database_url_of(program)
        if url is None:
            yield (
                f"{own} is not set, nor is DATABASE_URL: the embedded database is for one computer at home; a "
                "clinic needs a PostgreSQL server with logins and backups."
            )
            continue
        try:
            found = way_in(url)
        except InvalidParameterError as error:
            yield f"{name}: {error}"
            continue
        if found.user is None or found.user.split(".")[0] in _OWNERS:
            yield (
                f"{name} has the user '{found.user or '(none)'}': each program connects under its own login, "
                f"app_{program}, which owns nothing and bypasses no policy."
            )
        open_hosts = [host for host in found.hosts if not _is_private(settings, host)]
        if open_hosts and not found.encrypted:
            yield (
                f"{name} leads to '{open_hosts[0]}' with sslmode '{found.sslmode}': expected sslmode=verify-full (or "
                "require); a network of this installation's own may be named in PRIVATE_HOSTS."
            )


def _storage(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    if settings.storage_backend != "supabase":
        return
    if settings.supabase_service_role_key is None:
        yield "SUPABASE_SERVICE_ROLE_KEY is not set, and STORAGE_BACKEND is 'supabase': no recording could be read."
    if settings.supabase_url is None and not {"dashboard", "api"} & set(parts):
        yield "SUPABASE_URL is not set, and STORAGE_BACKEND is 'supabase': no recording could be read."


def _origins(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    if "api" not in parts and not settings.api_enabled:
        return
    try:
        origins = settings.api_origins
    except InvalidParameterError as error:
        yield str(error)
        return
    for origin in sorted(origins):
        address = urlsplit(origin)
        if address.scheme != "https" and not is_loopback(address.hostname or ""):
            yield f"API_CORS_ORIGINS names '{origin}': expected https."


def _other_servers(settings: Settings, _: Sequence[Part]) -> Iterator[str]:
    servers = (
        ("NOTIFY_WEBHOOK_URL", settings.notify_webhook_url, ("https",)),
        ("SMTP_URL", _plain(settings.smtp_url), ("smtps", "smtp+starttls")),
        ("REDIS_URL", _plain(settings.redis_url), ("rediss", "unix")),
    )
    for name, url, schemes in servers:
        address = urlsplit(url or "")
        if url and address.scheme not in schemes and not _is_private(settings, address.hostname or ""):
            yield (
                f"{name} begins with '{address.scheme}://' and leads to another machine: expected "
                f"{' or '.join(f'{scheme}://' for scheme in schemes)}."
            )


def _alerts(settings: Settings, parts: Sequence[Part]) -> Iterator[str]:
    mail = {
        "NOTIFY_EMAIL_TO": settings.notify_email_to,
        "NOTIFY_EMAIL_FROM": settings.notify_email_from,
        "SMTP_URL": settings.smtp_url,
    }
    missing = [name for name, value in mail.items() if not value]
    if "worker" in parts and mail["NOTIFY_EMAIL_TO"] and missing:
        yield f"NOTIFY_EMAIL_TO is set and {' and '.join(missing)} not: no mail could be sent."


def _leftovers(settings: Settings, _: Sequence[Part]) -> Iterator[str]:
    if settings.demo:
        yield "DEMO is on: invented patients do not belong among real ones."
    try:
        mode = settings.data_dir.stat().st_mode
    except OSError:
        return
    if stat.S_IMODE(mode) & 0o077:
        yield (
            f"DATA_DIR '{settings.data_dir}' has mode {stat.S_IMODE(mode):04o}: other users of this machine can enter "
            "it; expected 0700."
        )


def _is_private(settings: Settings, host: str) -> bool:
    return is_loopback(host) or host in {
        name.strip() for name in settings.private_hosts.split(",") if name.strip()
    }


def _plain(secret: object) -> str | None:
    reveal = getattr(secret, "get_secret_value", None)
    return None if reveal is None else str(reveal())
