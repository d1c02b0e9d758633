"""Both sheets as PDFs: everything is on paper, nothing is cut, whatever a session holds and in whichever language."""

from __future__ import annotations

import gettext
import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from processing.language import LANGUAGES, Language
from processing.language import catalogues as catalogues_module
from processing.reports import SHEETS, ReportOptions, ReportSource, Sheet, typeset_report
from processing.use_cases.parameter_sets import parameter_set_id
from processing.version import SOFTWARE_VERSION
from tests.unit.reports.reading import read_pages, words_of
from tests.unit.reports.sources import (
    EVERY,
    failed,
    one_leg_not_judged,
    ordinary,
    review_of,
    reviewed,
    source_of,
    without_any_mvc,
    worst,
)
from tests.unit.reports.test_patient_sheet import before

MOST_PAGES: dict[Sheet, int] = {"clinical": 2, "patient": 1}
FULL = {"include_raw": True, "include_name": True}


class LongWords(gettext.NullTranslations):
    """A language that needs half as many letters again, or ``more`` times as many; it keeps placeholders."""

    def __init__(self, more: float = 0.5) -> None:
        super().__init__()
        self._more = more

    def gettext(self, message: str) -> str:
        plain = re.sub(r"\{\w+\}", "œ", message)
        longer = plain * math.ceil(self._more)
        return f"{message} {longer[: max(2, round(self._more * len(plain)))].strip()}"

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


@pytest.fixture
def long_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues_module, "catalogue", lambda _language: LongWords())


def pdf_of(source: ReportSource, sheet: Sheet = "clinical", language: Language = "en", **more: bool) -> bytes:
    return typeset_report(source, ReportOptions(sheet, language, **more)).pdf()


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("source", EVERY.values(), ids=EVERY)
def test_every_session_fits_its_pages_and_nothing_lies_outside(
    source: Callable[[], ReportSource], sheet: Sheet
) -> None:
    pages = read_pages(pdf_of(source(), sheet))
    assert 1 <= len(pages) <= MOST_PAGES[sheet]
    for page in pages:
        assert (round(page.width), round(page.height)) == (595, 842)  # A4
        assert page.boxes
        for left, bottom, right, top in page.boxes:
            assert left >= 20
            assert right <= page.width - 20
            assert bottom >= 20
            assert top <= page.height - 20


@pytest.mark.usefixtures("long_words")
@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("source", [ordinary, worst], ids=["ordinary", "worst"])
def test_words_half_as_long_again_still_fit(source: Callable[[], ReportSource], sheet: Sheet) -> None:
    pages = read_pages(pdf_of(source(), sheet, **FULL))
    assert len(pages) <= MOST_PAGES[sheet]
    assert all(right <= page.width - 20 for page in pages for _left, _bottom, right, _top in page.boxes)


@pytest.mark.parametrize(("more", "n_pages", "earlier"), [(1.0, 1, (1, 2)), (2.0, 2, (0,))])
def test_the_patients_sheet_leaves_out_earlier_sessions_before_it_takes_a_second_page(
    monkeypatch: pytest.MonkeyPatch, more: float, n_pages: int, earlier: tuple[int, ...]
) -> None:
    monkeypatch.setattr(catalogues_module, "catalogue", lambda _language: LongWords(more))
    source = replace(ordinary(), earlier=tuple(before(1) for _ in range(3)))
    made = typeset_report(source, ReportOptions("patient"))
    assert sum(not row["now"] for row in made.values["earlier"]["rows"]) in earlier
    assert made.values["size_pt"] >= 14
    pages = read_pages(made.pdf())
    assert len(pages) == n_pages
    said = " ".join(" ".join(page.text.split()) for page in pages)
    assert "If something hurts or worries you, tell your therapist." in said  # the last words


def test_a_result_without_a_channel_has_a_sheet_that_says_so() -> None:
    assert "No EMG channel was found in this recording." in words_of(pdf_of(source_of(review_of([]))))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_page_says_what_it_is_of(sheet: Sheet, language: Language) -> None:
    source = ordinary()
    result = source.review.result
    assert result is not None
    pages = read_pages(pdf_of(source, sheet, language))
    for number, page in enumerate(pages, start=1):
        said = " ".join(page.text.split())
        assert result.file_sha256[:16] in said
        assert SOFTWARE_VERSION in said
        assert result.pipeline_version in said
        assert parameter_set_id(result.parameters) in said
        assert "P001S001" in said
        assert "UTC+01:00" in said
        assert re.search(rf"\b{number} \w+ {len(pages)}\b", said), said[-80:]


def test_the_whole_hash_and_every_item_stand_on_the_clinical_sheet() -> None:
    source = ordinary()
    said = words_of(pdf_of(source))
    assert source.review.result is not None
    assert source.review.result.file_sha256 in said.replace(" ", "")
    for item in (
        "Muscle",
        "Electrode placement",
        "Onset and offset",
        "Language of the effort scale",
        "Time and zone",
    ):
        assert item in said
    assert "14 of 25 items recorded" in said


