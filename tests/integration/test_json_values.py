"""Whatever an outsider's JSON holds, the inbox can keep it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from processing.database.json_values import foreign_json


def _kept(url: str, value: Any) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute("select %s::jsonb", (foreign_json(value),)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a\0b": "c\0d"}, {"a\ufffdb": "c\ufffdd"}),
        ({"x": "\ud800"}, {"x": "?"}),
        ({"x": [float("inf"), float("nan"), 1.5]}, {"x": ["inf", "nan", 1.5]}),
        ({"x": {"y": [1, None, True]}}, {"x": {"y": [1, None, True]}}),
    ],
)
def test_what_postgresql_refuses_is_replaced_and_the_rest_is_kept(
    database_url: str, value: Any, kept: Any
) -> None:
    assert _kept(database_url, value) == kept


def test_endless_nesting_ends(database_url: str) -> None:
    value: Any = 1
    for _ in range(900):
        value = [value]
    assert "[nested too deeply]" in json.dumps(_kept(database_url, {"x": value}))
