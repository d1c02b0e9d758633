"""Keeps the catalogues: ``python -m processing.language.messages`` finds every word and says what is not translated.

``--fill fr FILE.json`` puts translations in: a JSON object from the English key to the translation, to a list of forms
for a plural. The key of a word with a context is ``context|key``.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from processing.language.core_sentences import MORE_SENTENCES
from processing.language.extraction import core_templates, marked_words, python_files
from processing.language.sentences import CORE

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "catalogues"
TRANSLATED = ("fr", "nl")
# Nobody reads them on a page: commands, logs, metrics, and what marks its words itself.
_NOT_CORE = (
    "cli", "demo", "exports", "language", "reports", "supervisor", "services/cache_metrics", "jobs/metrics",
    "database/embedded", "database/migrations", "database/older", "database/conninfo", "database/json_values",
    "notifications", "c3d/wire",
    "shared_cache", "use_cases/cache_report", "use_cases/second_level",
    "database/dump", "database/erasure", "services/backup", "services/configuration", "services/environment",
    "services/erasure", "services/opening", "sign_in/tokens", "storage/__init__", "storage/names", "webhooks",
    "use_cases/older",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """What one language lacks: keys without a translation, keys that only seem to fit, placeholders that differ."""

    untranslated: tuple[str, ...]
    fuzzy: tuple[str, ...]


def extracted() -> Catalog:
    """Return a catalogue of every key that the pages and the core use, with the files that use it."""
    catalog = Catalog(project="GHOSTLY EMG review")
    for path in python_files(ROOT / "pages", ROOT / "processing", ROOT / "webhook_listener"):
        name = path.relative_to(ROOT).as_posix()
        source = path.read_bytes()
        for ids, context in marked_words(source.decode("utf-8")):
            catalog.add(ids, locations=[(name, 1)], context=context)
        if _is_core(name):
            for template in core_templates(source.decode("utf-8")):
                catalog.add(template, locations=[(name, 1)], context=CORE)
    for path in (ROOT / "app.py",):
        for ids, context in marked_words(path.read_text(encoding="utf-8")):
            catalog.add(ids, locations=[(path.name, 1)], context=context)
    for template in MORE_SENTENCES:
        catalog.add(template, locations=[("processing/language/core_sentences.py", 1)], context=CORE)
    return catalog


def _is_core(name: str) -> bool:
    return name.startswith("processing/") and not name.removeprefix("processing/").startswith(_NOT_CORE)


def read_catalog(language: str) -> Catalog:
    """Return one language's catalogue as it is stored, an empty one where there is none yet."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str, template: Catalog, *, prune: bool = False) -> Catalog:
    """Bring one language's catalogue in line with what is used now; ``prune`` drops what no word uses any more."""
    with _alone():
        catalog = read_catalog(language)
        for once in [*catalog.obsolete.values()]:  # a sentence that came back finds its translation
            if catalog.get(_first(once), once.context) is None and _is_translated(once):
                catalog.add(once.id, once.string, context=once.context)
        catalog.obsolete.clear()
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        if prune:
            catalog.obsolete.clear()
        _write(language, catalog)
    return catalog


def fill(language: str, translations: dict[str, str | list[str]]) -> list[str]:
    """Put translations into one language's catalogue; return the keys that it does not hold."""
    unknown = []
    with _alone():
        catalog = read_catalog(language)
        for key, said in translations.items():
            context, bar, plain = key.partition("|")
            message = (catalog.get(plain, context) if bar else None) or catalog.get(key)
            if message is None:
                unknown.append(key)
                continue
            message.string = tuple(said) if isinstance(said, list) else _spaced(_first(message), said)
        _write(language, catalog)
    return unknown


def _spaced(key: str, said: str) -> str:
    """Begin and end a translation with the spaces of its key: part of a sentence stays one."""
    before, after = key[: len(key) - len(key.lstrip())], key[len(key.rstrip()) :]
    return f"{before}{said.strip()}{after}"


def missing(catalog: Catalog) -> Missing:
    """Return what a catalogue lacks."""
    entries = [entry for entry in catalog if entry.id]
    return Missing(
        tuple(key_of(entry) for entry in entries if not _is_translated(entry)),
        tuple(key_of(entry) for entry in entries if entry.fuzzy),
    )


def key_of(message: Message) -> str:
    """Return a message's key as ``--fill`` takes it."""
    return f"{message.context}|{_first(message)}" if message.context else _first(message)


def _first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms) and bool(forms)


def _write(language: str, catalog: Catalog) -> None:
    catalog.fuzzy, catalog.project, catalog.version = False, "GHOSTLY EMG review", "1"
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = "see docs/languages.md"
    for entry in catalog:
        entry.flags.discard("python-format")  # a percent sign in a sentence is one
    catalog.header_comment = (
        f"# GHOSTLY EMG review: {language}. Keys are the English sentences; see docs/languages.md."
    )
    target = FOLDER / f"{language}.po"
    made = BytesIO()
    write_po(made, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)
    target.with_suffix(".po.new").write_bytes(made.getvalue())
    target.with_suffix(".po.new").replace(target)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one program at a time change the catalogues."""
    with (FOLDER / "__init__.py").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Update the catalogues, or fill one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fill", nargs=2, metavar=("LANGUAGE", "FILE"), help="put translations in")
    parser.add_argument("--prune", action="store_true", help="forget translations that nothing uses any more")
    parser.add_argument("--list", metavar="LANGUAGE", help="print what is not translated, as JSON to fill in")
    arguments = parser.parse_args()
    template = extracted()
    catalogs = {language: update(language, template, prune=arguments.prune) for language in TRANSLATED}
    if arguments.fill:
        language, path = arguments.fill
        for key in fill(language, json.loads(Path(path).read_text(encoding="utf-8"))):
            print(f"not used anywhere: {key}", file=sys.stderr)
        catalogs[language] = read_catalog(language)
    if arguments.list:
        print(json.dumps(_to_fill(catalogs[arguments.list]), ensure_ascii=False, indent=0))
        return 0
    for language, catalog in catalogs.items():
        lacks = missing(catalog)
        print(
            f"{language}: {len(catalog)} keys, {len(lacks.untranslated)} not translated, {len(lacks.fuzzy)} doubtful"
        )
    return 0


def _to_fill(catalog: Catalog) -> dict[str, str | list[str]]:
    return {
        key_of(entry): list(entry.id) if isinstance(entry.id, tuple | list) else ""
        for entry in catalog
        if entry.id and not _is_translated(entry)
    }


if __name__ == "__main__":
    sys.exit(main())
