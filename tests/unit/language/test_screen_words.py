"""Every word that a reader sees goes through the catalogues, at the moment when it is shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.unit.language.screen_words import shown_words

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted(path for path in (ROOT / "pages").rglob("*.py") if "__pycache__" not in path.parts)
SPOKEN = [*PAGES, ROOT / "app.py", *sorted((ROOT / "processing").rglob("*.py"))]
# Said to programs, not to people: the answers of the sign-in routes, headers, names of keys.
SILENT_FILES = {"pages/_components/sign_in/routes.py", "pages/_components/sign_in/cookie.py"}
ALLOWED = {"Excel", "MATLAB", "Tab"}
# Fields that hold what somebody typed or chose; buttons and links hold nothing.
FIELDS = {
    "text_input", "text_area", "number_input", "selectbox", "multiselect", "date_input", "time_input", "radio",
    "segmented_control", "pills", "checkbox", "toggle", "slider", "select_slider", "file_uploader",
}  # fmt: skip


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_word_of_a_page_is_left_in_english() -> None:
    left = [
        f"{_name(path)}:{found.line} {found.text!r}"
        for path in PAGES
        if _name(path) not in SILENT_FILES
        for found in shown_words(path.read_text(encoding="utf-8"))
        if found.text not in ALLOWED
    ]
    assert not left, "\n".join(left)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('st.button("Save")', ["Save"]),
        ('st.button(_("Save"))', []),
        ('st.text_input(_("Site"), placeholder="not recorded")', ["not recorded"]),
        ('st.markdown(f"{n} of them")', ["\0 of them"]),
        ('st.markdown(_("{n} of them").format(n=n))', []),
        ('figure = {"title": {"text": "Hour of the day"}}', ["Hour of the day"]),
        ('st.button(_("Save"), icon=":material/save:", key="inbox:save")', []),
        ('"""Say something in a docstring."""', []),
    ],
)
def test_the_search_finds_what_a_reader_would_see(source: str, found: list[str]) -> None:
    assert [each.text for each in shown_words(source)] == found


def _is_late(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether something is evaluated when a function runs, not when its module is imported."""
    here = node
    while here in parents:
        above = parents[here]
        if isinstance(above, ast.Lambda) and here is above.body:
            return True
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and here in above.body:
            return True
        here = above
    return False


def test_nothing_is_translated_while_modules_are_imported() -> None:
    early = []
    for path in SPOKEN:
        if path.parent == ROOT / "pages" and path.name != "__init__.py":
            continue  # a page's script runs anew for each reader
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in {"_", "ngettext", "pgettext", "gettext", "sentence"} and not _is_late(
                node, parents
            ):
                early.append(f"{_name(path)}:{node.lineno}")
    assert not early, "\n".join(early)


def test_no_sentence_is_filled_in_before_it_is_looked_up() -> None:
    filled = [
        f"{_name(path)}:{node.lineno}"
        for path in SPOKEN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"_", "N_", "ngettext", "pgettext"}
        and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[:2])
    ]
    assert not filled, "\n".join(filled)


def test_a_field_keeps_what_was_typed_when_the_language_changes() -> None:
    """A field without a key is another field once its label is in another language."""
    keyless = [
        f"{_name(path)}:{node.lineno}"
        for path in PAGES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in FIELDS
        and not any(keyword.arg in (None, "key") for keyword in node.keywords)
    ]
    assert not keyless, "\n".join(keyless)


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _within(scope: ast.AST) -> list[ast.AST]:
    """Return the nodes of a scope; comprehensions inside it have names of their own."""
    found, open_nodes = [], list(ast.iter_child_nodes(scope))
    while open_nodes:
        node = open_nodes.pop()
        found.append(node)
        if not isinstance(node, COMPREHENSIONS):
            open_nodes += ast.iter_child_nodes(node)
    return found


def test_the_translator_s_name_is_not_taken_for_something_else() -> None:
    taken = []
    for path in SPOKEN:
        source = path.read_text(encoding="utf-8")
        if "gettext as _\n" not in source:
            continue
        for scope in ast.walk(ast.parse(source)):
            if not isinstance(scope, (ast.FunctionDef, *COMPREHENSIONS)):
                continue
            names = [node for node in _within(scope) if isinstance(node, ast.Name) and node.id == "_"]
            stored = [node for node in names if isinstance(node.ctx, ast.Store)]
            if stored and len(stored) < len(names):
                taken.append(f"{_name(path)}:{stored[0].lineno}")
    assert not taken, "\n".join(taken)
