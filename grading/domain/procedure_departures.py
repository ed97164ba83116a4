"""Where a result departs from the procedure that it names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Departure:
    """One condition that a result does not meet."""

    field: str
    """Field of the result."""
    words: str
    is_grave: bool = True
    """The value does not compare with others by this procedure; otherwise it only calls for a look."""

    def __str__(self) -> str:
        return self.words


def departures_of(document: Document, values: Mapping[str, Any]) -> list[Departure]:
    """Return every departure of a result's ``values`` from a sound ``document``, in a fixed order."""
    checks = (
        _method,
        _c_rate,
        _temperature,
        _ambient,
        _voltages,
        _cycles,
        _rest,
        _pulse,
        _state_of_charge,
        _step,
    )
    return [departure for check in checks for departure in check(document, values)]


def _method(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    wanted, found = document["method"], values.get("method", document["method"])
    if found != wanted:
        yield Departure("method", f"method is {METHOD_WORDS.get(found, found)}, not {METHOD_WORDS[wanted]}")


METHOD_WORDS = {
    "cc_discharge": "constant-current discharge",
    "cccv_charge": "CC-CV charge",
    "dc_pulse": "DC pulse",
    "ac_1khz": "AC 1 kHz",
    "pulse_screen": "pulse screen",
}


def _c_rate(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    if document["c_rate"] is None or document["kind"] != "capacity":
        return
    wanted, percent = Decimal(document["c_rate"]), Decimal(document["c_rate_tolerance_percent"])
    slack = wanted * percent / 100
    yield from _outside(values, "c_rate", "C-rate", "C", (wanted - slack, wanted + slack))


def _temperature(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    windows = document["temperature_degc"]
    grave = list(_outside(values, "temperature_degc", "temperature", "°C", _ends(windows["accepted"])))
    yield from grave
    if not grave:
        yield from _outside(
            values, "temperature_degc", "temperature", "°C", _ends(windows["grading"]), is_grave=False
        )


def _ambient(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    if document["ambient_degc"] is not None:
        window = _ends(document["ambient_degc"])
        yield from _outside(values, "ambient_degc", "ambient temperature", "°C", window, is_grave=False)


def _voltages(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    """Compare the voltages at both ends of a capacity test with the limits, per cell in series.

    A pack that rested after its charge begins below the limit, and one that a cell's limit ended stops
    short of its own; neither is a departure. Without the number of cells nothing can be said.
    """
    cells = values.get("series_count")
    if "capacity" not in document or not cells:
        return
    limits = document["voltage_limits"]
    if limits["by"] == "cell":
        low, high = Decimal(limits["min_v"]) * cells, Decimal(limits["max_v"]) * cells
    else:
        low, high = values.get("voltage_min_v"), values.get("voltage_max_v")
        yield from _limits_unknown(values)
    slack = Decimal(document["capacity"]["cutoff_tolerance_mv"]) / 1000 * cells
    discharges = document["method"] == "cc_discharge"
    start, end = (high, low) if discharges else (low, high)
    begun, ended = values.get("voltage_from_v"), values.get("voltage_to_v")
    if begun is not None and start is not None and _is_beyond(begun, start, slack, discharges):
        side = "above" if discharges else "below"
        yield Departure("voltage_from_v", f"it began at {begun} V, {side} the limit of {_plain(start)} V")
    by_cell = values.get("ended_by_cell_limit")
    if ended is not None and end is not None and abs(ended - end) > slack and not by_cell:
        words = f"it ended at {ended} V, not at {_plain(end)} V ± {_plain(slack)} V"
        yield Departure("voltage_to_v", words)


def _limits_unknown(values: Mapping[str, Any]) -> Iterator[Departure]:
    """Name the limits of the type that the catalog leaves open: nothing tells full or empty without them."""
    names = {"voltage_min_v": "lowest", "voltage_max_v": "highest"}
    open_ = [word for name, word in names.items() if name in values and values[name] is None]
    if open_:
        words = (
            f"the catalog names no {' and no '.join(open_)} voltage of this type: its limits were not judged"
        )
        yield Departure("voltage_to_v", words, is_grave=False)


def _cycles(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    """Compare the full cycles up to the one that counts with how many there are to be, and how alike."""
    part, found = document.get("capacity"), values.get("full_cycles_ah")
    if part is None or found is None:
        return
    wanted, percent = int(part["cycles"]), part["agreement_percent"]
    if len(found) < wanted:
        words = f"full cycles: {len(found)}, the procedure asks for {wanted}"
        yield Departure("full_cycles_ah", words, is_grave=False)
    elif wanted > 1 and percent is not None:
        before, last = found[-2:]
        if abs(last - before) > max(last, before) * Decimal(percent) / 100:
            words = (
                f"the last two full cycles gave {before} and {last} Ah, not within {percent} % of each other"
            )
            yield Departure("full_cycles_ah", words, is_grave=False)


def _is_beyond(found: Decimal, limit: Decimal, slack: Decimal, is_upper: bool) -> bool:
    return found > limit + slack if is_upper else found < limit - slack


def _rest(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    if "rest_before_s" not in values:
        return
    found, wanted = values["rest_before_s"], Decimal(document["rest_before_s"])
    if found is None:
        yield Departure("rest_before_s", "rest before the test is not recorded", is_grave=False)
    elif found < wanted:
        least = Decimal(document.get("resistance", {}).get("flag_rest_below_s", wanted))
        words = f"rest before the test is {found} s, shorter than {_plain(wanted)} s"
        yield Departure("rest_before_s", words, is_grave=found < least)


def _pulse(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    part = document.get("resistance")
    if part is None or not part["pulse_lengths_s"]:
        return
    if "pulse_duration_s" in values:
        lengths = [Decimal(length) for length in part["pulse_lengths_s"]]
        found = values["pulse_duration_s"]
        if found is None:
            yield Departure("pulse_duration_s", "pulse length is not recorded")
        elif found not in lengths:
            known = ", ".join(part["pulse_lengths_s"])
            yield Departure("pulse_duration_s", f"pulse of {found} s is none of {known} s")
    direction = values.get("direction")
    if direction and direction not in part["directions"]:
        yield Departure("direction", f"a {direction} pulse, not {' or '.join(part['directions'])}")
    current, rated = values.get("pulse_current_a"), values.get("rated_capacity_ah")
    if current is None and "pulse_current_a" in values:
        yield Departure("pulse_current_a", "pulse current is not recorded", is_grave=False)
    elif part["min_c_rate"] is not None and current is not None and rated:
        rate = abs(current) / rated
        if rate < Decimal(part["min_c_rate"]):
            words = f"pulse of {current} A is {rate:.2f} C, below {part['min_c_rate']} C"
            # A weak current does no harm where the voltage still moved enough (CYCLERS 3.2).
            yield Departure("pulse_current_a", words, is_grave=not _moves_enough(part, values))
            return
    if current is not None and rated:
        yield from _pulse_rate(document, abs(current), rated)


def _pulse_rate(document: Document, current: Decimal, rated: Decimal) -> Iterator[Departure]:
    """Compare a pulse that is strong enough with the procedure's currents: another calls for a look."""
    rates, percent = document["resistance"]["pulse_c_rates"], document["c_rate_tolerance_percent"]
    if not rates or percent is None:
        return
    rate, slack = current / rated, Decimal(percent) / 100
    if not any(abs(rate - Decimal(wanted)) <= Decimal(wanted) * slack for wanted in rates):
        known = " or ".join(f"{wanted} C ± {percent} %" for wanted in rates)
        words = f"pulse of {current} A is {rate:.2f} C, not {known}"
        yield Departure("pulse_current_a", words, is_grave=False)


def _state_of_charge(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    if part := document.get("resistance"):
        yield from _outside(values, "soc_percent", "state of charge", "%", _ends(part["soc_percent"]))


def _step(document: Document, values: Mapping[str, Any]) -> Iterator[Departure]:
    """Judge the step of the voltage, which follows from resistance and current."""
    part, moved = document.get("resistance"), _moved_v(values)
    if part and moved is not None and part["min_delta_v"] is not None and not _moves_enough(part, values):
        found, least = _plain(moved * 1000), _plain(Decimal(part["min_delta_v"]) * 1000)
        words = f"the pulse moved the voltage by {found} mV, less than {least} mV"
        yield Departure("pulse_current_a", words)


def _moved_v(values: Mapping[str, Any]) -> Decimal | None:
    ir, current = values.get("ir_mohm"), values.get("pulse_current_a")
    return None if ir is None or current is None else Decimal(ir * abs(current) / 1000)


def _moves_enough(part: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    moved = _moved_v(values)
    return moved is not None and part["min_delta_v"] is not None and moved >= Decimal(part["min_delta_v"])


def _outside(
    values: Mapping[str, Any],
    field: str,
    name: str,
    unit: str,
    window: tuple[Decimal, Decimal],
    *,
    is_grave: bool = True,
) -> Iterator[Departure]:
    if field not in values:
        return
    value, (low, high) = values[field], window
    if value is None:
        yield Departure(field, f"{name} is not recorded", is_grave)
    elif not low <= value <= high:
        words = f"{name} is {value} {unit}, outside {_plain(low)} to {_plain(high)} {unit}"
        yield Departure(field, words, is_grave)


def _ends(window: list[str]) -> tuple[Decimal, Decimal]:
    return Decimal(window[0]), Decimal(window[1])


def _plain(value: Decimal) -> str:
    """Return ``value`` with at most four places and no idle zeros."""
    text = f"{value:.4f}"
    return text.rstrip("0").rstrip(".")
