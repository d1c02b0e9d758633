"""Files as a clinician handles them: brought, found, explained, swapped. Each test prints how long the person waits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.builders import make_c3d
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.evidence]

Visit = Callable[[str], Page]
LONG = {"duration_s": 175.0, "contractions_s": [(5.0 + 12 * i, 7.6 + 12 * i) for i in range(14)]}


@pytest.fixture(scope="module")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A product of these tests' own: they bring so many files that others would not find theirs on the first page."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
        yield stack


@contextmanager
def timed(statement: str, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Print how long the block took."""
    begin = time.perf_counter()
    yield
    with capsys.disabled():
        print(f"\n{statement}: {time.perf_counter() - begin:.2f} s")


def _file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_a_file_is_looked_at_in_one_step_and_nothing_is_stored(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    data = make_c3d(**LONG)
    page = visit(f"{demo_stack.dashboard_url}/upload")
    before = len(demo_stack.sessions())
    with timed("3 look-only, 175 s file, from the choice of the file to both legs drawn", capsys):
        page.locator("input[type=file]").set_input_files([_file("game.c3d", data)])
        expect(page.get_by_role("heading", name="Why this score?")).to_be_visible(timeout=20_000)
        page.wait_for_function("() => document.querySelector('.emg-chart')?.dataset.drawn")
    wait_idle(page)
    expect(page.get_by_text("L ●").first).to_be_visible()
    expect(page.get_by_text("R ▲").first).to_be_visible()
    keep_picture(page, "upload-look-only")
    assert len(demo_stack.sessions()) == before


def test_of_twenty_files_one_that_is_damaged_leaves_nineteen_results_and_one_reason(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        _file(f"game-{n:02d}.c3d", make_c3d(contractions_s=[(2.0 + n / 50, 4.5)], seed=n)) for n in range(19)
    ]
    files.insert(7, _file("damaged.c3d", make_c3d()[:-2000]))
    page = visit(f"{demo_stack.dashboard_url}/upload")
    page.get_by_text("Save to a patient").first.click()
    code = page.get_by_role("combobox", name="Patient code")
    code.fill("P081")
    code.press("Enter")
    wait_idle(page)
    with timed("4 twenty files chosen, each with its state", capsys):
        page.locator("input[type=file]").set_input_files(files)
        expect(page.get_by_role("button", name="Save 19 of 20 files")).to_be_visible(timeout=40_000)
    reason = page.get_by_text("The recording is cut short")
    expect(reason).to_have_count(1)
    with timed("4 nineteen files saved", capsys):
        page.get_by_role("button", name="Save 19 of 20 files").click()
        expect(page.get_by_role("heading", name="19 of 20 files saved")).to_be_visible(timeout=40_000)
    demo_stack.wait_for({f"P081S{n:03d}" for n in range(1, 20)})
    expect(page.get_by_text("Waiting", exact=True)).to_have_count(0, timeout=15_000)
    keep_picture(page, "upload-twenty-files")
    assert sum(s["code"].startswith("P081") for s in demo_stack.sessions()) == 19


def test_a_file_that_lands_in_the_bucket_is_in_the_inbox_and_becomes_ready_by_itself(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/inbox")
    data = make_c3d(**LONG, seed=82)
    stored = demo_stack.put("P082/landed.c3d", data)
    row = page.locator("[class*=st-key-inbox-row]").filter(has_text="landed.c3d")
    begin = time.perf_counter()
    assert demo_stack.announce(stored).status_code == 202
    expect(row).to_be_visible(timeout=15_000)
    seen_s = time.perf_counter() - begin
    expect(row.get_by_text("Ready").first).to_be_visible(timeout=20_000)
    with capsys.disabled():
        print(
            f"\n5 in the Inbox after {seen_s:.2f} s, ready after {time.perf_counter() - begin:.2f} s (175 s file)"
        )
    keep_picture(page, "inbox-arrived")


def test_a_file_of_nobody_is_assigned_from_the_inbox(visit: Visit, demo_stack: RunningStack) -> None:
    stored = demo_stack.put("unknown/of-nobody.c3d", make_c3d(seed=83))
    assert demo_stack.announce(stored).status_code == 202
    page = visit(f"{demo_stack.dashboard_url}/inbox")
    row = page.locator("[class*=st-key-inbox-row]").filter(has_text="of-nobody.c3d")
    expect(row.get_by_text("Needs a patient").first).to_be_visible(timeout=10_000)
    keep_picture(page, "inbox-of-nobody")
    row.get_by_role("button", name="Assign patient").click()
    code = page.get_by_role("combobox", name="Patient code")
    code.fill("P083")
    code.press("Enter")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(row.get_by_role("link", name="Open P083S001")).to_be_visible(timeout=10_000)
    demo_stack.wait_for({"P083S001"})


def test_the_score_s_costs_lead_from_100_to_the_score_shown_and_to_their_contractions(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/review?session=P001S001")
    steps = page.evaluate(
        """() => [...document.querySelectorAll('.emg-chart')].map((c) => c.layout?.annotations?.map((a) => a.text))
            .find((texts) => texts?.includes('<b>Score</b>'))"""
    )
    costs = [float(text.replace("−", "")) for text in steps if re.fullmatch(r"−\d+\.\d", text)]
    (total,) = [float(m[1]) for text in steps if (m := re.fullmatch(r"<b>(\d+\.\d)</b>", text))]
    assert round(100 - sum(costs), 1) == total
    button = page.get_by_role("button", name=re.compile("not strong enough|contractions done")).first
    with timed("15/16 from a cost to its contraction in the signals", capsys):
        button.click()
        page.wait_for_url(re.compile("[?&]at="))
    wait_idle(page)
    expect(page.get_by_text(re.compile(r"\(1 of \d+\)")).first).to_be_visible()
    keep_picture(page, "score-evidence")


def test_other_targets_are_tried_beside_those_that_count_and_forgotten(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/review?session=P001S002")
    before = next(s for s in demo_stack.sessions() if s["code"] == "P001S002")
    page.get_by_role("button", name="What if…").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("No contraction changes class.")).to_be_visible()
    drawer.get_by_role("button", name="1 s", exact=True).scroll_into_view_if_needed()
    took_ms = page.evaluate(
        """async () => {
            const drawer = document.querySelector('[role=dialog]');
            const buttons = [...drawer.querySelectorAll('button')];
            const button = buttons.find((b) => b.innerText.trim() === '60 % MVC and 1 s');
            const values = () => [...drawer.querySelectorAll('input')].map((i) => i.value).join();
            const texts = () => drawer.querySelector('[data-testid=stTable]').innerText;
            const [value, text] = [values(), texts()];
            const begin = performance.now();
            button.click();
            while (values() === value || texts() === text) {
                if (performance.now() - begin > 5000) return -1;
                await new Promise(requestAnimationFrame);
            }
            return performance.now() - begin;
        }"""
    )
    with capsys.disabled():
        print(f"\n17 what-if, both judgements redrawn: {took_ms:.0f} ms")
    assert took_ms > 0
    keep_picture(page, "what-if")
    drawer.get_by_role("button", name="Close without saving").click()
    expect(drawer).to_have_count(0)
    after = next(s for s in demo_stack.sessions() if s["code"] == "P001S002")
    assert after == before


def test_left_and_right_are_swapped_and_everything_follows(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/review?session=P001S001")
    title = page.get_by_role("heading", level=1)
    before = title.inner_text()
    counts = dict(re.findall(r"(Left|Right): (\d+ of \d+)", before))
    assert counts["Left"] != counts["Right"]
    page.get_by_role("button", name="Legs").click()
    with timed("19 swap confirmed, everything recomputed and redrawn", capsys):
        page.get_by_role("button", name="Swap left and right").click()
        expect(page.get_by_text("Right · CH1 Raw")).to_be_visible(timeout=10_000)
    wait_idle(page)
    keep_picture(page, "side-map-swapped")
    after = dict(re.findall(r"(Left|Right): (\d+ of \d+)", title.inner_text()))
    assert after == {"Left": counts["Right"], "Right": counts["Left"]}
    page.get_by_role("button", name="Legs").click()
    expect(page.get_by_text(re.compile("said by Local clinician"))).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Swap left and right").click()
    expect(page.get_by_text("Left · CH1 Raw")).to_be_visible(timeout=10_000)
    expect(title).to_have_text(before)
