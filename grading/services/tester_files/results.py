"""What a person confirms of a derivation, and the rows that follow from it; nothing measured is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from grading.domain.resistance import Baseline
from grading.domain.tester_files.cycles import full_cycles_ah
from grading.domain.tester_files.standing import resistances_of
from grading.models import CapacityTest, ResistanceTest
from grading.services.test_runs import CapacityInput, ResistanceInput
from rebattery.errors import RuleViolation


class NothingToRecord(RuleViolation):
    """This test gives no such result."""

    code = "nothing_to_record"


@dataclass(frozen=True, kw_only=True)
class Head:
    """What holds for every result of a test."""

    instrument_id: int | None
    channel_id: int | None
    measured_at: datetime | None
    ambient_degc: Decimal | None = None
    note: str = ""
    reason: str = ""
    """Why the results take the place of current ones; needed only then."""
    confirmation: str = ""
    """Why a value that is hardly plausible is right; needed only then."""


@dataclass(frozen=True, kw_only=True)
class CapacityAnswers:
    """What the file cannot say of its capacity test."""

    procedure_id: int | None
    reference_source: str
    basis: str
    reference_value: Decimal | None = None
    ended_by_cell_limit: bool | None = None
    weakest_soh_percent: Decimal | None = None
    weakest_kind: str = ""
    temperature_degc: Decimal | None = None
    """Only where the file has no temperature."""


@dataclass(frozen=True, kw_only=True)
class ResistanceAnswers:
    """Which pulse counts, and what the file cannot say of it."""

    pulse: int
    """Place of the pulse in the test."""
    why_this_pulse: str = ""
    """Needed for another pulse than the one that the conditions of the baseline choose."""
    procedure_id: int | None
    lengths_s: Sequence[str] = field(default_factory=list)
    """Keys of ``r_mohm``; empty: every one that compares."""
    baseline_source: str = ""
    soc_percent: Decimal | None = None
    """Only where the file does not tell it."""
    temperature_degc: Decimal | None = None


def capacity_row(
    *, pack_id: int, derivation_id: int, test: Mapping[str, Any], head: Head, answers: CapacityAnswers
) -> CapacityInput:
    """Return the capacity test that a derivation concludes: its own choice of discharge, never a person's.

    :raises NothingToRecord: when it concludes none.
    """
    if not test["concludes"] or test["capacity_chain"] is None:
        raise NothingToRecord("This test gives no capacity.")
    chain = test["capacity_chains"][test["capacity_chain"]]
    temperature = _rounded(chain["temperature_mean_degc"], 1)
    return CapacityInput(
        pack_id=pack_id,
        derivation_id=derivation_id,
        method="cc_discharge",
        basis=answers.basis,
        measured_capacity_ah=_rounded(abs(chain["ah"]), 3),
        measured_energy_kwh=_rounded(abs(chain["wh"]) / 1000, 4),
        reference_source=answers.reference_source,
        reference_value=answers.reference_value,
        full_cycles_ah=[ah for each in full_cycles_ah(test) if (ah := _rounded(each, 3)) is not None],
        c_rate=_rounded(chain["c_rate"], 3),
        temperature_degc=answers.temperature_degc if temperature is None else temperature,
        voltage_from_v=_rounded(chain["voltage_start_v"], 2),
        voltage_to_v=_rounded(chain["voltage_end_v"], 2),
        ended_by_cell_limit=answers.ended_by_cell_limit,
        weakest_soh_percent=answers.weakest_soh_percent,
        weakest_kind=answers.weakest_kind,
        procedure_id=answers.procedure_id,
        **vars(head),
    )


def resistance_rows(
    *,
    pack_id: int,
    derivation_id: int,
    test: Mapping[str, Any],
    head: Head,
    answers: ResistanceAnswers,
    preferred: int | None,
) -> list[ResistanceInput]:
    """Return one resistance for each length of the chosen pulse that compares.

    :param preferred: the pulse that the conditions of the baseline choose.
    :raises NothingToRecord: when there is no such pulse or length, or another pulse is taken without a word.
    """
    pulses = dict(resistances_of(test))
    if not test["concludes"] or answers.pulse not in pulses:
        raise NothingToRecord("This test has no such pulse.")
    if answers.pulse != preferred and not answers.why_this_pulse.strip():
        text = "Say why this pulse and not the one that the conditions of the baseline choose."
        raise NothingToRecord(text, fields={"why_this_pulse": text})
    pulse = pulses[answers.pulse]
    valid = {f"{each['after_s']:g}": each for each in pulse["resistances"] if each["comparable"]}
    wanted = list(answers.lengths_s) or list(valid)
    if not wanted or set(wanted) - set(valid):
        raise NothingToRecord("No resistance of this pulse meets the rules of validity.")
    soc, temperature = _rounded(pulse["soc_percent"], 1), _rounded(pulse["temperature_degc"], 1)
    note = "\n".join(text for text in (head.note.strip(), answers.why_this_pulse.strip()) if text)
    return [
        ResistanceInput(
            pack_id=pack_id,
            derivation_id=derivation_id,
            method="dc_pulse",
            ir_mohm=_rounded(valid[length]["r_mohm"], 3),
            pulse_duration_s=Decimal(length),
            pulse_current_a=_rounded(abs(pulse["current_a"]), 1),
            direction=pulse["direction"],
            rest_before_s=_seconds(pulse.get("rest_before_s")),
            soc_percent=answers.soc_percent if soc is None else soc,
            temperature_degc=answers.temperature_degc if temperature is None else temperature,
            baseline_source=answers.baseline_source,
            procedure_id=answers.procedure_id,
            **vars(head) | {"note": note},
        )
        for length in wanted
    ]


def preferred_pulse(test: Mapping[str, Any], baseline: Baseline | None) -> int | None:
    """Return the pulse whose conditions are nearest to the baseline's; None when no pulse has a resistance.

    Chosen by conditions alone, never by the value: a length of the baseline's first, discharge before charge,
    then the nearest state of charge (50 % without a baseline), then the earliest.
    """
    # As a float: "g" keeps the zero of the catalog's Decimal 10.0.
    length = f"{float(baseline.pulse_duration_s):g}" if baseline and baseline.pulse_duration_s else "10"
    soc = float(baseline.soc_percent) if baseline and baseline.soc_percent is not None else 50.0

    def order(item: tuple[int, Mapping[str, Any]]) -> tuple[bool, bool, float, int]:
        place, pulse = item
        valid = {f"{each['after_s']:g}" for each in pulse["resistances"] if each["comparable"]}
        distance = abs(pulse["soc_percent"] - soc) if pulse["soc_percent"] is not None else 100.0
        return length not in valid, pulse["direction"] != "discharge", distance, place

    found = sorted(resistances_of(test), key=order)
    return found[0][0] if found else None


def _seconds(value: float | None) -> int | None:
    return None if value is None else round(value)


def _rounded(value: float | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places))


def measured_values(result: CapacityTest | ResistanceTest, test: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measured columns of a recorded result as ``test`` gives them; None where it does not."""
    if isinstance(result, CapacityTest):
        place = test["capacity_chain"]
        chain = test["capacity_chains"][place] if test["concludes"] and place is not None else {}
        ah, wh = chain.get("ah"), chain.get("wh")
        return {
            "measured_capacity_ah": None if ah is None else _rounded(abs(ah), 3),
            "measured_energy_kwh": None if wh is None else _rounded(abs(wh) / 1000, 4),
            "c_rate": _rounded(chain.get("c_rate"), 3),
            "voltage_from_v": _rounded(chain.get("voltage_start_v"), 2),
            "voltage_to_v": _rounded(chain.get("voltage_end_v"), 2),
        }
    given = [_rounded(value, 3) for value in _resistances_like(result, test)]
    # Pulses of the same conditions are told apart by the value itself; they agree by chance only.
    return {"ir_mohm": result.ir_mohm if result.ir_mohm in given else next(iter(given), None)}


def _resistances_like(result: ResistanceTest, test: Mapping[str, Any]) -> list[float]:
    """Return the resistances of ``test`` that were measured under the conditions of ``result``.

    Compared as numbers of the column's one decimal: it gives back 10.0 s for the 10 s of the file.
    """
    found = []
    for _, pulse in resistances_of(test):
        soc = _rounded(pulse["soc_percent"], 1)
        conditions = (pulse["direction"], _rounded(abs(pulse["current_a"]), 1))
        if conditions != (result.direction, result.pulse_current_a) or soc not in (None, result.soc_percent):
            continue
        valid = [each for each in pulse["resistances"] if each["comparable"]]
        found += [each["r_mohm"] for each in valid if _rounded(each["after_s"], 1) == result.pulse_duration_s]
    return found
