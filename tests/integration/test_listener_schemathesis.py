"""The listener on the real database, held to its own OpenAPI description by schemathesis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from http_edge.server import make_server
from processing.services import Services
from processing.webhooks import encode_event, sign_event
from tests.integration.stack import SECRET, make_listener, served

load_all_checks()

_PATH = "/openapi.json"
_SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
# Whether a delivery is taken depends on its signature alone: bodies of any shape are kept with a reason.
_ABOUT_SIGNATURES = [CHECKS.get_one("positive_data_acceptance"), CHECKS.get_one("negative_data_rejection")]


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """Where the listener answers; its description, served nowhere in the product, is beside it."""
    app = make_listener(services)
    app.add_api_route(_PATH, app.openapi, include_in_schema=False)
    with served(make_server(app, "127.0.0.1", 0)) as address:
        yield address


def test_every_operation_answers_as_it_is_described(address: str) -> None:
    tried = []
    # Not by its plug-in, which does not know this pytest.
    for operation in _operations(address):

        @_SETTINGS
        @given(case=operation.as_strategy())
        def answers_as_described(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=_ABOUT_SIGNATURES)

        answers_as_described()
        tried.append(operation.label)
    assert len(tried) == 6, tried


def test_signed_deliveries_are_taken_and_answered_as_described(address: str) -> None:
    (operation, *_) = [one for one in _operations(address) if one.method.upper() == "POST"]

    @_SETTINGS
    @given(case=operation.as_strategy())
    def taken(case: schemathesis.Case) -> None:
        body = encode_event(case.body)
        headers = sign_event(SECRET, f"evt_{time.time_ns()}", time.time(), body)
        response = httpx.post(f"{address}{operation.path}", content=body, headers=headers, trust_env=False)
        assert response.status_code in (200, 202)
        case.validate_response(response, excluded_checks=_ABOUT_SIGNATURES)

    taken()


def _operations(address: str) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{address}{_PATH}")
    return [result.ok() for result in schema.get_all_operations()]
