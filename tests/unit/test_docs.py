"""The documentation site: it builds strictly, shows what it links to, and fetches nothing from anywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pages._components.keys_help import KEYS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MAX_PICTURE_BYTES = 200_000


class _Parts(HTMLParser):
    """What a page links to and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.pictures: list[dict[str, str]] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.loaded.append(given["href"])
        elif "src" in given:
            self.loaded.append(given["src"])
        if tag == "img":
            self.pictures.append(given)


def _build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _copy(folder: Path) -> Path:
    shutil.copytree(DOCS, folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = _copy(tmp_path_factory.mktemp("docs"))
    built = _build(folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@cache
def _parts(page: Path) -> _Parts:
    parts = _Parts()
    parts.feed(page.read_text())
    return parts


def _pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if page.name != "404.html"]


def test_every_page_of_the_documentation_is_built(site: Path) -> None:
    written = {page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")}
    assert {page.relative_to(site) for page in _pages(site)} == written


def test_every_page_is_reached_from_the_menu(site: Path) -> None:
    menu = (ROOT / "zensical.toml").read_text()
    missing = [page for page in DOCS.rglob("*.md") if f'"{page.relative_to(DOCS)}"' not in menu]
    assert missing == []


def test_a_link_to_a_page_that_does_not_exist_stops_the_build(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    page = folder / "docs" / "operate.md"
    page.write_text(page.read_text() + "\n[gone](no-such-page.md)\n")
    built = _build(folder)
    assert built.returncode != 0
    assert "does not exist" in built.stdout + built.stderr


def test_links_and_pictures_of_the_built_pages_are_there(site: Path) -> None:
    broken = []
    for page in _pages(site):
        for address in (*_parts(page).links, *_parts(page).loaded):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            there = target.is_file() and target.is_relative_to(site)
            anchored = not parts.fragment or target.suffix != ".html" or parts.fragment in _parts(target).ids
            if not (there and anchored):
                broken.append((str(page.relative_to(site)), address))
    assert broken == []


def test_a_reader_fetches_nothing_from_another_server(site: Path) -> None:
    foreign = [
        (page.name, address)
        for page in _pages(site)
        for address in _parts(page).loaded
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc
    ]
    assert foreign == []


def test_every_picture_says_in_words_what_it_shows(site: Path) -> None:
    silent = [
        (page.name, picture["src"])
        for page in _pages(site)
        for picture in _parts(page).pictures
        if len(picture.get("alt", "")) < 20
    ]
    assert silent == []


def test_pictures_are_small_and_used(site: Path) -> None:
    words = "".join(page.read_text() for page in DOCS.rglob("*.md"))
    for picture in (DOCS / "images").iterdir():
        assert f"images/{picture.name}" in words, f"{picture.name} is on no page"
        assert picture.stat().st_size <= MAX_PICTURE_BYTES, f"{picture.name} is too large"


def test_no_text_of_a_table_is_lost_as_markup(site: Path) -> None:
    (braces,) = re.findall(r"answers \{200: [^}]*\}", (DOCS / "faults.md").read_text())
    assert braces in (site / "faults.html").read_text()


def test_the_page_of_keys_has_every_key_of_the_product() -> None:
    table = (DOCS / "clinicians" / "keys.md").read_text()
    shown = set(re.findall(r"<kbd>(.+?)</kbd>", table))
    for keys, _does in KEYS:
        for key in re.split(r", | or | \+ |(?<=[←↑]) ", keys):
            assert key in shown, f"{key} of '{keys}' is not in docs/clinicians/keys.md"
