"""Where along a patient's sessions the MVC or the electrodes changed."""

from __future__ import annotations

from processing.use_cases.mvc_breaks import reference_breaks
from tests.unit.use_cases.timeline_builders import failed, leg, measured, session, unjudged


def found(sessions, passport=()):  # type: ignore[no-untyped-def]
    return [(b.position, b.side, b.kinds) for b in reference_breaks(sessions, passport)]


def test_one_measurement_breaks_nothing() -> None:
    assert found([session(1), session(2, 1), session(3, 2)], [measured(1, 0)]) == []


def test_a_measurement_of_another_day_breaks_at_the_first_session_that_used_it() -> None:
    sessions = [session(1), session(2, 1), session(3, 5, left=leg(mvc_uv=270.0))]
    assert found(sessions, [measured(1, 0), measured(2, 3, 270.0)]) == [(2, "left", ("mvc",))]


def test_the_same_value_measured_again_is_a_break_because_the_electrodes_were_put_on_again() -> None:
    assert found([session(1), session(2, 5)], [measured(1, 0), measured(2, 3)]) == [(1, "left", ("mvc",))]


def test_electrodes_stated_elsewhere_are_named() -> None:
    passport = [
        measured(1, 0, electrode_placement="2/3 line"),
        measured(2, 3, electrode_placement="one finger lower"),
    ]
    assert found([session(1), session(2, 5)], passport) == [(1, "left", ("mvc", "electrodes"))]


def test_spelling_does_not_move_an_electrode() -> None:
    passport = [
        measured(1, 0, electrode_placement="2/3  line"),
        measured(2, 3, electrode_placement="2/3 LINE"),
    ]
    assert found([session(1), session(2, 5)], passport) == [(1, "left", ("mvc",))]


def test_a_file_with_another_value_breaks_and_one_with_the_same_does_not() -> None:
    of_file = [session(n, n, left=leg(mvc_uv=uv, mvc_source="file")) for n, uv in enumerate((310, 310, 320))]
    assert found(of_file) == [(2, "left", ("mvc",))]


def test_the_sessions_own_peaks_are_no_reference_that_could_change() -> None:
    peaks = [
        session(n, n, left=leg(0, 8, mvc_uv=uv, mvc_source="session_peak")) for n, uv in enumerate((200, 260))
    ]
    assert found(peaks) == []


def test_an_mvc_that_is_gone_and_comes_back_breaks_twice() -> None:
    peak = leg(0, 8, mvc_uv=200.0, mvc_source="session_peak")
    sessions = [session(1), session(2, 1, left=peak), session(3, 2)]
    assert found(sessions, [measured(1, 0)]) == [(1, "left", ("mvc_lost",)), (2, "left", ("mvc_gained",))]


def test_what_is_not_judged_or_not_read_says_nothing_about_the_reference() -> None:
    sessions = [session(1), session(2, 1, left=unjudged()), failed(3, 2), session(4, 3)]
    assert found(sessions, [measured(1, 0)]) == []


def test_a_withdrawn_measurement_does_not_count() -> None:
    withdrawn = measured(2, 3, 250.0)
    gone = type(withdrawn)(3, withdrawn.measurement, True, withdrawn.entered_at, None)
    assert found([session(1), session(2, 5)], [measured(1, 0), withdrawn, gone]) == []
