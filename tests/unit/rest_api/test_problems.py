"""Problems can always be written, whatever somebody sent that they quote."""

from __future__ import annotations

import orjson

from rest_api.problems import invalid_request


def test_half_a_character_that_is_quoted_does_not_break_the_answer() -> None:
    answer = invalid_request("id", [{"field": "body.settings.\ud800", "message": "'\udfff' is no setting"}])
    problem = orjson.loads(bytes(answer.body))
    assert problem["errors"] == [{"field": "body.settings.?", "message": "'?' is no setting"}]
    assert "body.settings.?" in problem["detail"]
