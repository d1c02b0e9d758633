"""Every column of every table says what it is, and says so wherever the dictionary stands."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from processing.exports.bundle import DESIGNS, Bundle, build_bundle
from processing.exports.columns import NEVER, Design
from processing.exports.document import PAGE, renewed
from processing.exports.model import ExportedSession, Scope, ScoringUsed, SessionContext
from processing.exports.write_json import json_schema
from processing.exports.write_mat import LONGEST_NAME
from processing.exports.write_xlsx import write_xlsx
from processing.language import Language, speaking
from processing.scoring.configuration import ScoringConfiguration
from tests.unit.pages.fakes import make_channel, make_quality, make_review

COLUMNS = [(design.name, column) for design in DESIGNS for column in design.columns]
# What a name ends in when its column has this unit.
ENDINGS = {
    "s": "_s",
    "Hz": "_hz",
    "µV": "_uv",
    "dB": "_db",
    "% MVC": "percent_mvc",
    "% AOP": "percent_aop",
    "%": "percent",
}


def bundle(*, pseudonymised: bool = False) -> Bundle:
    """Return tables of a session with a result, one whose legs are not judged, and one that could not be read."""
    unjudged = make_channel("left", (), quality=make_quality("not_judged"), mvc=None)
    reviews = (
        make_review("P001S001"),
        make_review("P001S002", channels=[unjudged, make_channel(None)]),
        make_review("P001S003", status="failed", failure="Object 'P001/Jan.c3d' is gone."),
    )
    scoring = ScoringUsed("trial", 1, {"rate_denominator": ScoringConfiguration().rate_denominator})
    sessions = [ExportedSession(r, SessionContext(i + 1, i + 1, scoring), ()) for i, r in enumerate(reviews)]
    return build_bundle(sessions, Scope(pseudonymised=pseudonymised, notes=True))


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda v: getattr(v, "name", v))
def test_a_column_has_a_name_a_meaning_a_source_and_a_rule_for_what_is_missing(table, column) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch("[a-z][a-z0-9_]*", column.name)
    assert len(column.name) <= LONGEST_NAME
    assert min(len(column.meaning), len(column.source), len(column.missing)) > 3
    if column.unit in ENDINGS and "windows" not in column.name:
        assert column.name.endswith(ENDINGS[column.unit])


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_no_two_columns_of_a_table_share_a_name(design: Design[object]) -> None:
    names = [column.name for column in design.columns]
    assert len(set(names)) == len(names)


def test_a_column_that_is_never_empty_is_not_empty_in_any_state_of_a_session() -> None:
    for table in bundle().tables:
        for column in table.columns:
            if column.missing == NEVER:
                assert None not in table.column(column.name), (table.name, column.name)


def test_a_session_without_a_result_says_why_and_has_no_numbers() -> None:
    row = bundle().table("sessions").records()[2]
    assert row["missing_because"] == "result: Object 'P001/Jan.c3d' is gone"
    assert {row[name] for name in ("score", "left_good", "right_found", "result_version")} == {None}


def test_unjudged_legs_have_no_counts_and_unnamed_ones_no_score() -> None:
    session = bundle().table("sessions").records()[1]
    assert (session["left_found"], session["left_good"], session["left_good_at_most"]) == (0, None, None)
    assert (session["right_found"], session["right_good"]) == (None, None)
    assert "left_good: not judged" in str(session["missing_because"])


def test_a_patient_is_one_row_whose_means_are_over_what_is_known() -> None:
    (row,) = bundle().table("patients").records()
    scores = [s for s in bundle().table("sessions").column("score") if s is not None]
    assert (row["n_sessions"], row["n_results"], row["n_scored"]) == (3, 2, len(scores))
    assert row["mean_score"] == pytest.approx(sum(map(float, scores)) / len(scores))
    assert (row["left_n_known"], row["left_mean_good"]) == (1, 1)
    assert (row["first_study_day"], row["last_study_day"]) == (1, 3)


def test_a_pseudonymised_export_has_none_of_the_identifying_columns() -> None:
    left = {(t.name, c.name) for t in bundle(pseudonymised=True).tables for c in t.columns}
    assert left.isdisjoint({(table, c.name) for table, c in COLUMNS if c.identifying})
    said = json.dumps([t.records() for t in bundle(pseudonymised=True).tables])
    assert not re.search(r"20\d\d-?\d\d", said)
    assert "Jan" not in said


def test_the_documentation_has_the_dictionary_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, (
        "docs/exports.md is older than the code: python -m processing.exports.document"
    )


def test_the_documentation_has_the_json_schema_as_it_is() -> None:
    stored = json.loads((PAGE.parent / "export.schema.json").read_text(encoding="utf-8"))
    assert stored == json_schema(), "docs/export.schema.json is older than the code"


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_another_language_explains_other_words_under_the_same_names(language: Language) -> None:
    english = bundle()
    with speaking(language):
        other = bundle()
    assert [(e.table, e.column, e.unit) for e in other.dictionary] == [
        (e.table, e.column, e.unit) for e in english.dictionary
    ]
    pairs = zip(english.dictionary, other.dictionary, strict=True)
    assert [a.column for a, b in pairs if a.meaning == b.meaning and " " in a.meaning] == []
    assert [t.records() for t in other.tables] == [t.records() for t in english.tables]
    assert other.about["missing_values"] != english.about["missing_values"]


def test_a_text_that_is_longer_than_a_cell_of_a_workbook_is_cut_and_not_lost() -> None:
    tables = bundle()
    codes = ", ".join(f"P001S{number:04d}" for number in range(4000))
    book = load_workbook(io.BytesIO(write_xlsx(replace(tables, about={**tables.about, "sessions": codes}))))
    held = {row[0].value: row[1].value for row in book["about"].iter_rows(min_row=2)}
    assert held["sessions"].startswith("P001S0000, P001S0001")
    assert held["sessions"].endswith(" …")
