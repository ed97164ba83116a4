"""A policy as decision tables in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grading.domain.policy import Policy
from grading.domain.validity import months_words
from rebattery.naming import named


@dataclass(frozen=True)
class Row:
    """One row of a decision table."""

    soh: str
    ir: str
    grade: str
    route: str
    conditions: tuple[str, ...]
    """What comes with the grade, in sentences."""
    warranty: str
    """Name of the warranty terms, empty when there are none."""


@dataclass(frozen=True)
class Table:
    """How the chemistries that share their rules are judged."""

    name: str
    """Of the class, as the document names it."""
    title: str
    chemistries: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str
    """The rule of a class without a table."""


def decision_tables(document: Mapping[str, Any]) -> list[Table]:
    """Return one table for each class of chemistries: those with bands first, in their order.

    A draft may be unsound: what one of its cells leaves out or names wrong shows as it stands.
    """
    classes = document["chemistry_classes"]
    treated = {code: entry["treat_as"] for code, entry in classes.items()}
    # The order of keys is no part of a stored document; the order of its lists is.
    banded = dict.fromkeys(row["class"] for row in document["bands"])
    members = {
        name: [code for code in sorted(treated) if treated[code] == name]
        for name in (*banded, *sorted({*treated.values()} - {*banded}))
    }
    return [
        _table(document, name, tuple(classes[c]["label"] for c in sorted(codes, key=lambda c: c != name)))
        for name, codes in members.items()
    ]


def floors(policy: Policy) -> list[str]:
    """Return the floors, which hold for every lithium chemistry."""
    entry = policy.document["floors"]
    outcome = f"{entry['grade']}, {policy.route_label(entry['route']).lower()}"
    return [
        f"Weakest cell below {entry['weakest_percent']} %: {outcome}.",
        f"SOH measured on the bench below {entry['pack_percent']} %: {outcome}.",
    ]


def evidence_demands(policy: Policy) -> list[str]:
    """Return what the policy accepts as evidence and when it holds a pack for want of it."""
    entry = policy.document["evidence"]
    sources = ", ".join(_SOURCES[source] for source in entry["soh_sources_allowed"])
    demands = [f"Only SOH from these sources grades: {sources}."]
    if entry["max_age_days"] is not None:
        demands.append(f"A measurement counts for {entry['max_age_days']} days.")
    for test, codes in sorted(entry.get("procedures", {}).items()):
        demands.append(f"{_TESTS[test]} counts only by these procedures: {', '.join(codes)}.")
    if policy.needs_uncertainty:
        demands.append("An SOH counts only with its standard uncertainty.")
    if policy.k_lower_bound is not None:
        demands.append(f"{policy.k_lower_bound} standard uncertainties are taken off the SOH.")
    if policy.undecided_factor is not None:
        demands.append(
            f"Nearer to a limit that decides than {policy.undecided_factor} standard uncertainties, SOH or"
            " resistance is undecided: the pack is held for a retest."
        )
    if entry["needs_ir"]:
        demands.append("A missing resistance holds a pack where it can still change the route.")
    if entry["needs_weakest"]:
        demands.append("A missing weakest cell holds a pack where it can still change the route.")
    demands.append(f"Guard band: {policy.guard_band_pts} points are taken off the SOH.")
    return demands


def remarks(policy: Policy) -> list[str]:
    """Return the remarks and caps that lie over the tables."""
    texts: Mapping[str, str] = policy.document["texts"]
    return [
        _asker(entry) + texts[entry["code"]] + (f" At best {entry['grade']}." if entry["grade"] else "")
        for entry in policy.document["overlays"]
    ]


def askers_of(policy: Policy) -> dict[str, str]:
    """Return who asks for each overlay that names somebody, by its code."""
    found = {entry["code"]: _asker(entry).removesuffix(": ") for entry in policy.document["overlays"]}
    return {code: words for code, words in found.items() if words}


def _asker(overlay: Mapping[str, Any]) -> str:
    """Say who asks for an overlay, where the policy does."""
    kind, party = overlay.get("kind"), overlay.get("party")
    words = [_KINDS[kind]] if kind in _KINDS else []
    return f"{', '.join([*words, *filter(None, [party])])}: " if words or party else ""


def validity(policy: Policy) -> list[str]:
    """Return how long each grade holds in storage, where the policy says so."""
    found = []
    for grade, term in sorted(policy.validity.items()):
        due = term.remeasure_months
        again = f"; measured again is due after {due}" if due is not None else ""
        found.append(f"Grade {grade} holds for {months_words(term.storage_months)} of storage{again}.")
    return found


def applications(policy: Policy) -> list[tuple[str, str]]:
    """Return every application with what a pack needs for it."""
    return [(entry["label"], _needs(policy, entry)) for entry in policy.document["applications"]]


def sources(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return where the policy's rules come from, each after its standing."""
    return [(source["status"], source["text"]) for source in document.get("sources", ())]


