"""A widget that Python changes: what is typed counts, what the browser repeats late does not."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from pages._components.told import ROUNDS


def _counter() -> None:
    import streamlit as st

    from pages._components.told import told

    shown = told("field", st.session_state.setdefault("count", 0))

    def typed() -> None:
        if shown.take():
            st.session_state["count"] = shown.said

    def more() -> None:
        st.session_state["count"] += 1

    st.number_input("Count", value=shown.value, step=1, key=shown.key, on_change=typed)
    st.button("More", on_click=more)


def _started(script: Callable[[], None] = _counter) -> AppTest:
    return AppTest.from_function(script).run()


def test_what_is_typed_counts_and_leaves_the_widget_where_it_is() -> None:
    at = _started()
    key = at.number_input[0].key
    at.number_input[0].set_value(7).run()
    assert (at.session_state["count"], at.number_input[0].value) == (7, 7)
    assert at.number_input[0].key == key  # whoever types in it keeps the focus


def test_a_value_of_before_that_the_browser_repeats_undoes_nothing() -> None:
    at = _started()
    before = at._tree  # what a browser shows that has not heard of the press yet
    at.button[0].click().run()
    at._tree = before
    at.number_input[0].set_value(0)
    at.button[0].click().run()
    assert (at.session_state["count"], at.number_input[0].value) == (2, 2)


def test_what_was_typed_before_the_browser_heard_of_a_change_still_counts() -> None:
    at = _started()
    before = at._tree
    at.button[0].click().run()
    at._tree = before
    at.button[0]._value = False
    at.number_input[0].set_value(40).run()
    assert (at.session_state["count"], at.number_input[0].value) == (40, 40)


def test_the_keys_come_round_again() -> None:
    at = _started()
    keys = {at.button[0].click().run().number_input[0].key for _ in range(2 * ROUNDS)}
    assert len(keys) == ROUNDS
    assert at.number_input[0].value == 2 * ROUNDS
