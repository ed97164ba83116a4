"""Small files of a tester, made by calculation: a pack of 96 cells that gives 100 Ah and has 60 mΩ."""

from collections.abc import Iterator
from functools import cache

CELLS, CAPACITY_AH, RESISTANCE_OHM = 96, 100.0, 0.06
LOWEST_V, HIGHEST_V = CELLS * 3.0, CELLS * 4.2
TYPE = {
    "rated_capacity_ah": "115",
    "voltage_min_v": str(LOWEST_V),
    "voltage_max_v": str(HIGHEST_V),
    "series_count": CELLS,
    "parallel_count": 2,
}
"""What the catalog says of its type."""
_HEADING = "Test Time / s,Voltage / V,Current / A,Ambient Temperature / degC"
Record = tuple[float, float, float]


@cache
def full_test(*, sign: int = 1, capacity_ah: float = CAPACITY_AH, note: str = "") -> bytes:
    """Return a full charge, a rest and a discharge at C/3, then half a charge and a pulse of 10 s, as CSV."""
    lines = [_HEADING + note]
    lines += [f"{t:.1f},{v:.4f},{sign * i:.4f},25.0" for t, v, i in _records(capacity_ah)]
    return "\n".join([*lines, ""]).encode()


@cache
def partial_test() -> bytes:
    """Return a charge that is broken off before the pack is full."""
    records = [record for record in _records(CAPACITY_AH) if record[0] < 5_000]
    return "\n".join([_HEADING, *(f"{t:.1f},{v:.4f},{i:.4f},25.0" for t, v, i in records), ""]).encode()


def _records(capacity_ah: float) -> Iterator[Record]:
    time_s, charge = 0.0, 0.02

    def run(current: float, seconds: float, step: float) -> Iterator[Record]:
        nonlocal time_s, charge
        end = time_s + seconds
        while time_s < end - 1e-9:
            time_s += step
            charge += current * step / 3600 / capacity_ah
            voltage = LOWEST_V + (HIGHEST_V - LOWEST_V) * charge + current * RESISTANCE_OHM
            yield time_s, voltage, current
            if (current < 0 and voltage <= LOWEST_V) or (current > 0 and voltage >= HIGHEST_V):
                return

    yield from run(0.0, 1_800, 60)
    yield from run(38.3, 40_000, 20)
    current = 38.3
    while current > 5.0:
        current = min(current, (1 - charge) * (HIGHEST_V - LOWEST_V) / RESISTANCE_OHM)
        yield from run(current, 20, 20)
    yield from run(0.0, 3_600, 60)
    yield from run(-38.3, 40_000, 5)
    yield from run(0.0, 3_600, 60)
    yield from run(38.3, 4_700, 20)
    yield from run(0.0, 1_800, 10)
    yield from run(-80.0, 10, 0.1)
    yield from run(0.0, 600, 10)
