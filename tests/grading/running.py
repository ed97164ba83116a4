"""Bench runs for tests: a head that suits every row, and rows with values."""

from collections.abc import Sequence
from datetime import timedelta

from grading.models import BenchDraft, BenchRun, Instrument
from grading.services.bench_runs import add_packs, fill, open_run
from intake.models import Pack
from rebattery.actor import Actor
from tests.evidence import TESTED_AT
from tests.factories import make_actor, make_instrument

AT = TESTED_AT + timedelta(hours=1)
MEASURED = f"{TESTED_AT:%Y-%m-%d %H:%M}"
CAPACITY_HEAD = {
    "measured_at": MEASURED,
    "method": "cc_discharge",
    "reference": "nameplate:ah",
    "c_rate": "0,33",
    "temperature_degc": "25",
    "voltage_from_v": "402",
    "voltage_to_v": "288",
    "ended_by_cell_limit": "yes",
}
RESISTANCE_HEAD = {
    "measured_at": MEASURED,
    "method": "dc_pulse",
    "soc_percent": "50",
    "temperature_degc": "25",
    "pulse_duration_s": "10",
    "pulse_current_a": "100",
}


def make_run(
    packs: Sequence[Pack] = (),
    *,
    kind: str = "capacity",
    instrument: Instrument | None = None,
    by: Actor | None = None,
    **head: str,
) -> BenchRun:
    """Open a run whose head lacks nothing, with a row for each of ``packs``."""
    instrument = instrument or make_instrument()
    texts = CAPACITY_HEAD if kind == "capacity" else RESISTANCE_HEAD
    actor = by or make_actor()
    run = open_run(kind=kind, head=texts | {"instrument": instrument.code} | head, actor=actor, at=AT)
    if packs:
        add_packs(run_id=run.pk, pack_ids=[pack.pk for pack in packs], actor=actor, at=AT)
    return run


def fill_in(run: BenchRun, **by_serial: str) -> None:
    """Type what was measured of packs, by serial with underscores for dashes."""
    name = "measured_capacity_ah" if run.kind == "capacity" else "ir_mohm"
    rows = [{"serial": serial.replace("_", "-"), name: text} for serial, text in by_serial.items()]
    fill(run_id=run.pk, rows=rows, actor=make_actor(), at=AT)


def row_of(run: BenchRun, pack: Pack) -> BenchDraft:
    return BenchDraft.objects.get(run=run, pack=pack)
