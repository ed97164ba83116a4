"""Pages of an Access table, made here bit by bit, and the real file against access-parser itself."""

import struct
from types import SimpleNamespace

import numpy as np
import pytest
from access_parser import AccessParser

from grading.domain.cyclers.access_rows import NotPlain, numbers_of
from tests.grading.domain.cyclers.real_files import real_file

COUNT_AT, PAGE_BYTES = 12, 4096


def column(name, number, kind, offset, *, is_fixed=True):
    return SimpleNamespace(
        col_name_str=name,
        column_id=number,
        type=kind,
        fixed_offset=offset,
        column_flags=SimpleNamespace(fixed_length=is_fixed),
    )


def record(point, voltage, present=0b11):
    return struct.pack("<hidB", 2, point, voltage, present)


def page(*records, flags=()):
    content = bytearray(PAGE_BYTES)
    struct.pack_into("<H", content, COUNT_AT, len(records))
    end = PAGE_BYTES
    for at, each in enumerate(records):
        end -= len(each)
        content[end : end + len(each)] = each
        flag = flags[at] if at < len(flags) else 0
        struct.pack_into("<H", content, COUNT_AT + 2 + 2 * at, end | flag)
    return bytes(content)


def table(*pages, columns=None):
    columns = columns or [column("Data_Point", 0, 4, 0), column("Voltage", 1, 7, 4)]
    return SimpleNamespace(
        version=4,
        columns=dict(enumerate(columns)),
        table_header=SimpleNamespace(column_count=2),
        table=SimpleNamespace(linked_pages=list(pages)),
    )


class TestNumbersOf:
    def test_reads_records_in_the_order_of_pages(self):
        found = numbers_of(
            table(page(record(1, 3.5), record(2, 3.6)), page(record(3, 3.7))), ["Data_Point", "Voltage"]
        )

        assert found["Data_Point"].tolist() == [1, 2, 3]
        assert found["Voltage"].tolist() == [3.5, 3.6, 3.7]

    def test_reads_only_what_is_wanted_and_there(self):
        assert list(numbers_of(table(page(record(1, 3.5))), ["Voltage", "Absent"])) == ["Voltage"]

    def test_gives_nan_for_a_blank(self):
        found = numbers_of(table(page(record(1, 3.5, present=0b01))), ["Data_Point", "Voltage"])

        assert found["Data_Point"].tolist() == [1] and np.isnan(found["Voltage"][0])

    def test_leaves_out_deleted_records(self):
        found = numbers_of(
            table(page(record(1, 3.5), record(2, 9.9), record(3, 3.7), flags=(0, 0x8000))), ["Voltage"]
        )

        assert found["Voltage"].tolist() == [3.5, 3.7]

    @pytest.mark.parametrize(
        "odd",
        [
            table(),
            table(page(record(1, 3.5), flags=(0x4000,))),
            table(page(record(1, 3.5)[:9])),
            table(b"\x01\x01" + bytes(10) + b"\xff\xff" + bytes(100)),
            table(page(record(1, 3.5)), columns=[column("Voltage", 1, 10, 4)]),
            table(page(record(1, 3.5)), columns=[column("Voltage", 1, 7, 4, is_fixed=False)]),
        ],
        ids=["no page", "elsewhere", "short", "more offsets than bytes", "text", "of any length"],
    )
    def test_leaves_what_is_odd_to_the_slow_way(self, odd):
        with pytest.raises(NotPlain):
            numbers_of(odd, ["Voltage"])

    def test_agrees_with_the_slow_way_on_every_number_of_a_real_file(self):
        database = AccessParser(str(real_file("arbin/arbin_example.res")))
        slow = database.parse_table("Channel_Normal_Table")

        fast = numbers_of(database.get_table("Channel_Normal_Table"), list(slow))

        assert set(fast) == set(slow)
        for name, values in slow.items():
            np.testing.assert_array_equal(fast[name], np.array(values, dtype=float))
