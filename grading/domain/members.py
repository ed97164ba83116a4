"""Cells, series groups and modules of a pack: the weakest, how far they differ, what contradicts the pack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Self

from grading.domain.measurement import check_ranges
from grading.domain.soh import SohImplausible, bounds_weakest_cell, soh_from_capacity

KINDS = {"cell": "cell", "series_group": "series group", "module": "module"}
MOST = 2_000
"""Members of one pack; a pack with more cells is described by its groups."""
LONGEST_LABEL = 40


@dataclass(frozen=True, kw_only=True)
class Member:
    """What was measured of one member within a capacity test; ``None`` where it was not."""

    kind: str
    """cell, series_group or module."""
    label: str
    """Its name or number in the pack; once for each kind."""
    measured_capacity_ah: Decimal | None = None
    rated_capacity_ah: Decimal | None = None
    """What 100 % means for this member; blank where it follows from the pack (see :func:`reference_of`)."""
    soh_percent: Decimal | None = None
    """Computed where there is a charge; taken as reported only where there is none."""
    dcir_mohm: Decimal | None = None
    voltage_v: Decimal | None = None

    def to_json(self) -> dict[str, str]:
        """Return it as it is stored, decimals as strings; what was not measured is left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Self:
        """Rebuild what :meth:`to_json` wrote."""
        return cls(**{k: v if k in ("kind", "label") else Decimal(v) for k, v in value.items()})  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a pack is built, as far as its type says so."""

    rated_capacity_ah: Decimal | None = None
    """What 100 % means for the whole pack."""
    series_count: int | None = None
    parallel_count: int | None = None
    module_count: int | None = None

    def count_of(self, kind: str) -> int | None:
        """Return how many members of ``kind`` the pack has; None when nobody said."""
        if kind == "cell":
            known = self.series_count and self.parallel_count
            return self.series_count * self.parallel_count if known else None  # type: ignore[operator]
        return self.series_count if kind == "series_group" else self.module_count


def reference_of(member: Member, layout: Layout) -> Decimal | None:
    """Return what 100 % means for ``member`` in Ah; None when it is not known.

    A series group passes the whole charge of the pack, so it has the pack's reference; a cell has an equal
    part of its group's. How modules are wired is not known, so theirs has to be given.
    """
    if member.rated_capacity_ah is not None:
        return member.rated_capacity_ah
    if layout.rated_capacity_ah is None:
        return None
    if member.kind == "series_group":
        return layout.rated_capacity_ah
    if member.kind == "cell" and layout.parallel_count:
        return layout.rated_capacity_ah / layout.parallel_count
    return None


def faults_in(members: Sequence[Member], layout: Layout) -> dict[str, str]:
    """Return everything that is wrong with ``members``, by ``members.N.field``; empty when nothing is."""
    if len(members) > MOST:
        return {"members": f"At most {MOST} members."}
    seen = Counter((member.kind, member.label.strip()) for member in members)
    found: dict[str, str] = {}
    for index, member in enumerate(members):
        wrong = _faults(member, layout)
        if seen[(member.kind, member.label.strip())] > 1:
            wrong.setdefault("label", f"Twice: {member.label.strip()}.")
        found |= {f"members.{index}.{name}": text for name, text in wrong.items()}
    for kind in {member.kind for member in members}:
        most = layout.count_of(kind)
        count = sum(member.kind == kind for member in members)
        if most is not None and count > most:
            found["members"] = f"{count} of the kind {KINDS[kind]}, but the pack type has {most}."
    return found


def _faults(member: Member, layout: Layout) -> dict[str, str]:
    if member.kind not in KINDS:
        return {"kind": "Choose cell, series group or module."}
    found: dict[str, str] = {}
    if not 1 <= len(member.label.strip()) <= LONGEST_LABEL:
        found["label"] = f"Name it in 1 to {LONGEST_LABEL} characters."
    values = {name: getattr(member, name) for name in _MEASURED}
    if all(value is None for value in values.values()):
        found["measured_capacity_ah"] = "Enter at least one measured value."
    found |= {
        v.field: v.message for v in check_ranges(values | {"rated_capacity_ah": member.rated_capacity_ah})
    }
    if member.measured_capacity_ah is None:
        return found
    if member.soh_percent is not None:
        found["soh_percent"] = "Leave empty: it is computed from the charge."
    reference = reference_of(member, layout)
    if reference is None:
        found.setdefault("rated_capacity_ah", "Enter its rated Ah: SOH is computed from it.")
    elif not found:
        try:
            soh_from_capacity(
                measured_capacity_ah=member.measured_capacity_ah, reference_capacity_ah=reference
            )
        except SohImplausible as exc:
            found["measured_capacity_ah"] = exc.message
    return found


_MEASURED = ("measured_capacity_ah", "soh_percent", "dcir_mohm", "voltage_v")


def with_soh(members: Sequence[Member], layout: Layout) -> list[Member]:
    """Return ``members`` with the SOH of each that has a charge; :func:`faults_in` found nothing before."""
    return [_with_soh(member, layout) for member in members]


def _with_soh(member: Member, layout: Layout) -> Member:
    reference = reference_of(member, layout)
    if member.measured_capacity_ah is None or reference is None:
        return member
    soh = soh_from_capacity(measured_capacity_ah=member.measured_capacity_ah, reference_capacity_ah=reference)
    return replace(member, soh_percent=soh)


def weakest_of(members: Sequence[Member]) -> Member | None:
    """Return the member with the lowest SOH, the first of equals; None when none has one."""
    known = [member for member in members if member.soh_percent is not None]
    return min(known, key=lambda member: member.soh_percent or Decimal(0), default=None)


def spread_points(members: Sequence[Member]) -> Decimal | None:
    """Return the best less the worst SOH of one kind, in points, of the kind that differs most.

    Kinds are not compared with each other: a cell differs from its module by its own share of the charge.
    None when no kind has two members with a SOH.
    """
    spreads = []
    for kind in KINDS:
        values = [m.soh_percent for m in members if m.kind == kind and m.soh_percent is not None]
        if len(values) > 1:
            spreads.append(max(values) - min(values))
    return max(spreads, default=None)


def unmeasured(members: Sequence[Member], layout: Layout) -> str:
    """Say how many members of the weakest one's kind have no SOH; empty when all have, or nobody counts.

    What was not measured may be weaker than all that was.
    """
    weakest = weakest_of(members)
    expected = layout.count_of(weakest.kind) if weakest else None
    if weakest is None or expected is None:
        return ""
    count = sum(m.kind == weakest.kind and m.soh_percent is not None for m in members)
    name = KINDS[weakest.kind]
    return "" if count >= expected else f"SOH is known of {count} of {expected} {name}s only"


def counting_weakest(members: Sequence[Member], layout: Layout, *, is_bounded: bool) -> Member | None:
    """Return the member whose SOH stands for the weakest of the pack; None when it is not known.

    While some are unmeasured, a weaker one may be among them: then the weakest measured counts only where
    the pack's own charge bounds the rest, because there it can make the outcome stricter and never milder.
    """
    return None if unmeasured(members, layout) and not is_bounded else weakest_of(members)


def bound_conflict(
    *,
    soh_percent: Decimal,
    weakest_soh_percent: Decimal | None,
    weakest_kind: str,
    basis: str,
    ended_by_cell_limit: bool,
    parallel_count: int | None = None,
) -> str:
    """Say how a weakest member contradicts the pack's own charge; empty when it does not.

    In a series string every group passes the same charge: a pack that was stopped by a cell's limit cannot
    have given more Ah than its weakest group. A single cell may be weaker than that where others are
    parallel to it. The two values stand side by side, never averaged.
    """
    # The weakest is kept to 0.01 points, the pack to 0.0001: less than a step of the coarser says nothing.
    if weakest_soh_percent is None or soh_percent - weakest_soh_percent < Decimal("0.01"):
        return ""
    if not bounds_weakest_cell(basis=basis, ended_by_cell_limit=ended_by_cell_limit):
        return ""
    if weakest_kind == "cell" and (parallel_count or 1) > 1:
        return ""
    return (
        f"The weakest {KINDS.get(weakest_kind, 'member')} is reported "
        f"{soh_percent - weakest_soh_percent:.1f} points below the pack, "
        "yet this test ended at a cell's limit, so no group in series can be weaker than the pack. "
        "Check both values."
    )
