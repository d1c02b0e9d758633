"""What the documentation of the pure core says about arguments is what the code takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import processing.emg
import processing.scoring

SECTIONS = ("Parameters", "Returns", "Raises", "Notes", "References", "Yields")
# A function of two arguments may say all in one sentence.
MOST_WITHOUT_SECTION = 2


def public_functions() -> Iterator[Callable[..., Any]]:
    for package in (processing.emg, processing.scoring):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__ and not name.startswith("_"):
                    yield function


def sections_of(docstring: str) -> dict[str, list[str]]:
    """Return the lines of each numpydoc section, ruled headings only."""
    lines = inspect.cleandoc(docstring).splitlines()
    starts = [
        i for i in range(len(lines) - 1) if lines[i] in SECTIONS and re.fullmatch("-{3,}", lines[i + 1])
    ]
    bounds = [*starts, len(lines)]
    return {lines[i]: lines[i + 2 : stop] for i, stop in zip(starts, bounds[1:], strict=True)}


def documented_names(lines: list[str]) -> list[str]:
    """Return the names at the margin, before the colon; several may share a line."""
    entries = [line for line in lines if line and not line.startswith(" ")]
    return [name.strip() for entry in entries for name in entry.split(" : ")[0].split(",")]


FUNCTIONS = list(public_functions())


def test_the_core_has_functions_to_check() -> None:
    assert len(FUNCTIONS) > 50


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_documented_parameters_are_those_of_the_signature(function: Callable[..., Any]) -> None:
    assert function.__doc__, "no docstring"
    sections = sections_of(function.__doc__)
    signature = inspect.signature(function)
    names = [name for name in signature.parameters if name != "watch"]
    if "Parameters" in sections:
        assert documented_names(sections["Parameters"]) == names
        returns_something = signature.return_annotation not in (None, "None")
        assert ("Returns" in sections) == returns_something
    else:
        assert len(names) <= MOST_WITHOUT_SECTION, "no Parameters section"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_arrays_are_documented_with_their_shape(function: Callable[..., Any]) -> None:
    sections = sections_of(function.__doc__ or "")
    for line in sections.get("Parameters", []) + sections.get("Returns", []):
        if line.startswith((" ", "list")) or "ndarray" not in line:
            continue
        assert "shape" in line, line


def test_the_check_itself_notices_a_wrong_name() -> None:
    def wrong(a: int, b: int) -> int:
        """Return a sum.

        Parameters
        ----------
        a, c : int
            Numbers.

        Returns
        -------
        int
        """
        return a + b

    with pytest.raises(AssertionError):
        test_documented_parameters_are_those_of_the_signature(wrong)
