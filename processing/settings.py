"""Settings from the environment, with defaults that make the embedded mode work as it stands."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from processing.errors import InvalidParameterError

# Each connects under a login role of its own, app_dashboard and so on.
Program: TypeAlias = Literal["dashboard", "listener", "worker"]


# Where the defaults of an environment differ from those at home.
DEFAULTS_OF: dict[str, dict[str, Any]] = {
    "development": {},
    "test": {"demo": False},
    "production": {
        "demo": False,
        "log_format": "json",
        "webhook_body_signature": False,
        "api_enabled": False,
    },
}


class Settings(BaseSettings):
    """One object that holds every setting; the names of its fields in capitals are the environment's.

    An unset ``database_url`` means the embedded PostgreSQL below ``data_dir``.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # Decides the defaults below that say so, and what a program refuses to start with; see docs/operate.md.
    environment: Literal["development", "test", "production"] = "development"
    # Hosts on a network that only this installation's own machines share, where TLS is not asked for; comma-separated.
    private_hosts: str = ""

    data_dir: Path = Path(".data")
    database_url: SecretStr | None = None
    database_url_dashboard: SecretStr | None = None
    database_url_listener: SecretStr | None = None
    database_url_worker: SecretStr | None = None

    storage_backend: Literal["local", "supabase"] = "local"
    storage_bucket: str = Field(default="c3d-examples", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")

    supabase_url: str | None = None
    supabase_anon_key: SecretStr | None = None
    supabase_service_role_key: SecretStr | None = None
    supabase_jwt_secret: SecretStr | None = None
    sign_in_idle_minutes: float = Field(default=30, ge=0.5, le=24 * 60)
    sign_in_hours: float = Field(default=12, gt=0, le=7 * 24)

    webhook_secret: SecretStr | None = None
    # Older clients sign the body alone, without time or id; false once none is left.
    webhook_body_signature: bool = True

    # Where failures and alerts are told; each way is off until it is set.
    notify_webhook_url: str | None = None
    notify_webhook_secret: SecretStr | None = None
    notify_email_to: str | None = None
    notify_email_from: str | None = None
    smtp_url: SecretStr | None = None
    # 0: no metrics of their own; the listener's tell of queue and workers.
    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    dashboard_metrics_port: int = Field(default=0, ge=0, le=65535)

    listener_host: str = "127.0.0.1"
    listener_port: int = Field(default=8080, ge=0, le=65535)
    # The REST API answers beside the listener at home, and in a process of its own where there is more to do.
    api_enabled: bool = True
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8081, ge=0, le=65535)
    # Web pages of other origins that may ask, such as https://research.example; comma-separated, none by default.
    api_cors_origins: str = ""
    api_requests_per_minute: int = Field(default=600, ge=1)
    api_heavy_per_minute: int = Field(default=60, ge=1)
    dashboard_host: str = "127.0.0.1"
    dashboard_port: int = Field(default=8501, ge=0, le=65535)

    # Unset: erasures.jsonl in the data folder. Better on the disk that holds the backups.
    erasures_file: Path | None = None

    demo: bool = True
    log_format: Literal["console", "json"] = "console"

    # Days after which the housekeeping forgets what is no result; see docs/operate.md.
    keep_finished_jobs_days: int = Field(default=7, ge=1, le=3650)
    keep_event_bodies_days: int = Field(default=90, ge=1, le=3650)
    keep_notifications_days: int = Field(default=30, ge=1, le=3650)
    keep_reconciliation_runs_days: int = Field(default=7, ge=1, le=3650)

    max_recording_bytes: int = Field(default=64 * 1024 * 1024, gt=0)
    # Days after which a measured MVC is called old; electrodes and muscles change.
    mvc_stale_days: int = Field(default=30, ge=1, le=3650)
    trace_cache_bytes: int = Field(default=256 * 1024 * 1024, gt=0)
    # A cache of traces that several dashboards share, behind their own; unset, there is none. See docs/cache.md.
    redis_url: SecretStr | None = None
    redis_ttl_hours: float = Field(default=12, gt=0, le=7 * 24)
    redis_timeout_s: float = Field(default=0.3, ge=0.05, le=2)
    redis_max_value_bytes: int = Field(default=64 * 1024 * 1024, gt=0, le=512 * 1024 * 1024)

    @model_validator(mode="after")
    def _follow_environment(self) -> Settings:
        """Take the defaults of test or production for what nobody set; what somebody set stays."""
        for name, value in DEFAULTS_OF[self.environment].items():
            if name not in self.model_fields_set:
                self.__dict__[name] = value  # not by assignment, after which it would count as set
        return self

    def __init__(self, **values: Any) -> None:
        """Read the environment; InvalidParameterError names every variable that cannot be used."""
        try:
            super().__init__(**values)
        except ValidationError as exc:
            message = "; ".join(_explain(**error) for error in exc.errors(include_url=False))
        else:
            return
        # Outside the handler: the original error quotes what it was given, secrets too.
        raise InvalidParameterError(message)

    @property
    def listener_url(self) -> str:
        """Where the listener answers."""
        return f"http://{_in_url(self.listener_host)}:{self.listener_port}"

    @property
    def dashboard_url(self) -> str:
        """Where the dashboard answers."""
        return f"http://{_in_url(self.dashboard_host)}:{self.dashboard_port}"

    def database_url_of(self, program: Program | None) -> str | None:
        """Return the configured connection string of a program; None means the embedded database."""
        own = {
            "dashboard": self.database_url_dashboard,
            "listener": self.database_url_listener,
            "worker": self.database_url_worker,
        }
        found = (own[program] if program else None) or self.database_url
        return None if found is None else found.get_secret_value()

    def check_exposure(self) -> None:
        """Refuse to be reachable from other machines without the locks that this needs.

        Raises
        ------
        InvalidParameterError
            If the dashboard would leave the loopback interface without sign-in that works, or the listener without
            a webhook secret of its own.
        """
        self.check_dashboard_exposure()
        if not is_loopback(self.listener_host) and self.webhook_secret is None:
            raise InvalidParameterError(
                f"LISTENER_HOST is '{self.listener_host}': other machines can reach it, so WEBHOOK_SECRET must be set."
            )

    def check_dashboard_exposure(self) -> None:
        """Refuse a dashboard that other machines can reach without sign-in that works; see :meth:`check_exposure`."""
        if not is_loopback(self.dashboard_host):
            fault = self.sign_in_fault
            if fault is None and not self.has_sign_in:
                fault = (
                    "Without sign-in the dashboard may only listen on this machine (127.0.0.1). SUPABASE_URL and "
                    "SUPABASE_ANON_KEY turn sign-in on."
                )
            if fault is not None:
                raise InvalidParameterError(f"DASHBOARD_HOST is '{self.dashboard_host}'. {fault}")

    @property
    def api_may_connect(self) -> bool:
        """Whether the listener's process has connections for the API: never under the listener's own login role."""
        return self.database_url_dashboard is not None or self.database_url_listener is None

    @property
    def api_origins(self) -> frozenset[str]:
        """The origins of ``api_cors_origins``.

        Raises
        ------
        InvalidParameterError
            If one of them is not an exact origin: scheme, host and port, nothing behind.
        """
        origins = frozenset(origin.strip() for origin in self.api_cors_origins.split(",") if origin.strip())
        for origin in origins:
            parts = urlsplit(origin)
            exact = f"{parts.scheme}://{parts.netloc}" == origin and parts.scheme in ("http", "https")
            if not exact or not parts.hostname or "*" in origin or "@" in origin:
                raise InvalidParameterError(
                    f"API_CORS_ORIGINS names '{origin}': expected exact origins such as https://research.example."
                )
        return origins

    @property
    def has_sign_in(self) -> bool:
        """Whether people sign in; otherwise whoever uses this computer is the local clinician."""
        return self.supabase_url is not None

    @property
    def sign_in_fault(self) -> str | None:
        """What keeps the sign-in that is asked for from working safely, in a sentence; None if nothing does."""
        if self.supabase_url is None:
            return None
        parts = urlsplit(self.supabase_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return f"SUPABASE_URL is '{self.supabase_url}': expected an address such as https://name.supabase.co."
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            return f"SUPABASE_URL is '{self.supabase_url}': passwords must not travel without TLS, use https."
        if self.supabase_anon_key is None:
            return "SUPABASE_URL is set and SUPABASE_ANON_KEY is not: nobody could sign in."
        return None

    @property
    def bucket_dir(self) -> Path:
        """The folder that plays the bucket in local mode."""
        return self.data_dir / "buckets" / self.storage_bucket

    @property
    def erasures_path(self) -> Path:
        """The list of erased patients outside the database, which a restore needs."""
        return self.erasures_file or self.data_dir / "erasures.jsonl"

    @property
    def cluster_dir(self) -> Path:
        """Where the embedded PostgreSQL keeps its files."""
        return self.data_dir / "postgres"


def is_loopback(host: str) -> bool:
    """Whether a listening address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _explain(*, loc: tuple[int | str, ...], input: object, msg: str, **_: object) -> str:
    """Say in words which variable holds what, and what it should hold."""
    name = str(loc[0])
    field = Settings.model_fields.get(name)
    found = "not usable" if field is None or "Secret" in str(field.annotation) else f"'{input}'"
    return f"{name.upper()} is {found}: {msg.replace('Input should', 'it should')}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