def test_a_session_that_nobody_reviewed_is_a_draft_on_every_page() -> None:
    for sheet in SHEETS:
        for page in read_pages(pdf_of(ordinary(), sheet)):
            assert "Draft – not reviewed" in page.text


def test_a_reviewed_session_says_by_whom_instead() -> None:
    said = words_of(pdf_of(reviewed()))
    assert "Draft" not in said
    assert "Reviewed by Dr Peeters, 11 Mar 2025, 10:00 (UTC+01:00)" in said


def test_the_printed_steps_add_up_to_the_printed_score() -> None:
    values = typeset_report(ordinary(), ReportOptions()).values
    score = values["result"]["score"]
    costs = [step["cost"] for step in score["steps"] if step["kind"] == "lost"]
    lost = sum(float(cost.replace("−", "-")) for cost in costs)
    assert len(costs) == 7
    assert 100 + lost == pytest.approx(float(score["total"]), abs=1e-9)


def test_what_the_legs_lack_is_said_once_in_the_readers_language() -> None:
    for source in (without_any_mvc(), one_leg_not_judged()):
        notes = typeset_report(source, ReportOptions()).values["result"]["score"]["notes"]
        assert notes
        assert not [note for note in notes if note.startswith(("Left", "Right"))]


def test_manual_edits_name_who_what_and_why() -> None:
    said = words_of(pdf_of(ordinary()))
    assert re.search(r"Dr Peeters Left 51\.00–53\.50 ?s rejected artefact", said)


def test_what_finds_no_room_is_counted_not_dropped_in_silence() -> None:
    said = words_of(pdf_of(worst()))
    assert "more edits are in the program." in said
    assert "A note is shortened; the whole text is in the program." in said
    assert "3 more notes are in the program." in said
    assert "more findings are in the program." in said


def test_untrusted_text_stays_text() -> None:
    said = words_of(pdf_of(worst()))
    assert "Ein #sehr *langer* $Text$ <b>ohne</b> Ende." in said


def test_the_name_is_printed_only_where_it_was_asked_for() -> None:
    source = worst()
    assert "Jean-Baptiste" not in words_of(pdf_of(source))
    assert "Jean-Baptiste" in words_of(pdf_of(source, include_name=True))
    assert "Jean-Baptiste" in words_of(pdf_of(source, "patient", include_name=True))


def test_a_missing_recording_leaves_a_report_that_says_so() -> None:
    gone = replace(ordinary(), traces=(), no_traces="The file is no longer in the bucket.")
    said = words_of(pdf_of(gone))
    assert "The signals are not drawn: The file is no longer in the bucket." in said
    assert "Score of 100: 77.8" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_a_pdf_is_tagged_archivable_and_names_its_language(sheet: Sheet, language: Language) -> None:
    pdf = pdf_of(ordinary(), sheet, language)
    assert f"/Lang({language})".encode() in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"<pdfuaid:part>1<" in pdf
    assert b"<pdfaid:part>2<" in pdf


def test_the_same_session_gives_the_same_bytes() -> None:
    assert pdf_of(ordinary()) == pdf_of(ordinary())


@pytest.mark.parametrize("sheet", SHEETS)
def test_decimal_sign_and_dates_follow_the_sheets_language(sheet: Sheet) -> None:
    dutch, english = words_of(pdf_of(ordinary(), sheet, "nl")), words_of(pdf_of(ordinary(), sheet, "en"))
    if sheet == "clinical":
        assert "77,8" in dutch
        assert "77.8" in english
        assert "10 mrt 2025" in dutch
    else:
        assert "maandag 10 maart 2025" in dutch
        assert "Monday 10 March 2025" in english


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_no_english_is_left_of_the_sheets_own_words(sheet: Sheet, language: Language) -> None:
    for source in (reviewed(), without_any_mvc(), one_leg_not_judged(), failed()):
        said = words_of(pdf_of(source, sheet, language))
        for word in (
            "expected",
            "held",
            "recorded",
            "repetitions",
            "reviewed",
            "page 1 of",
            "Next time",
            "leg",
            "and",
        ):
            assert not re.search(rf"\b{word}\b", said), f"{word}: {said}"


def test_amplitude_is_never_called_strength_or_force() -> None:
    said = words_of(pdf_of(ordinary()))
    assert "EMG amplitude" in said
    assert not re.search(r"\bstrength\b", said, re.IGNORECASE)
    assert re.findall(r"(.{0,24})\bforce\b", said) == ["ude is not a measure of "]


def test_no_word_of_the_scores_jargon_is_on_the_patients_sheet() -> None:
    said = words_of(pdf_of(reviewed(), "patient")).lower()
    for word in ("score", "mvc", "emg", "µv", "compliance", "symmetry", "contraction"):
        assert word not in said, word
