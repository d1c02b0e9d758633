"""The parameter section is read whatever its groups are, and never beyond its bounds."""

from __future__ import annotations

import numpy as np
import pytest

from processing.c3d.byte_order import ByteOrder
from processing.c3d.head import read_head
from processing.c3d.header import Header
from processing.c3d.parameters import ParameterSet, parse_parameters
from processing.errors import UnreadableRecordingError
from tests.unit.c3d.raw_c3d import encode_c3d, group_record, parameter

INTEL = ByteOrder.INTEL


def parse(*records: bytes, size: int = 512) -> ParameterSet:
    section = (bytes([1, 0x50, size // 512, 84]) + b"".join(records)).ljust(size, b"\0")
    header = Header(INTEL, 0, size, 1, 120, 1, 10, -1.0, 3, 30, 33.0)
    return parse_parameters(section, header)


@pytest.mark.parametrize("order", list(ByteOrder))
def test_any_group_is_read_in_every_byte_order(order: ByteOrder) -> None:
    extra = {"my_lab": {"Notes": ["first ", "second"], "Gain": [0.5, -2.25], "Codes": [-3, 7]}}
    found = read_head(encode_c3d(np.zeros((1, 30)), order=order, extra=extra)).parameters
    assert found.texts("MY_LAB", "NOTES") == ("first", "second")
    assert found.numbers("MY_LAB", "GAIN") == (0.5, -2.25)
    assert found.numbers("MY_LAB", "CODES") == (-3.0, 7.0)


def test_missing_parameters_are_empty_not_errors() -> None:
    found = parse(group_record(INTEL, 1, "INFO"), parameter(INTEL, 1, "TEXT", ["a"]))
    assert (found.text("INFO", "NONE"), found.number("INFO", "TEXT"), found.texts("NO", "TEXT")) == (
        None,
        None,
        (),
    )


def test_counts_above_32767_are_not_negative() -> None:
    found = parse(group_record(INTEL, 1, "POINT"), parameter(INTEL, 1, "FRAMES", 40_000))
    assert found.count("POINT", "FRAMES") == 40_000


def test_a_group_may_follow_its_parameters() -> None:
    found = parse(parameter(INTEL, 2, "NAME", ["Ghostly"]), group_record(INTEL, 2, "INFO"))
    assert found.text("INFO", "NAME") == "Ghostly"


def test_bytes_that_are_not_text_do_not_reach_a_page() -> None:
    record = bytes([4, 1]) + b"NAME" + bytes([9, 0, 0xFF, 1, 3]) + b"a\x1bb" + b"\0"
    assert parse(group_record(INTEL, 1, "INFO"), record).text("INFO", "NAME") == "a\ufffdb"


def test_millions_of_empty_texts_are_none() -> None:
    record = bytes([1, 1]) + b"A" + bytes([12, 0, 0xFF, 7, 0, 255, 255, 255, 255, 255, 255, 0])
    assert parse(group_record(INTEL, 1, "INFO"), record).texts("INFO", "A") == ()


def test_bytes_are_signed_numbers() -> None:
    record = bytes([1, 1]) + b"A" + bytes([9, 0, 1, 1, 3, 5, 0x80, 0xFF]) + b"\0"
    assert parse(group_record(INTEL, 1, "INFO"), record).numbers("INFO", "A") == (5.0, -128.0, -1.0)


def test_a_section_may_be_full_to_its_last_byte() -> None:
    texts = ["x" * 163, "y" * 163, "z" * 163]
    records = [group_record(INTEL, 1, "INFO"), parameter(INTEL, 1, "A", texts)]
    assert 4 + sum(map(len, records)) == 512
    assert parse(*records).texts("INFO", "A") == tuple(texts)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            bytes([1, 1]) + b"A" + bytes([8, 0, 4, 2, 255, 255, 0, 0]),
            "'A' declares 260100 bytes of values, but",
        ),
        (bytes([1, 1]) + b"A" + bytes([6, 0, 3, 0, 0, 0]), "'A' has type 3 with 0 dimensions"),
        (bytes([1, 1]) + b"A" + bytes([6, 0, 2, 9, 0, 0]), "'A' has type 2 with 9 dimensions"),
        (
            bytes([1, 1]) + b"A" + bytes([0xFF, 0x7F, 2, 0]),
            "'A' should end before byte 512 .* points to byte 32774",
        ),
        (bytes([1, 1]) + b"A" + bytes([1, 0, 2, 0]), "'A' should end before byte 512"),
        (bytes([1, 1]) + b"A" + bytes([3, 0, 2]), "'A' ends before its type"),
        (bytes([1, 1, 7]) + bytes([4, 0, 2, 0]), r"the name at byte 4 of the parameter section is '\\x07'"),
        (
            bytes([1, 0]) + b"A" + bytes([4, 0, 2, 0]),
            "the record at byte 4 of the parameter section is not one",
        ),
    ],
)
def test_a_damaged_record_is_named(record: bytes, words: str) -> None:
    with pytest.raises(UnreadableRecordingError, match=words):
        parse(record)
