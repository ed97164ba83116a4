"""Checks across the fields of one pack, and across the packs of one file."""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from intake.domain.manifest.checks.plausibility import CHECKS, Check, Values, cell_voltage
from intake.domain.manifest.problems import Issue, error, warning
from intake.domain.manifest.values.normalizing import MEMO_LIMIT


class PackChecks:
    """The checks that a file with some fields can need; each remembers what it said of the same values."""

    def __init__(self, fields: Iterable[str]):
        given = {*fields}
        self._checks = [_Remembered(check) for check in CHECKS if given.issuperset(check.needs)]

    def __len__(self) -> int:
        return len(self._checks)

    def run(self, values: Values, faulty: frozenset[str] = frozenset()) -> list[tuple[str, Issue]]:
        """Check one pack; return the blamed field with each issue.

        A field that is already faulty is not held against the others: one mistake, one message. Only the
        voltage of a cell given for a pack explains why the range failed, so that check always runs.
        """
        issues = []
        for known in self._checks:
            check = known.check
            if faulty and check.test is not cell_voltage and not faulty.isdisjoint(check.needs):
                continue
            try:
                stated = known.stated(values)
            except KeyError:
                continue  # something that it needs is not stated
            try:
                issue = known[stated]
            except TypeError:  # a list, such as recalls, can't be remembered
                issue = known.ask(stated)
            if issue is not None:
                issues.append((check.needs[0], issue))
        return issues


class _Remembered(dict[tuple[Any, ...], Issue | None]):
    """What one check said, by the values it reads; bounded, so memory stays flat."""

    def __init__(self, check: Check):
        super().__init__()
        self.check = check
        self.reads = check.needs + check.looks_at
        self.stated = self._picker()

    def _picker(self) -> Callable[[Values], tuple[Any, ...]]:
        needs, looks_at = self.check.needs, self.check.looks_at
        if len(needs) > 1 and not looks_at:
            return itemgetter(*needs)  # the fastest way, and it runs for every pack
        return lambda values: (*(values[name] for name in needs), *(values.get(name) for name in looks_at))

    def __missing__(self, stated: tuple[Any, ...]) -> Issue | None:
        if len(self) >= MEMO_LIMIT:
            self.clear()
        self[stated] = issue = self.ask(stated)
        return issue

    def ask(self, stated: tuple[Any, ...]) -> Issue | None:
        """Run the check; it sees no more than it says that it reads."""
        return self.check.test(
            {name: value for name, value in zip(self.reads, stated, strict=True) if value is not None}
        )


class Repetitions:
    """The serials and VINs of a file with the row where each was first seen."""

    def __init__(self) -> None:
        self._serials: dict[str, int] = {}
        self._vins: dict[str, int] = {}

    def of(self, values: Values, row: int) -> list[tuple[str, Issue]]:
        """Return what a row repeats of earlier ones, with the field of each."""
        found = []
        if "pack_serial" in values and (issue := self.serial(values["pack_serial"], row)):
            found.append(("pack_serial", issue))
        if "vin" in values and (issue := self.vin(values["vin"], row)):
            found.append(("vin", issue))
        return found

    def serial(self, serial: str, row: int) -> Issue | None:
        """Refuse a serial that an earlier row has; both rows may be meant."""
        first = self._serials.setdefault(serial, row)
        if first == row:
            return None
        return error(
            "serial_repeated",
            f"The serial repeats row {first}.",
            "Correct the serial or delete one of the rows.",
        )

    def vin(self, vin: str, row: int) -> Issue | None:
        """Report a VIN that an earlier row has: right for trucks, buses and module sets."""
        first = self._vins.setdefault(vin, row)
        return None if first == row else warning("vin_repeated", f"The VIN repeats row {first}.", "Check it.")
