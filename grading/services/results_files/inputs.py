"""Rows of a results file as the services take them."""

from collections.abc import Mapping, Sequence
from typing import Any

from grading.domain.members import Member
from grading.services.results_files.staged import Staged
from grading.services.soh_reports import SohReportInput
from grading.services.test_runs import CapacityInput, ResistanceInput

FIELD_OF = {
    "instrument_id": "instrument",
    "channel_id": "channel",
    "procedure_id": "procedure",
    "pack_id": "serial",
}
"""What the services call what a file names otherwise."""
_CAPACITY = (
    "measured_capacity_ah", "measured_energy_kwh", "reference_value", "c_rate", "voltage_from_v",
    "voltage_to_v", "weakest_soh_percent", "temperature_degc", "ambient_degc",
)  # fmt: skip
_RESISTANCE = (
    "soc_percent", "ir_mohm", "pulse_duration_s", "pulse_current_a", "baseline_mohm", "baseline_pulse_s",
    "baseline_soc_percent", "baseline_temperature_degc", "temperature_degc", "ambient_degc",
)  # fmt: skip
_MEMBER = ("measured_capacity_ah", "rated_capacity_ah", "soh_percent", "dcir_mohm", "voltage_v")
_FLAGS: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}


def capacity_input(row: Staged, members: Sequence[Staged]) -> CapacityInput:
    """Return a capacity row with its members; what could not be read is blank."""
    text = row.values.get
    return CapacityInput(
        **_head(row),
        basis=text("basis", ""),
        reference_source=text("reference_source", ""),
        ended_by_cell_limit=_FLAGS[text("ended_by_cell_limit", "")],
        weakest_kind=text("weakest_kind", ""),
        members=[member_of(member) for member in members],
        **{name: row.number_of(name) for name in _CAPACITY},  # type: ignore[arg-type]
    )


def _head(row: Staged) -> dict[str, Any]:
    """Return what results of both kinds share."""
    assert row.pack is not None  # only rows with a pack are judged
    text = row.values.get
    return {
        "pack_id": row.pack.pk,
        "measured_at": row.moment_of("measured_at"),
        "method": text("method", ""),
        "note": text("note", ""),
        "reason": text("reason", ""),
        "confirmation": text("confirmation", ""),
        **{name: row.keys.get(name) for name in ("instrument_id", "channel_id", "procedure_id")},
    }


def member_of(row: Staged) -> Member:
    """Return one member."""
    text = row.values.get
    numbers = {name: row.number_of(name) for name in _MEMBER}
    return Member(kind=text("kind", ""), label=text("label", ""), **numbers)


def resistance_input(row: Staged) -> ResistanceInput:
    """Return a resistance row; what could not be read is blank."""
    text = row.values.get
    return ResistanceInput(
        **_head(row),
        direction=text("direction", ""),
        baseline_source=text("baseline_source", ""),
        **{name: row.number_of(name) for name in _RESISTANCE},  # type: ignore[arg-type]
    )


def report_input(row: Staged) -> SohReportInput:
    """Return a reported state of health; what could not be read is blank."""
    assert row.pack is not None  # only rows with a pack are judged
    text = row.values.get
    return SohReportInput(
        pack_id=row.pack.pk,
        kind=text("kind", ""),
        value_percent=row.number_of("value_percent"),
        read_at=row.moment_of("read_at"),
        firmware=text("firmware", ""),
        tool=text("tool", ""),
        procedure_id=row.keys.get("procedure_id"),
        note=text("note", ""),
        reason=text("reason", ""),
    )
