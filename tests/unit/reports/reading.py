"""A PDF as a reader has it: its words, where they stand, and the pages as grey pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pypdfium2
from numpy.typing import NDArray


@dataclass(frozen=True)
class Page:
    """One page: its text, the boxes of its words in points (left, bottom, right, top), and its size."""

    text: str
    boxes: list[tuple[float, float, float, float]]
    width: float
    height: float


def read_pages(pdf: bytes) -> list[Page]:
    """Return what a reader's program finds on each page."""
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        words = page.get_textpage()
        boxes = [words.get_rect(i) for i in range(words.count_rects())]
        pages.append(Page(words.get_text_range().replace("\r\n", "\n"), boxes, *page.get_size()))
        words.close()
        page.close()
    document.close()
    return pages


def words_of(pdf: bytes) -> str:
    """Return all words of a PDF with single blanks; thin and unbreakable ones are blanks too."""
    return " ".join(" ".join(page.text for page in read_pages(pdf)).split())


def grey_pages(pdf: bytes, *, dpi: float = 72.0) -> list[NDArray[np.float64]]:
    """Return each page as printed on a grey printer: 0 is black, 255 white."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [
        np.asarray(page.render(scale=dpi / 72, grayscale=True).to_numpy(), dtype=np.float64).squeeze()
        for page in document
    ]
    document.close()
    return pages
