"""What the fields of one pack have to do with each other: physics, order of dates, safety, codes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from intake.domain.chemistry import Chemistry
from intake.domain.identity import chemistries_of_code
from intake.domain.manifest.checks.vehicles import make_issue
from intake.domain.manifest.problems import Issue, error, warning
from intake.domain.manifest.values.dates import date_bounds

Values = Mapping[str, Any]
KWH_PER_KM = Decimal("0.18")
HIGHEST_PACK_VOLTS = 1000
OHM_PER_VOLT = 100  # UN ECE R100: isolation of a DC circuit
LATEST_FIRST_USE_DAYS = 36 * 31


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one pack: the fields that it needs, the first of which it blames, and its test.

    looks_at: further fields that the test reads when they are there.
    """

    needs: tuple[str, ...]
    test: Callable[[Values], Issue | None]
    looks_at: tuple[str, ...] = ()


def _decimals(values: Values, *names: str) -> list[Decimal]:
    return [Decimal(values[name]) for name in names]


def _energy_agrees(values: Values) -> Issue | None:
    energy, volts, amp_hours = _decimals(
        values, "nominal_energy_kwh", "nominal_voltage_v", "rated_capacity_ah"
    )
    product = volts * amp_hours / 1000
    if abs(product - energy) <= energy * Decimal("0.15"):
        return None
    return warning(
        "energy_mismatch",
        f"Voltage × capacity is {product:.1f} kWh, the stated energy {energy} kWh.",
        "Check all three.",
    )


def cell_voltage(values: Values) -> Issue | None:
    """Tell the voltage of a cell given for a pack."""
    volts, energy = _decimals(values, "nominal_voltage_v", "nominal_energy_kwh")
    if volts < 6 and energy > 5:
        return error(
            "cell_value_suspected",
            f"{volts} V is the voltage of a cell, not of a pack.",
            "Give the voltage of the pack.",
        )
    return None


def _usable(values: Values) -> Issue | None:
    usable, nominal = _decimals(values, "usable_energy_kwh", "nominal_energy_kwh")
    if usable > nominal * Decimal("1.05"):
        return error(
            "usable_above_nominal",
            "The usable energy is larger than the nominal energy.",
            "Exchange or correct them.",
        )
    return None


def _mass(values: Values) -> Issue | None:
    mass, energy = _decimals(values, "mass_kg", "nominal_energy_kwh")
    if energy and not 4 <= mass / energy <= 15:
        return warning(
            "mass_mismatch", f"{mass / energy:.1f} kg per kWh is outside 4 to 15.", "Check mass and energy."
        )
    return None


def _cycles(values: Values) -> Issue | None:
    cycles, odometer, energy = _decimals(values, "cycle_count", "odometer_km", "nominal_energy_kwh")
    expected = odometer * KWH_PER_KM / energy if energy else Decimal(0)
    if expected and cycles and not Decimal("0.5") <= cycles / expected <= 2:
        message = f"{odometer} km mean about {expected:.0f} full cycles; {cycles} are stated."
        return warning("cycles_mismatch", message, "Check mileage and cycles.")
    return None


def _throughput(values: Values) -> Issue | None:
    throughput, cycles, energy = _decimals(
        values, "energy_throughput_kwh", "cycle_count", "nominal_energy_kwh"
    )
    expected = cycles * energy * 2
    if expected and not Decimal("0.5") <= throughput / expected <= 2:
        message = f"{cycles} cycles mean about {expected:.0f} kWh; {throughput} kWh are stated."
        return warning("throughput_mismatch", message, "Check throughput and cycles.")
    return None


def _cell_spread(values: Values) -> Issue | None:
    low, high = _decimals(values, "cell_v_min", "cell_v_max")
    if low > high:
        return error(
            "cell_voltages_exchanged",
            "The lowest cell voltage is above the highest.",
            "Exchange the two values.",
        )
    if high - low > Decimal("0.05"):
        return warning("cell_spread", f"The cells differ by {high - low} V; at rest 0.05 V is usual.")
    return None


def _isolation(values: Values) -> Issue | None:
    isolation, volts = _decimals(values, "isolation_kohm", "nominal_voltage_v")
    if volts and isolation * 1000 / volts < OHM_PER_VOLT:
        return warning(
            "isolation_low",
            f"{isolation * 1000 / volts:.0f} Ω/V is below 100 Ω/V: the pack will be quarantined.",
        )
    return None


def _date_order(earlier: str, later: str, message: str) -> Check:
    def test(values: Values) -> Issue | None:
        if date_bounds(values[earlier])[0] > date_bounds(values[later])[1]:
            return error("dates_out_of_order", message, "Correct one of the dates.")
        return None

    return Check((later, earlier), test)


