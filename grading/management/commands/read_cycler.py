"""Say what a tester's file holds and gives, without taking it in: nothing is written, no server is needed."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.sandbox import read_and_derive
from grading.domain.cyclers.table import Unreadable

DERIVED, NOTHING_CONCLUDED, UNREADABLE = 0, 1, 2
_KEYS = (
    "format",
    "reader",
    "rows",
    "columns",
    "duration_s",
    "voltage_v",
    "current_a",
    "charge_ah",
    "discharge_ah",
    "capacity_chains",
    "pulses",
    "soh_percent",
    "flags",
)
_LISTS = ("columns", "capacity_chains", "pulses")


class Command(BaseCommand):
    help = (
        "Read a tester's file and print what it gives; nothing is written. Exit 0: derived, 1: read, but"
        " nothing may be concluded (an E_ flag says why), 2: unreadable, or asked wrongly. Of a file with"
        " several tests the one with most records stands at the top of the JSON and decides the exit code;"
        " 'tests' holds them all."
    )

    requires_system_checks = ()  # it looks at a file, not at the product

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--rated-ah", type=_amount, help="rated capacity: of SOH and C-rates")
        parser.add_argument("--vmin", type=_volts, help="lower cut-off of the whole object, in volts")
        parser.add_argument("--vmax", type=_volts, help="upper cut-off of the whole object, in volts")
        parser.add_argument("--series", type=_count, help="cells in series; needed above 5.5 V")
        parser.add_argument("--json", action="store_true", help="print everything as one JSON object")

    def handle(self, *, file: Path, json: bool, **given: Any) -> None:
        low, high = given["vmin"], given["vmax"]
        if low is not None and high is not None and low >= high:
            raise CommandError("--vmin must be below --vmax.", returncode=UNREADABLE)
        parameters = Parameters(
            rated_capacity_ah=given["rated_ah"],
            rated_capacity_source="command line" if given["rated_ah"] else "",
            voltage_min_v=low,
            voltage_max_v=high,
            series_count=given["series"],
        )
        try:
            tests = read_and_derive(file, parameters=parameters)
        except Unreadable as refusal:
            self._refuse(refusal.code, refusal.message, as_json=json)
        except OSError as fault:
            self._refuse("E_FORMAT", f"{file} cannot be opened: {fault.strerror}.", as_json=json)
        else:
            self._tell(tests, as_json=json)

    def _tell(self, tests: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
        main = max(tests, key=lambda test: test["rows"])  # of equals the first
        if as_json:
            shown = dict(main)
            if len(tests) > 1:
                shown["tests"] = list(tests)
            self.stdout.write(json.dumps(shown))
        else:
            for number, test in enumerate(tests, start=1):
                if len(tests) > 1:
                    self.stdout.write(f"Test {number} of {len(tests)}")
                for line in _words(test):
                    self.stdout.write(line)
        if not main["concludes"]:
            raise SystemExit(NOTHING_CONCLUDED)

    def _refuse(self, code: str, message: str, *, as_json: bool) -> None:
        if as_json:  # of the same shape as a file that was read
            nothing: dict[str, Any] = {key: [] if key in _LISTS else None for key in _KEYS}
            shown = nothing | {"rows": 0, "flags": [{"code": code, "message": message}]}
            self.stdout.write(json.dumps(shown))
        self.stderr.write(f"{code}: {message}")
        raise SystemExit(UNREADABLE)


def _amount(text: str) -> float:
    if (value := _volts(text)) <= 0:
        raise ArgumentTypeError("must be above 0")
    return value


def _volts(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError("must be a number")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


def _words(test: Mapping[str, Any]) -> Iterator[str]:
    yield f"{test['format']}, read by {test['reader']}: {test['rows']:,} records"
    duration = _number(None if test["duration_s"] is None else test["duration_s"] / 3600, "h")
    yield f"  {duration}, {_range(test['voltage_v'], 'V')}, {_range(test['current_a'], 'A')}"
    yield f"  charged {_number(test['charge_ah'], 'Ah')}, discharged {_number(test['discharge_ah'], 'Ah')}"
    for chain in test["capacity_chains"]:
        rate = "" if chain["c_rate"] is None else f" at {chain['c_rate']:.3g} C"
        mean = _number(chain["temperature_mean_degc"], "°C", ".1f")
        heat = "" if chain["temperature_mean_degc"] is None else f", mean {mean}"
        rows = f"rows {chain['row_from']:,} to {chain['row_to']:,}"
        amounts = f"{_number(chain['ah'], 'Ah')}, {_number(chain['wh'], 'Wh')}"
        yield f"  full to empty: {amounts}{rate}{heat}, {rows}"
    if pulses := test["pulses"]:
        resistances = pulses[0]["r_mohm"].items()
        first = ", ".join(f"{_number(ohm, 'mΩ', '.4g')} at {after} s" for after, ohm in resistances)
        current = _number(pulses[0]["current_a"], "A")
        yield f"  {len(pulses):,} pulses; the first with {current}: {first or 'no resistance'}"
    yield f"  SOH {_number(test['soh_percent'], '%', '.1f')}"
    for flag in test["flags"]:
        yield f"  {flag['code']}: {flag['message']}"


def _number(value: float | None, unit: str, form: str = ",.5g") -> str:
    return "not known" if value is None else f"{value:{form}} {unit}"


def _range(values: Sequence[float] | None, unit: str) -> str:
    return f"no {unit}" if values is None else f"{values[0]:.5g} to {values[1]:.5g} {unit}"
