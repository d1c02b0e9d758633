"""The parameter section of a C3D file: groups of named values, whatever program wrote them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from processing.c3d.byte_order import ByteOrder
from processing.c3d.header import Header
from processing.c3d.wording import quoted
from processing.errors import UnreadableRecordingError

_CHAR: Final = -1
_ITEM_BYTES: Final = {_CHAR: 1, 1: 1, 2: 2, 4: 4}
_MAX_DIMENSIONS: Final = 7
_PREAMBLE_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named value: either ``texts`` or ``numbers`` is filled, in the file's order, dimensions flattened.

    ``dimensions`` are the file's own; for texts the first one (the width) is already used up. Texts are
    stripped of padding; bytes that are not printable stand as U+FFFD.
    """

    name: str
    dimensions: tuple[int, ...]
    texts: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """All parameters of a file by group and name; both are looked up in upper case."""

    groups: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)

    def find(self, group: str, name: str) -> Parameter | None:
        """Return a parameter, or None where the file does not have it."""
        return self.groups.get(group, {}).get(name)

    def numbers(self, group: str, name: str) -> tuple[float, ...]:
        """Return a parameter's numbers; empty where it is missing or holds text."""
        found = self.find(group, name)
        return found.numbers if found else ()

    def number(self, group: str, name: str) -> float | None:
        """Return a parameter's first number that is one."""
        return next((value for value in self.numbers(group, name) if math.isfinite(value)), None)

    def count(self, group: str, name: str) -> int | None:
        """Return a count. Files store these as signed words although they mean 0 to 65 535."""
        value = self.number(group, name)
        if value is None:
            return None
        return int(value) + 0x10000 if -0x8000 <= value < 0 else int(value)

    def texts(self, group: str, name: str) -> tuple[str, ...]:
        """Return a parameter's texts; empty where it is missing or holds numbers."""
        found = self.find(group, name)
        return found.texts if found else ()

    def text(self, group: str, name: str) -> str | None:
        """Return a parameter's first text, or None where it is missing or blank."""
        return next((text for text in self.texts(group, name) if text), None)

    def joined(self, group: str, name: str) -> tuple[Parameter, ...]:
        """Return ``NAME``, ``NAME2``, ``NAME3``...: how files with more than 255 channels go on."""
        parts = []
        found = self.find(group, name)
        while found:
            parts.append(found)
            found = self.find(group, f"{name}{len(parts) + 1}")
        return tuple(parts)

    def named(self, names: frozenset[str]) -> Iterator[Parameter]:
        """Yield the parameters with one of these names in any group."""
        for members in self.groups.values():
            yield from (parameter for name, parameter in members.items() if name in names)

    def __iter__(self) -> Iterator[Parameter]:
        """Yield every parameter of every group."""
        for members in self.groups.values():
            yield from members.values()


def parse_parameters(data: bytes, header: Header) -> ParameterSet:
    """Return all parameters of a file.

    Parameters
    ----------
    data : bytes
        The file, or at least its first ``header.parameters_end`` bytes.
    header : Header
        From the same bytes.

    Raises
    ------
    UnreadableRecordingError
        If a record reaches beyond the section or declares more values than it holds.

    Notes
    -----
    Nothing is allocated that the section itself does not hold, so its size (130 kB at most) bounds the
    work. A parameter whose group is not defined is left out; of two with one name the first counts.
    """
    section = memoryview(data)[header.parameters_start : header.parameters_end]
    group_names: dict[int, str] = {}
    members: dict[int, dict[str, Parameter]] = {}
    for name, group_id, body in _records(section, header.order):
        if group_id < 0:
            group_names.setdefault(-group_id, name)
        else:
            members.setdefault(group_id, {}).setdefault(name, _parse_parameter(name, body, header.order))
    groups: dict[str, dict[str, Parameter]] = {}
    for group_id, group_name in group_names.items():
        for name, parameter in members.get(group_id, {}).items():
            groups.setdefault(group_name, {}).setdefault(name, parameter)
    return ParameterSet(groups)


def _records(section: memoryview, order: ByteOrder) -> Iterator[tuple[str, int, bytes]]:
    """Yield name, group number (negative: the group itself) and body of each record."""
    position = _PREAMBLE_BYTES
    while position + 2 <= len(section):
        name_length, group_id = abs(_int8(section[position])), _int8(section[position + 1])
        if name_length == 0:
            return
        pointer = position + 2 + name_length
        if group_id == 0 or pointer + 2 > len(section):
            raise UnreadableRecordingError(
                f"The parameters are damaged: the record at byte {position} of the parameter section is "
                f"not one "
                f"(name of {name_length} characters, group {group_id}, section of {len(section)} bytes)."
            )
        name = bytes(section[position + 2 : pointer]).decode("latin-1")
        if not name.isprintable():
            raise UnreadableRecordingError(
                f"The parameters are damaged: the name at byte {position} of the parameter section is "
                f"{quoted(name)}."
            )
        step = order.uint16(bytes(section[pointer : pointer + 2]))[0]
        following = pointer + step if step else len(section)
        if following > len(section) or following < pointer + 2:
            raise UnreadableRecordingError(
                f"The parameters are damaged: the record {quoted(name)} should end before byte "
                f"{len(section)} of the "
                f"parameter section, but points to byte {following}."
            )
        yield name.strip().upper(), group_id, bytes(section[pointer + 2 : following])
        if not step:
            return
        position = following


def _parse_parameter(name: str, body: bytes, order: ByteOrder) -> Parameter:
    if len(body) < 2:
        raise UnreadableRecordingError(f"The parameters are damaged: {quoted(name)} ends before its type.")
    kind, n_dimensions = _int8(body[0]), body[1]
    if kind not in _ITEM_BYTES or n_dimensions > _MAX_DIMENSIONS:
        raise UnreadableRecordingError(
            f"The parameters are damaged: {quoted(name)} has type {kind} with {n_dimensions} dimensions; "
            f"types are "
            f"-1, 1, 2 and 4, with at most {_MAX_DIMENSIONS} dimensions."
        )
    dimensions = tuple(body[2 : 2 + n_dimensions])
    start = 2 + n_dimensions
    n_bytes = math.prod(dimensions) * _ITEM_BYTES[kind]
    if len(dimensions) < n_dimensions or start + n_bytes > len(body):
        raise UnreadableRecordingError(
            f"The parameters are damaged: {quoted(name)} declares {n_bytes} bytes of values, but its "
            f"record has room "
            f"for {max(len(body) - start, 0)}."
        )
    raw = body[start : start + n_bytes]
    if kind == _CHAR:
        return Parameter(name, dimensions[1:], texts=_texts(raw, dimensions))
    if kind == 1:
        return Parameter(name, dimensions, numbers=tuple(float(_int8(byte)) for byte in raw))
    values = order.int16(raw) if kind == 2 else order.float32(raw)
    return Parameter(name, dimensions, numbers=tuple(float(value) for value in values))


def _texts(raw: bytes, dimensions: tuple[int, ...]) -> tuple[str, ...]:
    width = dimensions[0] if dimensions else 1
    # A width of 0 beside large other dimensions would mean millions of empty texts.
    if not raw:
        return ()
    return tuple(_decoded(raw[at : at + width]) for at in range(0, len(raw), width))


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.split("\0", 1)[0].strip()
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _int8(byte: int) -> int:
    return byte - 256 if byte > 127 else byte
