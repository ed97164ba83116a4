"""Ways to spoil the bytes of a tester's file, as disks, copies and spreadsheet programs do."""

import re
from collections.abc import Callable

import numpy as np

from tests.grading.domain.cyclers import mutants

FileMutation = Callable[[bytes, np.random.Generator], bytes]
_UNITS = (
    (rb"/mA\b", b"/A"), (rb"/ A\b", b"/ mA"), (rb"\(A\)", b"(mA)"), (rb"\[A\]", b"[mA]"),
    (rb"mA\.h", b"A.h"), (rb"\(Ah\)", b"(mAh)"), (rb"\[Ah\]", b"[mAh]"), (rb"/ Ah\b", b"/ mAh"),
    (rb"time/s", b"time/ms"), (rb"Time / s", b"Time / ms"), (rb"Time\(s\)", b"Time(ms)"),
    (rb"Time\[s\]", b"Time[h]"), (rb"\((S|s)ec\)", b"(Min)"), (rb"\(h\)", b"(s)"),
    (rb"_second\b", b"_millisecond"), (rb"_ampere\b", b"_milliampere"), (rb"_volt\b", b"_millivolt"),
    (rb"\(V\)", b"(mV)"), (rb"\[V\]", b"[mV]"), (rb"Ewe/V", b"Ewe/mV"),
)  # fmt: skip
_HEAD_BYTES = 20_000


def _split(content: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return what stands above the records, and their lines."""
    lines = content.splitlines(keepends=True)
    for at in range(len(lines)):
        found = lines[at : at + 5]
        if all(_is_record(line) for line in found):
            return lines[:at], lines[at:]
    return lines[:1], lines[1:]


def _is_record(line: bytes) -> bool:
    plain = sum(letter in b"0123456789.,-+\t :;eE/\r\n" for letter in line)
    return line.count(b",") + line.count(b"\t") >= 2 and plain > 0.6 * len(line)


def cut_off(content: bytes, chance: np.random.Generator) -> bytes:
    """End anywhere, in the middle of a number too."""
    return content[: int(chance.integers(1, len(content)))]


def beginning_lost(content: bytes, chance: np.random.Generator) -> bytes:
    return content[int(chance.integers(1, len(content))) :]


def lines_lost(content: bytes, chance: np.random.Generator) -> bytes:
    head, body = _split(content)
    size = int(chance.integers(1, max(2, len(body) // 5)))
    start = int(chance.integers(1, max(2, len(body) - size - 1)))
    return b"".join(head + body[:start] + body[start + size :])


def lines_doubled(content: bytes, chance: np.random.Generator) -> bytes:
    head, body = _split(content)
    size = int(chance.integers(1, max(2, len(body) // 3)))
    start = int(chance.integers(0, len(body) - size + 1))
    return b"".join(head + body[: start + size] + body[start:])


def lines_shuffled(content: bytes, chance: np.random.Generator) -> bytes:
    head, body = _split(content)
    size = int(chance.integers(2, max(3, len(body) // 4)))
    start = int(chance.integers(0, len(body) - size + 1))
    moved = [body[start + int(at)] for at in chance.permutation(size)]
    return b"".join(head + body[:start] + moved + body[start + size :])


def two_lines_exchanged(content: bytes, chance: np.random.Generator) -> bytes:
    head, body = _split(content)
    one, other = (int(at) for at in chance.integers(0, len(body), 2))
    body[one], body[other] = body[other], body[one]
    return b"".join(head + body)


def end_before_beginning(content: bytes, chance: np.random.Generator) -> bytes:
    head, body = _split(content)
    at = int(chance.integers(1, len(body)))
    return b"".join(head + body[at:] + body[:at])


def a_digit_changed(content: bytes, chance: np.random.Generator) -> bytes:
    head = sum(len(line) for line in _split(content)[0])
    at = int(chance.integers(head, len(content)))
    old = content[at : at + 1]
    new = (int(old) + int(chance.integers(1, 10))) % 10 if old.isdigit() else int(chance.integers(0, 10))
    return content[:at] + str(new).encode() + content[at + 1 :]


def a_heading_of_another_unit(content: bytes, chance: np.random.Generator) -> bytes:
    head, rest = content[:_HEAD_BYTES], content[_HEAD_BYTES:]
    found = [(old, new) for old, new in _UNITS if re.search(old, head)]
    if not found:
        return content
    old, new = found[int(chance.integers(0, len(found)))]
    return re.sub(old, new, head) + rest


def a_bit_turned(content: bytes, chance: np.random.Generator) -> bytes:
    spoilt = bytearray(content)
    spoilt[int(chance.integers(0, len(spoilt)))] ^= 1 << int(chance.integers(0, 8))
    return bytes(spoilt)


def a_stretch_of_zeros(content: bytes, chance: np.random.Generator) -> bytes:
    size = int(chance.integers(1, max(2, len(content) // 10)))
    start = int(chance.integers(0, len(content) - size + 1))
    return content[:start] + bytes(size) + content[start + size :]


OF_ANY = (cut_off, a_bit_turned, a_stretch_of_zeros)
OF_TEXT = (
    cut_off, beginning_lost, lines_lost, lines_doubled, lines_shuffled, two_lines_exchanged,
    end_before_beginning, a_digit_changed, a_heading_of_another_unit,
)  # fmt: skip
LIKE = {
    cut_off: mutants.truncated,
    beginning_lost: mutants.head_lost,
    a_heading_of_another_unit: mutants.milli_under_ampere,
}
"""What is known of a spoilt reading is known of a file spoilt alike; all others are as a gap is."""
