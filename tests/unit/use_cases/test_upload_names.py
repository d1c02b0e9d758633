"""Names that people's files have, as a bucket accepts them."""

from __future__ import annotations

import pytest

from processing.errors import InvalidParameterError
from processing.use_cases.upload import check_patient_code, safe_file_name


def test_an_ordinary_name_stays_as_it_is() -> None:
    name = "Ghostly_Emg_20250310_11-50-16-0578 (1).c3d"
    assert safe_file_name(name) == name


def test_folders_in_front_of_a_name_are_dropped() -> None:
    assert safe_file_name("C:\\data\\x/../game.C3D") == "game.C3D"


def test_two_names_that_clean_up_alike_stay_two() -> None:
    assert safe_file_name("é.c3d") != safe_file_name("è.c3d")


@pytest.mark.parametrize("name", ["notes.txt", "c3d", "game"])
def test_another_kind_of_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameterError, match="not a C3D file"):
        safe_file_name(name)


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="has no name"):
        safe_file_name("...c3d")


def test_a_patient_code_may_have_blanks_around_it() -> None:
    assert check_patient_code(" P014 ") == "P014"


@pytest.mark.parametrize("code", ["", "P14", "p014", "P0141", "../P014", "P٠١٤"])
def test_anything_else_is_no_patient_code(code: str) -> None:
    with pytest.raises(InvalidParameterError, match="expected P and three digits"):
        check_patient_code(code)
