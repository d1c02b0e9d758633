"""The clinic's people with real tokens and keys, behind an API on the login role that it has in production."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg

from processing.emg.corrections import Correction
from processing.emg.results import CorrectionKind
from processing.services import (
    LOCAL_CLINICIAN,
    Services,
    build_services,
    closing_services,
    open_token_reader,
)
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.prescriptions import Prescription
from processing.use_cases.read_models import SessionInputs
from rest_api import create_api
from rest_api.access import AccessControl
from rest_api.limits import ApiLimits
from tests.builders import make_c3d
from tests.integration.api import asking
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

OWN, FOREIGN = "P001S003", "P002S003"
_SUPABASE, _SECRET = "http://127.0.0.1:9", "a-shared-secret-of-the-tests-that-is-long-enough"
FILE = "Ghostly_Emg_20260310_10-15-32-0412.c3d"


@dataclass(frozen=True)
class ApiPeople:
    """``operator`` has all rights; ``hosted`` asks an API with sign-in, ``home`` one without."""

    clinic: Clinic
    operator: Services
    hosted: httpx.Client
    home: httpx.Client

    def token(self, person: str, **changes: Any) -> dict[str, str]:
        """Return the header of a person's access token."""
        claims = self.clinic.claims(person) | {"aud": "authenticated", "iss": f"{_SUPABASE}/auth/v1"}
        return bearer(jwt.encode(claims | changes, _SECRET, "HS256"))

    def key(self, person: str, *scopes: str) -> tuple[str, dict[str, str]]:
        """Make a key of a person's and return its id and its header."""
        made = self.operator.api_keys.create("Test", scopes, days=1, owner=self.clinic.people[person])
        return made.key.key_id, bearer(made.text.reveal())


def bearer(credentials: str) -> dict[str, str]:
    """Return the header."""
    return {"Authorization": f"Bearer {credentials}"}


@contextmanager
def api_people(server_url: str, folder: Path) -> Iterator[ApiPeople]:
    """Yield the clinic; P001S003 and P002S003 are recordings, the first one analysed."""
    with ExitStack() as stack:
        url = stack.enter_context(contextmanager(fresh_database)(server_url))
        clinic = make_clinic(url)
        settings = Settings(
            data_dir=folder,
            supabase_url=_SUPABASE,
            supabase_anon_key="x",
            supabase_jwt_secret=_SECRET,
            _env_file=None,
        )
        operator = stack.enter_context(closing_services(build_services(settings, url)))
        _record(operator, clinic)
        program = stack.enter_context(
            closing_services(build_services(settings, clinic.url_of("app_dashboard")))
        )
        read_token = stack.enter_context(open_token_reader(settings))
        clients = []
        for local in (None, LOCAL_CLINICIAN):
            access = AccessControl(read_token=read_token, find_key=program.api_keys.find, local=local)
            limits = ApiLimits(
                requests_per_minute=100_000, heavy_per_minute=100_000, refused_per_minute=100_000
            )
            clients.append(stack.enter_context(asking(create_api(program, access=access, limits=limits))))
        yield ApiPeople(clinic, operator, *clients)


def _record(operator: Services, clinic: Clinic) -> None:
    data = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], duration_s=12.0)
    for person, patient in (("therapist", "P001"), ("colleague", "P002")):
        theirs = operator.for_viewer(clinic.identity(person))
        outcome = theirs.save_upload(patient, FILE, data)
        assert outcome.session_id is not None
        if person == "therapist":
            operator.analyse_session(outcome.session_id)
            _write_names(theirs)
    with psycopg.connect(clinic.url) as connection:  # a date that researchers must not be told
        connection.execute(
            "update app.therapy_sessions set recorded_at = '2026-03-10' where session_code = %s", (OWN,)
        )


def _write_names(theirs: Services) -> None:
    """Enter what researchers must not be told, wherever a person can write it."""
    measured = MvcMeasurement(
        "left", 250.0, date(2026, 3, 1), posture="as Mrs Peeters sits", note="Mrs Peeters was tired."
    )
    theirs.prescriptions.measure("P001", [measured], expected_revision=1)
    prescribed = Prescription(date(2026, 3, 2), protocol_days=21)
    theirs.prescriptions.prescribe("P001", prescribed, expected_revision=1)
    theirs.save_inputs(OWN, SessionInputs(perceived_effort_cr10=5.0, game_max_points=100.0))
    review = theirs.load_review(OWN)
    assert review.result is not None
    channel = review.result.channels[0]
    for contraction, reason in zip(channel.contractions, ("Mrs Peeters moved", None), strict=True):
        kind: CorrectionKind = "accept" if reason is None else "reject"
        change = Correction(channel.name, kind, contraction.onset_s, contraction.offset_s, reason=reason)
        theirs.corrections.save(theirs.load_review(OWN), change)


def days_ago(days: float) -> int:
    """Return a moment as tokens have it."""
    return int(time.time() - days * 86400)
