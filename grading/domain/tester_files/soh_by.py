"""What a test's discharge is of each reference that may be chosen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grading.domain.soh import SohImplausible, soh_from_capacity, soh_from_energy


def soh_by(test: Mapping[str, Any], *, basis: str, reference: Decimal) -> Decimal | None:
    """Return the SOH in percent by charge (ah) or energy (kwh); None where it is not plausible."""
    place = test["capacity_chain"]
    if place is None:
        return None
    chain = test["capacity_chains"][place]
    try:
        if basis == "ah":
            charge = Decimal(repr(abs(float(chain["ah"])))).quantize(Decimal("0.001"))
            return soh_from_capacity(measured_capacity_ah=charge, reference_capacity_ah=reference)
        energy = Decimal(repr(abs(float(chain["wh"])) / 1000)).quantize(Decimal("0.0001"))
        return soh_from_energy(measured_energy_kwh=energy, reference_energy_kwh=reference)
    except SohImplausible:
        return None
