"""What is mended in the framework, as far as no browser is needed to see it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.framework_words import framework_words, lost_words
from pages._components.mending import _literal
from processing.language import LANGUAGES, speaking

PAGES = Path(__file__).resolve().parents[3] / "pages"


def test_every_part_that_unfolds_has_a_key_and_so_stays_open_in_another_language() -> None:
    without = []
    for path in sorted(PAGES.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr == "expander" and "key" not in [keyword.arg for keyword in call.keywords]:
                without.append(f"{path.name}:{call.lineno}")
    assert without == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_the_framework_s_words_keep_what_stands_between_braces(language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        said = framework_words()
    assert len(said) > 50
    assert [pair for pair in said if re.findall(r"\{\w+\}", pair[0]) != re.findall(r"\{\w+\}", pair[1])] == []


def test_nothing_is_replaced_for_readers_of_english() -> None:
    with speaking("en"):
        assert framework_words() == []
        assert "{moment}" in lost_words()["lost"]


def test_no_word_can_end_the_script_it_is_brought_in() -> None:
    written = _literal([("Add: {item}", "</script><script>alert(1)")])
    assert "<" not in written
    assert json.loads(written) == [["Add: {item}", "</script><script>alert(1)"]]


def _table() -> None:
    import streamlit as st

    from pages._components.folding import folded_part

    part = folded_part(f"Table: {st.session_state['n']} rows", icon=":material/table:", key="table")
    st.write("open" if part.open else "folded")


def test_what_was_unfolded_stays_so_under_another_heading() -> None:
    at = AppTest.from_function(_table, default_timeout=30)
    at.session_state["n"] = 3
    at.run()
    assert at.markdown[0].value == "folded"
    at.session_state["table"] = True
    at.run()
    at.session_state["n"] = 2  # the language, or a contraction that was rejected
    at.run()
    assert at.markdown[0].value == "open"
    assert at.expander[0].label == "Table: 2 rows"
