"""Test procedures: versioned documents that say how a capacity or a resistance is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grading.domain.canonical import sha256_of
from grading.domain.procedure_departures import Departure, departures_of
from grading.domain.procedure_faults import faults_in
from grading.domain.shipped import shipped_json
from rebattery.errors import RuleViolation

Window = tuple[Decimal, Decimal]

SHIPPED = (
    "iso12405-capacity",
    "field-capacity",
    "hppc-pulses",
    "iec62660-pulses",
    "ac-1khz",
    "quick-screen",
)
"""Codes of the procedures that come with the product."""


class ProcedureInvalid(RuleViolation):
    """This procedure cannot be used."""

    code = "procedure_invalid"

    def __init__(self, faults: list[str]):
        super().__init__("This procedure cannot be used:\n" + "\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Procedure:
    """A procedure document, ready for use."""

    document: Mapping[str, Any]
    sha256: str

    @property
    def code(self) -> str:
        return str(self.document["code"])

    @property
    def version(self) -> int:
        return int(self.document["version"])

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def method(self) -> str:
        return str(self.document["method"])

    @property
    def label(self) -> str:
        """Name to print beside a result."""
        return f"{self.document['title']} v{self.version}"

    @property
    def c_rate(self) -> Decimal | None:
        """Return the C-rate of the discharge; ``None`` when each test states its own."""
        return _decimal(self.document["c_rate"])

    @property
    def cycles(self) -> int:
        """Return how many full cycles a capacity test runs; 1 for a resistance."""
        return int(self.document.get("capacity", {}).get("cycles", 1))

    def window(self, name: str) -> Window:
        """Return the temperatures, both ends included, for ``grading`` or just ``accepted``."""
        low, high = self.document["temperature_degc"][name]
        return Decimal(low), Decimal(high)

    def uncertainty(self, name: str) -> Decimal | None:
        """Return one input of the uncertainty budget, such as ``repeatability_percent``."""
        return _decimal(self.document["uncertainty"][name])

    def faults_of_result(self, values: Mapping[str, Any]) -> list[Departure]:
        """Return where a result departs from this procedure.

        :param values: by the names of the result's fields. One that is absent is not judged; ``None``
            means that it was not recorded, which is a departure where the procedure asks for it.
        """
        return departures_of(self.document, values)

    def to_parameters(self, *, series_count: int | None = None) -> dict[str, Any]:
        """Return what this procedure knows of :class:`grading.domain.cyclers.parameters.Parameters`.

        :param series_count: cells in series of the pack; without it, limits per cell are left out.
        """
        low, high = self.window("accepted")
        found: dict[str, Any] = {"temperature_min_degc": float(low), "temperature_max_degc": float(high)}
        if self.c_rate is not None and self.kind == "capacity":
            found["c_rate"] = float(self.c_rate)
            found["c_rate_tolerance_percent"] = float(self.document["c_rate_tolerance_percent"])
        if part := self.document.get("capacity"):
            found["taper_c_rate"] = float(part["taper_c_rate"])
            if part["agreement_percent"] is not None:
                found["repeatability_percent"] = float(part["agreement_percent"])
        if lengths := self.document.get("resistance", {}).get("pulse_lengths_s"):
            found["pulse_lengths_s"] = tuple(float(length) for length in lengths)
        limits = self.document["voltage_limits"]
        if limits["by"] == "cell" and series_count:
            found["voltage_min_v"] = float(Decimal(limits["min_v"]) * series_count)
            found["voltage_max_v"] = float(Decimal(limits["max_v"]) * series_count)
        return found


def parse_procedure(document: Mapping[str, Any]) -> Procedure:
    """Check ``document`` and make it ready for use.

    :raises ProcedureInvalid: with every fault, when it is not a sound procedure.
    """
    if faults := faults_in(document):
        raise ProcedureInvalid(faults)
    return Procedure(document=document, sha256=sha256_of(document))


def shipped_document(code: str) -> dict[str, Any]:
    """Return a procedure that comes with the product, by its code."""
    return shipped_json("procedures", code)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
