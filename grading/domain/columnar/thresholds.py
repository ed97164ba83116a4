"""The main thresholds of a policy, and the policy with some of them moved."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
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
        ends = sorted({Decimal(row["lo"]) for row in rows} - {Decimal(0), Decimal(floors["pack_percent"])})
        found += [
            _percent(f"soh-{name}-{_text(end)}", f"{name}: SOH limit {_text(end)} %", end) for end in ends
        ]
        limits = sorted({Decimal(row["ir_limit"]) for row in rows if row["ir_limit"] is not None})
        found += [
            Threshold(
                f"ir-{name}-{_text(limit)}",
                f"{name}: IR limit {_text(limit)}×",
                "× baseline",
                limit,
                Decimal(1),
                Decimal(4),
                Decimal("0.01"),
            )
            for limit in limits
        ]
    return found


def with_thresholds(document: Mapping[str, Any], values: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return a copy of ``document`` with the thresholds named by ``values`` moved; others stay as they are.

    The copy may have faults, such as a limit moved past its neighbor; the check of the policy tells.
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
