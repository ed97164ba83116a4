"""Look at results before they are recorded: what is wrong with them, and what follows from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model

from grading.domain.measurement import check_unusual
from grading.models import CapacityTest, ResistanceTest
from grading.queries.bench import Demand, demands_on
from grading.queries.policies import compiled, policy_in_force
from grading.queries.test_runs import conflict_in
from grading.services.test_runs.capacity import capacity_faults, capacity_result, soh_so_far
from grading.services.test_runs.checks import Bench, Faults, bench_of
from grading.services.test_runs.inputs import CapacityInput, Input, ResistanceInput
from grading.services.test_runs.overlapping import name_overlaps
from grading.services.test_runs.resistance import ratio_so_far, resistance_faults, resistance_result
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.actor import Actor

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Input)
NOT_AT_BENCH = "pack_id"
"""The field of faults that stand against the pack or the person and not against a value."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What recording a row would say; nothing of it is stored."""

    faults: Faults
    """All that keeps it from being recorded, by field; empty when nothing does."""
    value: Decimal | None
    """SOH in percent, or the ratio to the baseline, as far as it can be computed already."""
    unusual: Mapping[str, str] = field(default_factory=dict)
    """What can be but is worth a second look, by field."""
    result: CapacityTest | ResistanceTest | None = None
    """The result with its uncertainty and departures; None while there are faults."""
    conflict: str = ""
    """How it would contradict itself."""


def capacity_problems(*, rows: Sequence[CapacityInput], actor: Actor, at: datetime) -> list[Faults]:
    """Return the faults of each of ``rows``, one pack each; as many queries for any number of rows."""
    bench = _look(rows, CapacityTest, at)
    return [_faults(row, bench, actor, capacity_faults) for row in rows]


def resistance_problems(*, rows: Sequence[ResistanceInput], actor: Actor, at: datetime) -> list[Faults]:
    """Return the faults of each of ``rows``, one pack each; as many queries for any number of rows."""
    bench = _look(rows, ResistanceTest, at)
    return [_faults(row, bench, actor, resistance_faults) for row in rows]


def preview_capacity(*, rows: Sequence[CapacityInput], actor: Actor, at: datetime) -> list[Preview]:
    """Return what recording each of ``rows`` would say, one pack each.

    :raises NoPolicyInForce: when there is no policy that says what is needed.
    """
    bench, policy = _look(rows, CapacityTest, at), compiled(policy_in_force(at=at))
    found = []
    for row in rows:
        faults = _faults(row, bench, actor, capacity_faults)
        result = None if faults else capacity_result(row, bench, policy, actor, at)
        value = soh_so_far(row, bench.packs[row.pack_id])
        found.append(
            Preview(
                faults=faults,
                value=value,
                unusual=_unusual(vars(row) | {"soh_percent": value}),
                result=result,
                conflict=conflict_in(result) if result else "",
            )
        )
    made = [preview.result for preview in found if isinstance(preview.result, CapacityTest)]
    name_overlaps(made, bench.current.values())
    return found


def preview_resistance(*, rows: Sequence[ResistanceInput], actor: Actor, at: datetime) -> list[Preview]:
    """Return what recording each of ``rows`` would say, one pack each.

    :raises NoPolicyInForce: when there is no policy that says what is comparable.
    """
    bench, policy = _look(rows, ResistanceTest, at), compiled(policy_in_force(at=at))
    found = []
    for row in rows:
        faults = _faults(row, bench, actor, resistance_faults)
        value = ratio_so_far(row, bench.packs[row.pack_id])
        found.append(
            Preview(
                faults=faults,
                value=value,
                unusual=_unusual(vars(row) | {"ir_ratio": value}),
                result=None if faults else resistance_result(row, bench, policy, actor, at),
            )
        )
    return found


def _look(rows: Sequence[Input], model: type[M], at: datetime) -> Bench[M]:
    """Read what the checks need without locking or refusing anything: recording does both again."""
    packs = list(Pack.objects.filter(pk__in=[row.pack_id for row in rows]))
    return bench_of(packs, rows, model, demands_on(pack_ids=[pack.pk for pack in packs]), at)


def _faults(row: R, bench: Bench[Any], actor: Actor, faults_of: Callable[[R, Bench[Any]], Faults]) -> Faults:
    pack = bench.packs[row.pack_id]
    if pack.status != Status.INSPECTED:
        return {NOT_AT_BENCH: f"{pack.serial} is {pack.get_status_display().lower()} and not at the bench."}
    faults = faults_of(row, bench)
    if actor.person_id in bench.demands.get(pack.pk, Demand()).person_ids:
        faults[NOT_AT_BENCH] = "The reviewer wants somebody else to measure it this time."
    return faults


def _unusual(values: Mapping[str, object]) -> dict[str, str]:
    return {doubt.field: doubt.message for doubt in check_unusual(values)}
