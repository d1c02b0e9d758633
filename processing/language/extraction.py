"""Finds what has to be translated: marked words in the pages, and the sentences that the core builds.

A page marks its words (``_("...")``). The core speaks plain English and marks nothing: here its source is read, and
every sentence that it can say becomes a template, with ``{name}`` where a value is filled in. A choice within a
sentence (``"spike" if n == 1 else "spikes"``) gives a template for each.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_MOST_VARIANTS = 24
# Said to operators and in logs, or not said at all.
_SILENT_CALLS = re.compile(r"^(log|logger|logging|structlog|re|warnings)$")
_SILENT_NAMES = re.compile(r"(^|_)(debug|info|warning|error|exception|execute|compile|Field|SettingsError)$")
_CODE = re.compile(
    r"(?i)^\s*(select|insert|update|delete|with|create|alter|grant|revoke|set|begin|lock|notify|listen|do|drop|and|or"
    r"|where|order|from|on conflict|join|limit|copy|explain)\b.*[=(,;*_\n]|\n|^[\W\d_]*$"
)
_LIST_OF_NAMES = re.compile(r"^\w+(, \w+)+$|^import |^select |^\w\.|^bytes \d")
_LETTERS = re.compile(r"[A-Za-zµ]{2}")


@dataclass
class _Scope:
    """What is known of the names of one function: the texts that each may hold."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


_MARKS = {"_": 1, "N_": 1, "gettext": 1, "mark": 1, "ngettext": 2, "pgettext": 2}


def marked_words(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """Yield the key of each marked word, both forms of a plural, and its context; also those within f-strings."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = _call_name(node)[0]
        given = [each.value for each in node.args[: _MARKS.get(name, 0)] if isinstance(each, ast.Constant)]
        texts = [text for text in given if isinstance(text, str) and text]
        if len(texts) < _MARKS.get(name, 1):
            continue
        if name == "pgettext":
            yield texts[1], texts[0]
        else:
            yield (texts[0], texts[1]) if name == "ngettext" else texts[0], None


def core_templates(source: str) -> list[str]:
    """Return the sentences that a module of the core can say, as templates."""
    found: dict[str, None] = {}
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if _is_outermost_text(node, parents) and not _is_silent(node, parents):
            assert isinstance(node, ast.expr)
            scope = _scope_of(node, parents)
            for text in _variants(node, scope):
                if _is_sentence(text):
                    found[text] = None
    return list(found)


def _is_outermost_text(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    if not isinstance(node, ast.JoinedStr | ast.BinOp | ast.Constant):
        return False
    if isinstance(node, ast.Constant) and not isinstance(node.value, str):
        return False
    parent = parents.get(node)
    while isinstance(parent, ast.IfExp):
        parent = parents.get(parent)
    return not isinstance(parent, ast.JoinedStr | ast.FormattedValue | ast.BinOp | ast.Expr | ast.Subscript)


def _is_silent(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a text is said to nobody who looks at a page: a log's event, a query, a key, an annotation."""
    here: ast.AST | None = node
    while here is not None:
        above = parents.get(here)
        if isinstance(above, ast.Call) and here is not above.func:
            name, owner = _call_name(above)
            if _SILENT_CALLS.match(owner) or _SILENT_NAMES.search(name):
                return True
        if isinstance(above, ast.arg | ast.AnnAssign) and getattr(above, "annotation", None) is here:
            return True
        if isinstance(above, ast.Compare | ast.Import | ast.ImportFrom | ast.Raise) and here is getattr(
            above, "left", None
        ):
            return True
        here = above
    return False


def _call_name(call: ast.Call) -> tuple[str, str]:
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        return call.func.attr, owner.id if isinstance(owner, ast.Name) else ""
    return (call.func.id, "") if isinstance(call.func, ast.Name) else ("", "")


def _scope_of(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> _Scope:
    here: ast.AST | None = node
    while here is not None and not isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef):
        here = parents.get(here)
    scope = _Scope()
    for each in ast.walk(here) if here is not None else ():
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
            name = each.targets[0].id
            texts = _fixed_texts(each.value)
            if texts is None:
                scope.unknown.add(name)
            else:
                scope.texts.setdefault(name, []).extend(texts)
    return scope


def _fixed_texts(node: ast.expr) -> list[str] | None:
    """Return the texts that an expression chooses from, None where it holds a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        body, orelse = _fixed_texts(node.body), _fixed_texts(node.orelse)
        return None if body is None or orelse is None else [*body, *orelse]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left = _fixed_texts(node.left)
        return None if left is None else ["", *left]
    return None


def _variants(node: ast.expr, scope: _Scope) -> list[str]:
    """Return every template that an expression can give."""
    fixed = _fixed_texts(node)
    if fixed is not None:
        return fixed
    if isinstance(node, ast.IfExp):
        return [*_variants(node.body, scope), *_variants(node.orelse, scope)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _holds_text(node):
        return _product([_variants(node.left, scope), _variants(node.right, scope)])
    if isinstance(node, ast.JoinedStr):
        return _product([_variants(part, scope) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        return _variants(node.value, scope)
    if isinstance(node, ast.Name) and node.id in scope.texts and node.id not in scope.unknown:
        return list(dict.fromkeys(scope.texts[node.id]))
    return [f"{{{_placeholder(node)}}}"]


def _holds_text(node: ast.expr) -> bool:
    """Whether a sum joins texts, not numbers."""
    return any(
        isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str))
        for each in ast.walk(node)
    )


def _placeholder(node: ast.expr) -> str:
    """Return a readable name for the value of an expression."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and each.attr not in ("join", "get", "size", "stem", "name"):
            return each.attr.strip("_")
        if isinstance(each, ast.Name) and each.id not in (
            "len",
            "sum",
            "int",
            "repr",
            "str",
            "round",
            "min",
            "max",
            "abs",
        ):
            return each.id.strip("_").lower() or "value"
    return "value"


def _product(parts: list[list[str]]) -> list[str]:
    made = [""]
    for variants in parts:
        made = [begun + end for begun in made for end in variants][:_MOST_VARIANTS]
    return [_distinct(text) for text in made]


def _distinct(template: str) -> str:
    """Give each placeholder of a template a name of its own."""
    counts: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        name = found[1]
        counts[name] = counts.get(name, 0) + 1
        return f"{{{name}}}" if counts[name] == 1 else f"{{{name}_{counts[name]}}}"

    return re.sub(r"\{([A-Za-z_]+?)(?:_\d+)?\}", named, template)


def _is_sentence(text: str) -> bool:
    literal = re.sub(r"\{\w+\}", "", text)
    return (
        " " in literal.strip()
        and bool(_LETTERS.search(literal))
        and not _CODE.search(text)
        and not _LIST_OF_NAMES.match(text)
        and "%s" not in text
        and "%(" not in text
        and not text.startswith(("-", "http", "/"))
    )


def python_files(*folders: Path) -> Iterator[Path]:
    """Yield the modules below some folders in a fixed order."""
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