def _late_first_use(values: Values) -> Issue | None:
    first_use, produced = date_bounds(values["first_use_date"])[0], date_bounds(values["production_date"])[1]
    if (first_use - produced).days > LATEST_FIRST_USE_DAYS:
        return warning(
            "first_use_late", "The first use is more than 36 months after production.", "Check both dates."
        )
    return None


def _waste_code(values: Values) -> Issue | None:
    if values["received_as"] == "waste" and "ewc_code" not in values:
        return warning(
            "waste_code_missing", "A pack received as waste needs its waste code.", "Give the EWC code."
        )
    return None


_EWC = re.compile(r"\d{2}\s?\d{2}\s?\d{2}\s?\*?")


def _waste_form(values: Values) -> Issue | None:
    if _EWC.fullmatch(values["ewc_code"].strip()):
        return None
    message = "A waste code has six digits, such as 16 06 05 or 16 01 21*."
    return warning("waste_code_unusual", message, "Check the code.")


def _waste_document(values: Values) -> Issue | None:
    if values["received_as"] == "waste" and "shipment_doc_no" not in values:
        message = "A pack received as waste travels with a shipment document."
        return warning("waste_document_missing", message, "Give the number of the document.")
    return None


def _test_summary(values: Values) -> Issue | None:
    if "un383_ref" in values:
        return None
    message = "A UN 38.3 date is given without the test summary that it belongs to."
    return warning("un383_missing", message, "Give the reference of the test summary.")


def _vin_make(values: Values) -> Issue | None:
    return make_issue(values["vin"], values["make"])


def _cell_capacity(values: Values) -> Issue | None:
    """Tell amp hours of a cell: the pack's voltage times the parallel strings would need many times more."""
    amp_hours, energy = _decimals(values, "rated_capacity_ah", "nominal_energy_kwh")
    if amp_hours and energy > 5 and energy * 1000 / amp_hours > HIGHEST_PACK_VOLTS:
        volts = energy * 1000 / amp_hours
        message = (
            f"{energy} kWh with {amp_hours} Ah would need {volts:.0f} V: this may be the value of a cell."
        )
        return warning("cell_value_suspected", message, "Give the capacity of the pack.")
    return None


def _transport(values: Values) -> Issue | None:
    if values["ddr_status"] in ("damaged", "defective", "critical") and values["transport_class"] == "normal":
        message = f"A {values['ddr_status']} pack must not travel in transport class “normal”."
        return warning("transport_class_conflict", message, "Use damaged_defective or critical.")
    return None


def _recall(values: Values) -> Issue | None:
    if values["recall_campaigns"] and values["ddr_status"] == "none":
        message = "A recall is stated, but the pack is declared neither damaged, defective nor recalled."
        return warning("recall_conflict", message, "Declare it as recalled, or delete the recall.")
    return None


def _code_letter(values: Values) -> Issue | None:
    allowed = chemistries_of_code(values["traction_battery_code"])
    if allowed and values["chemistry"] not in (*allowed, Chemistry.UNKNOWN):
        said = " or ".join(sorted(allowed))
        message = f"The code's type letter says {said}; the file says {values['chemistry']}."
        return warning("traction_code_conflict", message, "Check the chemistry.")
    return None


CHECKS = (
    Check(("nominal_voltage_v", "nominal_energy_kwh"), cell_voltage),
    Check(("nominal_energy_kwh", "nominal_voltage_v", "rated_capacity_ah"), _energy_agrees),
    Check(("usable_energy_kwh", "nominal_energy_kwh"), _usable),
    Check(("mass_kg", "nominal_energy_kwh"), _mass),
    Check(("cycle_count", "odometer_km", "nominal_energy_kwh"), _cycles),
    Check(("energy_throughput_kwh", "cycle_count", "nominal_energy_kwh"), _throughput),
    Check(("cell_v_max", "cell_v_min"), _cell_spread),
    Check(("isolation_kohm", "nominal_voltage_v"), _isolation),
    _date_order("production_date", "first_use_date", "The first use lies before the production."),
    _date_order("first_use_date", "retirement_date", "The retirement lies before the first use."),
    _date_order("production_date", "retirement_date", "The retirement lies before the production."),
    _date_order("production_date", "soh_date", "The SOH was measured before the production."),
    Check(("first_use_date", "production_date"), _late_first_use),
    Check(("received_as",), _waste_code, ("ewc_code",)),
    Check(("received_as",), _waste_document, ("shipment_doc_no",)),
    Check(("ewc_code",), _waste_form),
    Check(("un383_date",), _test_summary, ("un383_ref",)),
    Check(("vin", "make"), _vin_make),
    Check(("rated_capacity_ah", "nominal_energy_kwh"), _cell_capacity),
    Check(("transport_class", "ddr_status"), _transport),
    Check(("recall_campaigns", "ddr_status"), _recall),
    Check(("traction_battery_code", "chemistry"), _code_letter),
)
