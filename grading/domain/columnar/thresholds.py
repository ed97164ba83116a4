"""The main thresholds of a policy, and the policy with some of them moved."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from grading.domain.soh import SOH_MAX_PERCENT


@dataclass(frozen=True)
class Threshold:
    """One number of a policy that can be moved."""

    key: str
    """Stands for it in an address, such as ``soh-LFP-60``."""
    label: str
    unit: str
    value: Decimal
    low: Decimal
    high: Decimal
    step: Decimal
    row: str = ""
    """Thresholds of one row stand in ascending order and apart from each other; empty for one by itself."""


def thresholds_of(document: Mapping[str, Any]) -> list[Threshold]:
    """Return the thresholds of a sound policy: floors, guard band, limits of SOH and IR by class."""
    floors = document["floors"]
    found = [
        _percent("floor-weakest", "Floor of the weakest cell", floors["weakest_percent"]),
        _percent("floor-pack", "Floor of the pack", floors["pack_percent"]),
        Threshold(
            "guard",
            "Guard band",
            "points",
            Decimal(document["guard_band_pts"]),
            Decimal(0),
            Decimal(10),
            Decimal("0.1"),
        ),
    ]
    for name in dict.fromkeys(row["class"] for row in document["bands"]):
        rows = [row for row in document["bands"] if row["class"] == name]
        found += _soh_limits(name, rows, Decimal(floors["pack_percent"]))
        found += _ir_limits(name, rows)
    return found


def _soh_limits(name: str, rows: Sequence[Mapping[str, Any]], floor: Decimal) -> list[Threshold]:
    """Return the limits between the bands of a class; the first and the last stay within the table."""
    ends = sorted({Decimal(row["lo"]) for row in rows})
    limits = [end for end in ends if end not in (0, floor)]
    found = []
    for end in limits:
        limit = _percent(f"soh-{name}-{_text(end)}", f"{name}: SOH limit {_text(end)} %", end)
        below = max((other for other in ends if other < end), default=Decimal(0))
        # What is no limit itself stays where it is; a limit's place is known when all are placed.
        low = limit.low if below in limits else _grid(below, limit.step)
        high = max(Decimal(row["hi"]) for row in rows) - limit.step
        found.append(replace(limit, low=min(low, end), high=max(high, end), row=f"soh-{name}"))
    return found


def _grid(end: Decimal, step: Decimal) -> Decimal:
    """Return the first figure of a slider above ``end``."""
    return (end // step + 1) * step


def _ir_limits(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Threshold]:
    """Return the limits of IR of a class; those that share a band keep their order."""
    by_band: dict[str, set[Decimal]] = defaultdict(set)
    for row in rows:
        if row["ir_limit"] is not None:
            by_band[row["lo"]].add(Decimal(row["ir_limit"]))
    order = f"ir-{name}" if any(len(limits) > 1 for limits in by_band.values()) else ""
    return [
        Threshold(
            f"ir-{name}-{_text(limit)}",
            f"{name}: IR limit {_text(limit)}×",
            "× baseline",
            limit,
            Decimal(1),
            Decimal(4),
            Decimal("0.01"),
            order,
        )
        for limit in sorted(set().union(*by_band.values()))
    ]


def kept_apart(items: Sequence[Threshold], values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return ``values`` with what moved past its neighbors in a row stopped one step before them."""
    placed = dict(values)
    for name in {item.row for item in items} - {""}:
        row = [item for item in items if item.row == name]
        for before, item in pairwise(row):
            if item.key in placed and placed[item.key] != item.value:
                placed[item.key] = max(placed[item.key], _place(before, placed) + item.step)
        for after, item in pairwise(reversed(row)):
            if item.key in placed and placed[item.key] != item.value:
                placed[item.key] = min(placed[item.key], _place(after, placed) - item.step)
    return placed


def _place(item: Threshold, values: Mapping[str, Decimal]) -> Decimal:
    return values.get(item.key, item.value)


def with_thresholds(document: Mapping[str, Any], values: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return a copy of ``document`` with the thresholds named by ``values`` moved; others stay as they are.

    The copy may have faults, such as a limit moved past its neighbor, which :func:`kept_apart` prevents;
    the check of the policy tells.
    """
    changed = deepcopy(dict(document))
    moved = {
        item.key: values[item.key]
        for item in thresholds_of(document)
        if item.key in values and values[item.key] != item.value
    }
    if "guard" in moved:
        changed["guard_band_pts"] = _text(moved["guard"])
    for key, name in (("floor-weakest", "weakest_percent"), ("floor-pack", "pack_percent")):
        if key in moved:
            changed["floors"][name] = _text(moved[key])
    for row, old in zip(changed["bands"], document["bands"], strict=True):
        row.update(_moved_in(old, moved))
    return changed


def _moved_in(row: Mapping[str, Any], moved: Mapping[str, Decimal]) -> Iterator[tuple[str, str]]:
    for name, kind in (("lo", "soh"), ("hi", "soh"), ("ir_limit", "ir")):
        if row[name] is not None:
            value = moved.get(f"{kind}-{row['class']}-{_text(Decimal(row[name]))}")
            if value is not None:
                yield name, _text(value)


def _percent(key: str, label: str, value: str | Decimal) -> Threshold:
    return Threshold(key, label, "%", Decimal(value), Decimal(0), SOH_MAX_PERCENT, Decimal("0.5"))


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"
