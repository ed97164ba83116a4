"""Files that the demo's tester wrote: one ready, one with a question, one of no pack, one damaged."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from grading.management.demo.timeline import Year
from grading.models import CapacityTest, TesterFile
from grading.services import tester_files
from grading.services.tester_files import CapacityAnswers, Head
from intake.domain.lifecycle import Status
from intake.models import Pack

_HEADING = "Test Time / s,Voltage / V,Current / A,Ambient Temperature / degC"
_SOON = timedelta(minutes=1)
_CELL_LOW_V, _CELL_HIGH_V = 3.0, 4.2
_PACKS = 4


def send_files(year: Year, at: datetime) -> None:
    """Let an operator send what the tester wrote for packs that still wait at the bench."""
    tested = CapacityTest.objects.values("pack_id")
    waiting = Pack.objects.filter(
        status=Status.INSPECTED, pack_type__series_count__isnull=False, rated_capacity_ah__isnull=False
    )
    packs = list(waiting.exclude(pk__in=tested).select_related("pack_type").order_by("pk")[:_PACKS])
    if not packs:
        return
    for number, pack in enumerate(packs):
        content = _full_test(year, pack, sign=-1 if number in (1, 3) else 1)
        name = f"{pack.serial} C3.csv" if number < 2 else f"channel {number + 2}, night run.csv"
        file = _send(year, at, name, content)
    interrupted = _send(year, at, "export interrupted.csv", b"Test Time / s,Volt")
    trial = _send(year, at, "trial without a pack.csv", _full_test(year, packs[0], sign=1)[:20_000])
    soon, later = at + _SOON, at + 2 * _SOON
    by: dict[str, Any] = {"tester_file_id": trial.pk, "actor": year.who("warehouse")}
    _act(year, soon, tester_files.read_again, interrupted)
    tester_files.set_aside(reason="Sent by mistake.", at=soon, **by)
    _act(year, later, tester_files.take_back, trial)
    tester_files.set_aside(reason="A trial run of the rig, no test of a pack.", at=later, **by)
    if len(packs) == _PACKS:
        _see_through(year, later, file, packs[-1])


def _see_through(year: Year, at: datetime, file: TesterFile, pack: Pack) -> None:
    """Take a file from the inbox to its results, as an operator does."""
    _act(year, at, tester_files.assign, file, pack_id=pack.pk)
    answers = {"sign": "inverted"}
    reason = "This rig writes + for discharge; its wiring plan says so."
    _act(year, at + _SOON, tester_files.answer, file, answers=answers, reason=reason)
    procedure_id = year.procedures["iso12405-capacity"]
    _act(year, at + 2 * _SOON, tester_files.place, file, channel_id=None, procedure_id=procedure_id)
    head = Head(instrument_id=year.instruments["CYC-1"], channel_id=None, measured_at=file.received_at)
    capacity = CapacityAnswers(
        procedure_id=procedure_id, reference_source="nameplate", basis="ah", ended_by_cell_limit=False
    )
    tester_files.record_results(
        tester_file_id=file.pk,
        test_index=0,
        head=head,
        capacity=capacity,
        resistance=None,
        actor=year.who("warehouse"),
        at=at + 3 * _SOON,
    )


def _act(year: Year, at: datetime, act: Callable[..., Any], file: TesterFile, **details: Any) -> None:
    """Do something with a file, and let the worker read it again."""
    act(tester_file_id=file.pk, actor=year.who("warehouse"), at=at, **details)
    tester_files.run(tester_file_id=file.pk, actor=year.task("Tester file reader"), at=at)


def _send(year: Year, at: datetime, name: str, content: bytes) -> TesterFile:
    file, _ = tester_files.accept(
        file_name=name,
        content=io.BytesIO(content),
        source=TesterFile.Source.PAGE,
        actor=year.who("warehouse"),
        at=at,
    )
    return tester_files.run(tester_file_id=file.pk, actor=year.task("Tester file reader"), at=at)


def _full_test(year: Year, pack: Pack, *, sign: int) -> bytes:
    lines = [_HEADING]
    lines += [f"{t:.0f},{v:.4f},{sign * i:.4f},24.8" for t, v, i in _records(year, pack)]
    return "\n".join([*lines, ""]).encode()


def _records(year: Year, pack: Pack) -> Iterator[tuple[float, float, float]]:
    """Calculate a full charge, a rest, a discharge at C/3, half a charge and a pulse of the pack as it is."""
    truth, pack_type = year.pack(pack), pack.pack_type
    assert pack_type is not None  # such packs were chosen
    cells = pack_type.series_count or 1
    low = float(pack_type.voltage_min_v or cells * _CELL_LOW_V)
    high = float(pack_type.voltage_max_v or cells * _CELL_HIGH_V)
    capacity = float(truth.kind.rated_ah) * float(truth.soh_percent) / 100
    ohm = float(truth.kind.baseline_mohm) * float(truth.ir_ratio) / 1000
    third = float(truth.kind.rated_ah) / 3
    time, charge = 0.0, 0.02

    def run(current: float, seconds: float, step: float) -> Iterator[tuple[float, float, float]]:
        nonlocal time, charge
        end = time + seconds
        while time < end:
            time += step
            charge += current * step / 3600 / capacity
            voltage = low + (high - low) * charge + current * ohm
            yield time, voltage, current
            if (current < 0 and voltage <= low) or (current > 0 and voltage >= high):
                return

    yield from run(0.0, 1_800, 60)
    yield from run(third, 40_000, 20)
    current = third
    while current > third * 0.14:
        current = min(current, (1 - charge) * (high - low) / ohm)
        yield from run(current, 10, 10)
    yield from run(0.0, 3_600, 60)
    yield from run(-third, 40_000, 5)
    yield from run(0.0, 3_600, 60)
    yield from run(third, 5_200, 20)
    yield from run(0.0, 1_800, 10)
    yield from run(-2 * third, 20, 1)
    yield from run(0.0, 600, 10)
