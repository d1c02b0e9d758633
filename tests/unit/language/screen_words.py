"""Finds words in the source of the pages that a reader would see in English whatever the language is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

TRANSLATORS = {"_", "N_", "gettext", "mark", "ngettext", "pgettext", "sentence", "told"}
# What is put into these is for programs.
_SILENT_CALLS = {
    "Literal", "NewType", "Path", "RuntimeError", "TypeAlias", "TypeVar", "ValueError", "bytes", "cache_data",
    "cache_resource", "compile", "component", "debug", "endswith", "exception", "fragment", "fromisoformat", "get",
    "getLogger", "get_logger", "getattr", "html", "joinpath", "match", "partial", "pop", "read_text", "removeprefix",
    "removesuffix", "replace", "search", "setattr", "setdefault", "split", "startswith", "strftime", "strip", "sub",
    "with_name", "fullmatch", "findall", "set_option", "add_rows", "import_module", "hsplit", "rsplit", "partition",
    "PermanentError", "TransientError", "NotFoundError", "InvalidParameterError", "AccessDeniedError", "encode",
    "switch_page", "StorageUnavailableError", "css",
}  # fmt: skip
_SILENT_KEYWORDS = {
    "key", "icon", "type", "width", "height", "format", "color", "gap", "alignment", "text_alignment", "layout",
    "vertical_alignment", "horizontal_alignment", "border", "query_params", "autocomplete", "label_visibility",
    "url_path", "page_icon", "persist_state", "position", "visibility", "duration", "file_name", "mime", "name",
    "default", "anchor", "shortcut", "mode", "selection_mode", "delta_color", "on_click", "css", "js", "html",
}  # fmt: skip
_SPECIFICATION = re.compile(
    r"^(rgba?\(.*\)|#[0-9A-Fa-f]{3,8}|@\w+|:material/\w+:|:\w[\w-]*\[?|[\w\0]+ domain|[a-z0-9_.:/+-]+|%[\w{}.,:%-]+"
    r"|(top|middle|bottom) (left|center|right)|[\0:]*Shift ?\+ ?\w+|light-dark\(.*|linear-gradient\(.*|\w[\w-]*=.*)$"
)
_PROGRAM = ("<style", "<script", "<svg", "const ", "export default ", ".", "/*")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
# Names of quantities, units, signs and formats, the same in every language.
SAME_EVERYWHERE = {
    "AOP", "C3D", "CSV", "CH", "CR", "DD", "MM", "YYYY", "EMG", "GHOSTLY", "Hz", "ID", "JSON", "MAT", "MB", "MDF",
    "MNF", "MVC", "PDF", "RMS", "SHA", "SNR", "UTC", "XLSX", "dB", "kB", "min", "ms", "mV", "s", "uV", "µV", "Parquet",
    "SUPABASE", "DASHBOARD", "HOST", "nan", "EN", "FR", "NL", "BFR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A text that looks like words for a reader, and where it stands."""

    line: int
    text: str


def shown_words(source: str) -> Iterator[Found]:
    """Yield every literal that holds words and is given to no translator."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = _text(node)
        if (
            text is None
            or not _is_for_people(text)
            or isinstance(parents.get(node), ast.Expr | ast.JoinedStr)
        ):
            continue
        if not _is_silent(node, parents):
            yield Found(getattr(node, "lineno", 0), text)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    return None


def _is_for_people(text: str) -> bool:
    """Whether a text holds a word in a sentence or begins with a capital, as labels do; names and keys do not."""
    bare = re.sub(r":(material/\w+:|\w[\w-]*\[)", " ", re.sub(r"<[^>]*>|%\{[^}]*\}|@\w+", " ", text))
    if _SPECIFICATION.match(text.strip()) or text.lstrip().startswith(_PROGRAM):
        return False
    words = [word for word in _WORD.findall(bare) if word not in SAME_EVERYWHERE]
    if not words or (re.fullmatch(r"[\w\0:./-]+", bare.strip()) and not bare.strip()[:1].isupper()):
        return False
    return any(word[0].isupper() or " " in bare.strip() for word in words)


def _is_silent(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    here = node
    while here in parents:
        above = parents[here]
        if isinstance(above, ast.Call) and here is not above.func:
            name = above.func.attr if isinstance(above.func, ast.Attribute) else getattr(above.func, "id", "")
            if name in TRANSLATORS or name in _SILENT_CALLS:
                return True
            if name == "format" and isinstance(above.func, ast.Attribute):
                return False
        if isinstance(above, ast.keyword) and above.arg in _SILENT_KEYWORDS:
            return True
        if isinstance(above, ast.Assign) and getattr(above.targets[0], "id", "") == "__all__":
            return True
        if isinstance(above, ast.Compare | ast.Subscript | ast.ImportFrom | ast.Import | ast.MatchValue):
            return True
        if isinstance(above, ast.Dict) and any(key is here for key in above.keys):
            return _is_plain_key(node)
        if isinstance(above, ast.AnnAssign) and above.annotation is here:
            return True
        if isinstance(above, ast.arg | ast.FunctionDef) and here in (
            getattr(above, "annotation", None), getattr(above, "returns", None),
        ):  # fmt: skip
            return True
        here = above
    return False


def _is_plain_key(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and bool(re.fullmatch(r"[\w .-]*[\w]", str(node.value)))
        and str(node.value).isidentifier()
    )
