"""Measurements out of a tester's file that were recorded before, of another pack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from grading.models import CapacityTest
from grading.services.test_runs.inputs import CapacityInput, Input

_SAME = ("measured_capacity_ah", "measured_energy_kwh", "c_rate", "voltage_from_v", "voltage_to_v")
Echoes = Mapping[tuple[Any, ...], set[int]]
"""Measured values to the packs of which they were recorded."""


def echoes_of(rows: Sequence[Input]) -> Echoes:
    """Return of which packs the values of ``rows`` were recorded; one query, none for what was typed.

    No two tests agree in all of these to the last digit: the bytes of a file may differ by their line ends.
    Results that were superseded or invalidated were measured too.
    """
    of_files = [row for row in rows if isinstance(row, CapacityInput) and row.derivation_id]
    charges = {row.measured_capacity_ah for row in of_files}
    found: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    if charges - {None}:
        known = CapacityTest.objects.filter(derivation__isnull=False, measured_capacity_ah__in=charges)
        for *values, pack_id in known.values_list(*_SAME, "pack_id"):
            found[tuple(values)].add(pack_id)
    return found


def echo_doubts(row: CapacityInput, echoes: Echoes) -> list[str]:
    """Return the doubt about a ``row`` whose values are those of another pack."""
    packs = echoes.get(tuple(getattr(row, name) for name in _SAME), set()) if row.derivation_id else set()
    if packs <= {row.pack_id}:
        return []
    return ["the same measurements, to the last digit, are recorded of another pack"]
