"""What the system says of a result before it is kept: where it departs from its procedure, how sure it is."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from grading.domain.policy import Policy
from grading.domain.procedure import Procedure
from grading.domain.procedure_departures import Departure
from grading.domain.resistance import Comparison
from grading.domain.soh import departures
from grading.domain.uncertainty import (
    Accuracy,
    Budget,
    capacity_soh_budget,
    energy_soh_budget,
    meter_resistance_budget,
    pulse_resistance_budget,
    ratio_budget,
)
from grading.models import CapacityTest, ProcedureVersion, ResistanceTest
from intake.models import Pack

LARGEST_U = Decimal("9999.9999")
"""What the columns can hold; whatever is less sure than this is equally useless."""


def judge_capacity(
    test: CapacityTest, policy: Policy, *, full_cycles_ah: Sequence[Decimal] | None = None
) -> None:
    """Fill in departures and uncertainty of a capacity test.

    :param full_cycles_ah: None where nobody recorded them, which is not judged.

    Without a procedure the conditions of the policy hold.
    """
    procedure = _procedure(test.procedure)
    if procedure:
        found = procedure.faults_of_result(_capacity_conditions(test) | {"full_cycles_ah": full_cycles_ah})
    else:
        found = [Departure("", words) for words in _outside_policy(test, policy)]
    test.departures = to_json(found)
    if test.channel is None and procedure is None:
        return
    budget = _soh_budget(test, procedure)
    test.uncertainty, test.u_soh_points = budget.to_json(), _kept(budget)


def judge_resistance(
    test: ResistanceTest, comparison: Comparison, *, rest_before_s: int | None = None
) -> None:
    """Fill in whether the ratio counts, and departures and uncertainty of a resistance test.

    :param rest_before_s: None where nobody recorded it, which a procedure of pulses has named.

    A grave departure from its own procedure makes a value that compares with no other.
    """
    procedure = _procedure(test.procedure)
    found = procedure.faults_of_result(_resistance_conditions(test, rest_before_s)) if procedure else []
    test.departures = to_json(found)
    grave = [departure.words for departure in found if departure.is_grave]
    test.is_comparable = comparison.is_comparable and not grave
    test.incomparable_because = "; ".join([*([comparison.why] if comparison.why else []), *grave])
    if test.channel is None and procedure is None:
        return
    budget = _resistance_budget(test, procedure)
    test.u_ir_mohm = _kept(budget)
    if test.ir_ratio is not None:
        tolerance = _input(procedure, "reference_tolerance_percent")
        budget = ratio_budget(ir_ratio=test.ir_ratio, resistance=budget, baseline_tolerance_percent=tolerance)
        test.u_ratio = _kept(budget)
    test.uncertainty = budget.to_json()


def to_json(found: Sequence[Departure]) -> list[dict[str, Any]]:
    """Return departures as a result keeps them."""
    return [{"words": departure.words, "is_grave": departure.is_grave} for departure in found]


def name_confirmed(result: CapacityTest | ResistanceTest, doubts: Sequence[str]) -> None:
    """Let ``result`` say what was hardly plausible about it; whose word it has stands in the trail."""
    for doubt in doubts:
        result.depart(f"{doubt}; read again and confirmed")


def _procedure(version: ProcedureVersion | None) -> Procedure | None:
    return Procedure(document=version.document, sha256=version.sha256) if version else None


def _input(procedure: Procedure | None, name: str) -> Decimal | None:
    return procedure.uncertainty(name) if procedure else None


def _capacity_conditions(test: CapacityTest) -> dict[str, Any]:
    names = ("method", "c_rate", "temperature_degc", "ambient_degc", "ended_by_cell_limit")
    values = {name: getattr(test, name) for name in names}
    pack_type = test.pack.pack_type
    # The cut-off is exact per cell: without their number nobody can say by how much it was missed.
    if pack_type and pack_type.series_count:
        values |= {"voltage_from_v": test.voltage_from_v, "voltage_to_v": test.voltage_to_v}
        values |= {
            name: getattr(pack_type, name) for name in ("series_count", "voltage_min_v", "voltage_max_v")
        }
    return values


def _outside_policy(test: CapacityTest, policy: Policy) -> list[str]:
    return departures(
        [
            ("temperature in °C", test.temperature_degc, policy.window("capacity", "temperature_degc")),
            ("C-rate", test.c_rate, policy.window("capacity", "c_rate")),
        ]
    )


def _resistance_conditions(test: ResistanceTest, rest_before_s: int | None) -> dict[str, Any]:
    names = ["method", "temperature_degc", "ambient_degc", "soc_percent"]
    if test.method == ResistanceTest.Method.DC_PULSE:
        names += ["pulse_duration_s", "pulse_current_a", "direction", "ir_mohm"]
    values = {name: getattr(test, name) for name in names} | {"rated_capacity_ah": rated_ah(test.pack)}
    if test.method == ResistanceTest.Method.DC_PULSE:
        values["rest_before_s"] = rest_before_s
    return values


def rated_ah(pack: Pack) -> Decimal | None:
    """Return the rated charge of a pack, the catalog's before the supplier's."""
    return (pack.pack_type and pack.pack_type.rated_capacity_ah) or pack.rated_capacity_ah


def _soh_budget(test: CapacityTest, procedure: Procedure | None) -> Budget:
    by_charge = test.basis == CapacityTest.Basis.AH
    rated, ah = test.reference_value if by_charge else rated_ah(test.pack), test.measured_capacity_ah
    current = test.c_rate * rated if rated else None
    values: dict[str, Any] = {
        "soh_percent": test.soh_percent,
        "accuracy": _accuracy(test),
        "current_a": current,
        "duration_s": ah * 3600 / current if ah and current else None,
        "temperature_degc": test.temperature_degc,
        "reference_tolerance_percent": _input(procedure, "reference_tolerance_percent"),
    }
    values |= {name: _input(procedure, name) for name in _OF_CAPACITY}
    if by_charge:
        return capacity_soh_budget(**values)
    kwh = test.measured_energy_kwh
    return energy_soh_budget(**values, voltage_v=kwh * 1000 / ah if kwh and ah else None)


_OF_CAPACITY = ("edge_s", "cutoff_percent_per_v", "percent_per_k", "repeatability_percent")


def _resistance_budget(test: ResistanceTest, procedure: Procedure | None) -> Budget:
    values: dict[str, Any] = {
        "ir_mohm": test.ir_mohm,
        "accuracy": _accuracy(test),
        "temperature_degc": test.temperature_degc,
        "reference_temperature_degc": test.baseline_temperature_degc,
    }
    values |= {name: _input(procedure, name) for name in ("activation_kj_per_mol", "repeatability_percent")}
    if test.method == ResistanceTest.Method.AC_1KHZ:
        return meter_resistance_budget(**values)
    pack_type = test.pack.pack_type
    voltage = (pack_type and pack_type.nominal_voltage_v) or test.pack.nominal_voltage_v
    return pulse_resistance_budget(**values, current_a=test.pulse_current_a, voltage_v=voltage)


def _accuracy(test: CapacityTest | ResistanceTest) -> Accuracy:
    return Accuracy.of(test.channel) if test.channel else Accuracy()


def _kept(budget: Budget) -> Decimal | None:
    u = budget.standard_uncertainty
    return None if u is None else min(u, LARGEST_U)
