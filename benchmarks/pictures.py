"""Take the pictures of the documentation again: the running product with invented patients, light theme.

``python -m benchmarks.pictures`` starts it in a folder of its own, with the demonstration and a patient whose sessions
end today, and writes ``docs/images/*.png``, cropped, with at most 256 colours. Look at them before keeping them.
``python -m benchmarks.pictures today review`` takes some of them.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.pictures_course import CROSSED, announce_course
from tests.browser.conftest import LAUNCH_ARGS, ROOT, wait_idle
from tests.chromium import find_chromium
from tests.running_stack import RunningStack

IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 200_000
WIDTH_PX, HEIGHT_PX = 1280, 950
MARGIN_PX = 14  # beside what is shown
ABOVE_PX, BELOW_PX = 8, 4
HEADING, TOP, SHEET = "h1, h2, h3", "", "[data-testid=stImage] img"


def _nothing(page: Page) -> None:
    """Leave the page as it was opened."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of a page: from the top of one element to the top, or the bottom, of another.

    ``first`` and ``until`` are selectors, keys of containers, or ``text=...``; ``TOP`` is the page's top with the menu.
    No ``until`` is the end of the page.
    """

    name: str
    path: str
    first: str = HEADING
    until: str = ""
    including: bool = False
    prepare: Callable[[Page], None] = _nothing


def _reject_one(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(skip_next )?Next")).first.click()
    wait_idle(page)
    page.get_by_role("button", name=re.compile("Reject")).first.click()
    page.get_by_text("Your last change").wait_for()
    wait_idle(page)


def _export(page: Page) -> None:
    page.get_by_test_id("stPopover").filter(has_text="Export").get_by_role("button").first.click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Excel").wait_for()
    page.wait_for_timeout(500)


def _patient_sheet(page: Page) -> None:
    page.get_by_text("Patient", exact=True).first.click()
    page.wait_for_timeout(1500)
    wait_idle(page)


SCORE, TRUST = "text=Why this score?", "text=Can the signals be trusted?"
P001S002 = "/review?session=P001S002"
PICTURES = (
    Picture("today", "/", until="today-row-P001", including=True),
    Picture("inbox", "/inbox", until=f"text=Open {CROSSED}S009", including=True),
    Picture("upload", "/upload", until="text=No sign-in:"),
    Picture("session-review", P001S002, first=TOP, until="text=From (s)"),
    Picture("review", P001S002, until=SCORE),
    Picture("quality", "/review?session=P002S002", until="text=From (s)"),
    Picture("score", P001S002, first=SCORE, until=TRUST),
    Picture("not-recorded", "/review?session=P002S001", first=SCORE, until=TRUST),
    Picture("inspector", "/inspector?session=P001S002", until="text=Were they held long enough?"),
    Picture("timeline", f"/patient?patient={CROSSED}", until="text=Show as table"),
    Picture("compare", "/compare?a=P001S001&b=P001S002", until="text=The typical contraction"),
    Picture("report", "/report?session=P001S002", until=SHEET, including=True),
    Picture(
        "report-patient", "/report?session=P001S002", until=SHEET, including=True, prepare=_patient_sheet
    ),
    Picture("export", P001S002, first="[data-testid=stPopoverBody]", prepare=_export),
    Picture(
        "correction", "/review?session=P001S001", first="text=Why rejected", until=SCORE, prepare=_reject_one
    ),
)


def main(names: Iterable[str]) -> int:
    """Take the named pictures, or all; 1 if one of them is too large."""
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    IMAGES.mkdir(exist_ok=True)
    too_large = False
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
        RunningStack(Path(folder), demo=True) as stack,
        sync_playwright() as playwright,
    ):
        stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
        announce_course(stack)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGS)
        for picture in wanted:
            size = _take(browser.new_page(**_CLINIC), stack.dashboard_url, picture)
            print(f"{picture.name}.png {size / 1000:.0f} kB", flush=True)
            too_large |= size > MAX_BYTES
        browser.close()
    return int(too_large)


_CLINIC = {
    "viewport": {"width": WIDTH_PX, "height": HEIGHT_PX},
    "color_scheme": "light",
    "reduced_motion": "reduce",
    "locale": "en-GB",
    "timezone_id": "Europe/Brussels",
}


def _take(page: Page, url: str, picture: Picture) -> int:
    """Open, prepare, crop and write one picture; return its size in bytes."""
    page.goto(url + picture.path)
    page.locator("h1, h2, h3").first.wait_for()
    wait_idle(page, 60_000)
    picture.prepare(page)
    wait_idle(page, 60_000)
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH_PX, "height": max(HEIGHT_PX, int(tall) + 16)})
    page.wait_for_timeout(800)  # the charts follow the new size
    wait_idle(page, 60_000)
    shot = Image.open(io.BytesIO(page.screenshot()))
    path = IMAGES / f"{picture.name}.png"
    cropped = shot.convert("RGB").crop(_box(page, picture, shot.size))
    cropped.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
    page.close()
    return path.stat().st_size


def _box(page: Page, picture: Picture, size: tuple[int, int]) -> tuple[int, int, int, int]:
    if "PopoverBody" in picture.first:
        box = _found(page, picture.first).bounding_box()
        assert box is not None
        left, top = int(box["x"]) - MARGIN_PX, int(box["y"]) - MARGIN_PX
        return left, top, left + int(box["width"]) + 2 * MARGIN_PX, top + int(box["height"]) + 2 * MARGIN_PX
    top, bottom = 0, size[1]
    if picture.first:
        top = int(_box_of(page, picture.first)[0]) - ABOVE_PX
    if picture.until:
        above, below = _box_of(page, picture.until)
        bottom = int(below) + MARGIN_PX if picture.including else int(above) - BELOW_PX
    left, right = (0, size[0]) if not picture.first else _block(page)
    return left, max(top, 0), right, min(bottom, size[1])


def _block(page: Page) -> tuple[int, int]:
    block = page.locator("[data-testid=stMainBlockContainer]")
    box = block.bounding_box()
    assert box is not None
    free = float(block.evaluate("(each) => parseFloat(getComputedStyle(each).paddingLeft)"))
    padding = max(0, int(free) - MARGIN_PX)
    return int(box["x"]) + padding, int(box["x"] + box["width"]) - padding


def _box_of(page: Page, what: str) -> tuple[float, float]:
    box = _found(page, what).bounding_box()
    assert box is not None, f"{what} is not on the page"
    return box["y"], box["y"] + box["height"]


def _found(page: Page, what: str) -> Locator:
    main = page.locator("[data-testid=stMain]")
    if what.startswith("text="):
        return main.get_by_text(what.removeprefix("text=")).first
    if "-row-" in what or what.endswith("-table"):
        return main.locator(f".st-key-{what}").first
    return page.locator(what).locator("visible=true").first


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
