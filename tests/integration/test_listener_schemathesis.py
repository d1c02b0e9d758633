"""The listener on the real database, held to its own OpenAPI description by schemathesis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

from processing.services import Services
from processing.webhooks import encode_event, sign_event
from tests.integration.stack import SECRET, make_listener, served
from webhook_listener.server import make_server

load_all_checks()

_PATH = "/openapi.json"
_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

# Whether a delivery is taken depends on its signature alone: bodies of any shape are kept with a reason.
_ABOUT_SIGNATURES = [
    schemathesis.checks.CHECKS.get_one("positive_data_acceptance"),
    schemathesis.checks.CHECKS.get_one("negative_data_rejection"),
]


@pytest.fixture
def description(services: Services) -> Iterator[Any]:
    """The listener's description, with the listener behind it; in the product it is served nowhere."""
    app = make_listener(services)
    app.add_api_route(_PATH, app.openapi, include_in_schema=False)
    with served(make_server(app, "127.0.0.1", 0)) as address:
        yield schemathesis.openapi.from_url(f"{address}{_PATH}")


api = schemathesis.pytest.from_fixture("description")


@api.parametrize()
@_SETTINGS
def test_every_operation_answers_as_it_is_described(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=_ABOUT_SIGNATURES)


@api.include(method="POST").parametrize()
@_SETTINGS
def test_signed_deliveries_are_answered_as_described(case: schemathesis.Case) -> None:
    body = encode_event(case.body) if isinstance(case.body, dict) else b"null"
    headers = sign_event(SECRET, f"evt_{time.time_ns()}", time.time(), body)
    response = httpx.post(
        f"{case.operation.base_url}{case.path}", content=body, headers=headers, trust_env=False
    )
    assert response.status_code in (200, 202)
    case.validate_response(response, excluded_checks=_ABOUT_SIGNATURES)
