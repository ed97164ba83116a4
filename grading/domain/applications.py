"""Applications that a pack could serve on its route."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grading.domain.policy import Policy
from grading.domain.policy_words import needs_of, routes_of


@dataclass(frozen=True)
class Application:
    """One suggestion, with the facts that speak for or against it."""

    code: str
    label: str
    fits: bool
    needs_rebuild: bool
    """The modules have to be regrouped to reach the voltage."""
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return the suggestion as it is stored with a decision."""
        return dict(vars(self))


def suggest_applications(
    policy: Policy,
    route: str,
    *,
    nominal_energy_kwh: Decimal | None,
    soh_percent: Decimal | None,
    nominal_voltage_v: Decimal | None,
) -> list[Application]:
    """Return the applications that ``policy`` lists for ``route``, those that fit first.

    Suggestions only: the buyer's demands are not checked here, and an application that asks for a current
    or a C-rate does not fit as long as no fact says what the pack may give.
    """
    usable_kwh = None
    if nominal_energy_kwh is not None and soh_percent is not None:
        usable_kwh = nominal_energy_kwh * soh_percent / 100
    entries = [entry for entry in policy.document["applications"] if route in entry["routes"]]
    found = [_application(entry, usable_kwh, nominal_voltage_v) for entry in entries]
    return sorted(found, key=lambda application: not application.fits)


@dataclass(frozen=True)
class Fit:
    """One application of the policy beside a pack: whether it fits, why or why not, and what it asks."""

    label: str
    fits: bool
    result: str
    why: str
    needs: str


def fits_of(policy: Policy, route: str, suggested: Sequence[Mapping[str, Any]]) -> list[Fit]:
    """Return every application of ``policy`` for a pack on ``route``, those that fit first.

    Nothing fits a pack on a route for which the policy lists no application at all.

    :param suggested: the suggestions of the decision, as :meth:`Application.to_json` stored them.
    """
    entries = {entry["code"]: entry for entry in policy.document["applications"]}
    if not any(route in entry["routes"] for entry in entries.values()):
        return []
    found = [_fit(item, entries) for item in suggested]
    listed = {item["code"] for item in suggested}
    for code, entry in entries.items():
        if code not in listed:
            why = f"Only for packs on the route {routes_of(policy, entry)}."
            found.append(Fit(entry["label"], False, "Does not fit", why, needs_of(entry)))
    return sorted(found, key=lambda fit: not fit.fits)


def _fit(item: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> Fit:
    with_modules = "Fits with its modules regrouped" if item["needs_rebuild"] else "Fits"
    result = with_modules if item["fits"] else "Does not fit"
    entry = entries.get(item["code"])
    text = f"{item['why'][:1].upper()}{item['why'][1:]}"
    return Fit(item["label"], item["fits"], result, text, needs_of(entry) if entry else "")


def _application(
    entry: Mapping[str, Any], usable_kwh: Decimal | None, voltage_v: Decimal | None
) -> Application:
    least_kwh = Decimal(entry["min_usable_kwh"])
    low, high = map(Decimal, entry["voltage_v"])
    has_energy = usable_kwh is not None and usable_kwh >= least_kwh
    has_voltage = voltage_v is not None and low <= voltage_v <= high
    # Modules can be regrouped only to a voltage below that of the whole pack.
    rebuild = not has_voltage and entry["rebuild"] and voltage_v is not None and voltage_v > high
    energy = "usable energy unknown" if usable_kwh is None else f"{usable_kwh:.1f} kWh usable"
    voltage = "voltage unknown" if voltage_v is None else f"{voltage_v.normalize():f} V nominal"
    reach = "within" if has_voltage else "modules can be regrouped to" if rebuild else "needs"
    enough = "meets" if has_energy else "needs"
    why = f"{energy}, {enough} at least {least_kwh} kWh; {voltage}, {reach} {low} to {high} V."
    # No fact of a pack says which current it may give for long: where one is asked for, nobody checked it.
    units = (("min_current_a", "A"), ("min_c_rate", "C"))
    loads = [f"{entry[key]} {unit}" for key, unit in units if entry.get(key) is not None]
    if loads:
        why = f"{why.removesuffix('.')}; permitted current unknown, needs at least {' and '.join(loads)}."
    fits = has_energy and (has_voltage or rebuild) and not loads
    return Application(entry["code"], entry["label"], fits, fits and rebuild, why)