def _needs(policy: Policy, entry: Mapping[str, Any]) -> str:
    return f"On the route {routes_of(policy, entry)}: {needs_of(entry)}."


def routes_of(policy: Policy, application: Mapping[str, Any]) -> str:
    """Name the routes on which an application is suggested."""
    return " or ".join(policy.route_label(route).lower() for route in application["routes"])


def needs_of(application: Mapping[str, Any]) -> str:
    """Say what an application asks of a pack: energy, voltage, current and C-rate."""
    low, high = application["voltage_v"]
    needs = [f"at least {application['min_usable_kwh']} kWh usable", f"{low} to {high} V"]
    units = (("min_current_a", "A"), ("min_c_rate", "C"))
    needs += [
        f"at least {application[key]} {unit}" for key, unit in units if application.get(key) is not None
    ]
    rebuild = "; modules may be regrouped to the voltage" if application["rebuild"] else ""
    return f"{', '.join(needs)}{rebuild}"


def _table(document: Mapping[str, Any], name: str, labels: tuple[str, ...]) -> Table:
    rule = document["class_rules"].get(name)
    if rule:
        outcome = f"{rule.get('grade', 'H')}, {_route(document, rule.get('route', 'hold')).lower()}"
        note = f"{outcome}: {document['texts'].get(rule['code'], rule['code'])}"
        return Table(name, _title(name, labels), labels, (), note)
    rows = tuple(_row(document, row) for row in document["bands"] if row["class"] == name)
    return Table(name, _title(name, labels), labels, rows, "")


def _title(name: str, labels: tuple[str, ...]) -> str:
    return named(labels, most=1) or name


def _row(document: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    low = f"{row['lo'] or '?'} % {'≤' if row['lo_incl'] else '<'} SOH"
    limit = f"{row['ir_limit'] or '?'}× baseline"
    terms = document["warranty"].get(row["warranty"])
    return Row(
        soh=f"{low} {'≤' if row['hi_incl'] else '<'} {row['hi'] or '?'} %",
        ir=f"{_SIGNS[row['ir_op']]} {limit}" if row["ir_op"] else "any",
        grade=row["grade"] or "?",
        route=_route(document, row["route"]),
        conditions=tuple(document["texts"].get(code, code) for code in row["flags"]),
        warranty=terms["label"] if terms else row["warranty"] or "",
    )


def _route(document: Mapping[str, Any], route: str) -> str:
    """Return the words for a route; one that the document does not know stands as it is."""
    known = document["routes"].get(route)
    return str(known["label"]) if known else route or "?"


_TESTS = {"capacity": "A capacity test", "resistance": "A resistance test"}
_SOURCES = {
    "lab": "test on the bench",
    "bms": "battery management system",
    "telematics": "telematics",
    "estimate": "estimate",
}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_KINDS = {
    "age": "Age limit",
    "insurer": "Asked by the insurer",
    "customer": "Asked by the customer",
    "market": "Asked in the market",
}
