"""What a trial found, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from grading.domain.columnar.comparing import Comparison
from grading.queries.what_if import names_of
from grading.web.grade_matrix import GradeMatrix, grade_matrix
from rebattery.naming import counted
from rebattery.ui.labels import ROUTES
from rebattery.ui.sankey import Sankey, sankey


@dataclass(frozen=True)
class Shown:
    """The numbers of a trial in the order of reading."""

    comparison: Comparison
    old: str
    new: str
    words: str
    """The whole finding in one sentence or two."""
    matrix: GradeMatrix
    routes: Sankey
    affected: list[dict[str, Any]]

    @property
    def old_kwh(self) -> Decimal:
        return self.comparison.kwh(0)

    @property
    def new_kwh(self) -> Decimal:
        return self.comparison.kwh(1)


def shown(
    comparison: Comparison,
    *,
    old: str,
    new: str,
    documents: tuple[Mapping[str, Any], Mapping[str, Any]],
    moves_url: str = "",
) -> Shown:
    """Prepare ``comparison``; with ``moves_url`` each number leads to its packs.

    :param documents: of the old and the new policy, for the terms of their warranties.
    """
    return Shown(
        comparison=comparison,
        old=old,
        new=new,
        words=_words(comparison, _terms(comparison, *documents)),
        matrix=grade_matrix(comparison.grades, url_of=lambda old, new: _moved(moves_url, "grade", old, new)),
        routes=sankey(
            title=f"Routes by {old}, left, and by {new}, right",
            source_label=f"Route by {old}",
            target_label=f"Route by {new}",
            flows=comparison.routes,
            order=list(ROUTES),
            words=lambda route: ROUTES[route],
            url_of=lambda old, new: _moved(moves_url, "route", old, new),
        ),
        affected=_affected(comparison, moves_url),
    )


def _moved(moves_url: str, what: str, old: str, new: str) -> str:
    return _listed(moves_url, **{f"old_{what}": old, f"new_{what}": new}) if old != new else ""


def _listed(moves_url: str, **filters: str) -> str:
    """Return where a report lists the moved packs that fit; a trial that is not kept lists none."""
    return f"{moves_url}?{urlencode(filters)}#moves" if moves_url else ""


def _words(comparison: Comparison, terms: str) -> str:
    if not comparison.packs:
        return "No measured pack is in this selection."
    other_terms = f"; terms: {terms}" if terms else ""
    if not comparison.moved:
        kept = f" The kWh under warranty stay{other_terms}." if terms else ""
        return f"Of {counted(comparison.packs, 'pack')} none would get another grade or route.{kept}"
    share = Decimal(100 * comparison.moved) / comparison.packs
    change = comparison.warranty_change_kwh
    way = "more" if change > 0 else "less"
    energy = f"{abs(change):,.0f} kWh {way} would be under warranty" if change else _SAME_ENERGY
    return (
        f"Of {counted(comparison.packs, 'pack')} {comparison.moved:,} ({share:.1f} %) would move: "
        f"{comparison.stricter:,} to a stricter grade, {comparison.looser:,} to a less strict one; "
        f"{comparison.rerouted:,} would go another way. {energy}{other_terms}."
    )


def _terms(comparison: Comparison, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Say which packs keep a warranty and get another term."""
    found = []
    for (before, after), count in comparison.terms.items():
        was, will = old["warranty"][before], new["warranty"][after]
        if was["term_months"] != will["term_months"]:
            found.append(f"{counted(count, 'pack')} from {_term(was)} to {_term(will)}")
    return ", ".join(found)


def _term(entry: Mapping[str, Any]) -> str:
    return f"{entry['label']} ({entry['term_months']} months)"


_SAME_ENERGY = "The kWh under warranty stay"
_AFFECTED = {
    "supplier": ("Suppliers affected", "Supplier", "supplier"),
    "open_batch": ("Open batches affected", "Batch", "batch"),
    "batch": ("All batches affected", "Batch", "batch"),
}
"""For each kind of group the title of its table, the heading, and the filter of the moved packs."""


def _affected(comparison: Comparison, moves_url: str) -> list[dict[str, Any]]:
    names = names_of(comparison)
    found = []
    for kind, (title, heading, key) in _AFFECTED.items():
        if kind not in comparison.affected:  # a report from before open batches were told apart
            continue
        count, most = comparison.affected[kind]
        rows = [
            {
                "key": item.key,
                "name": (name := names[kind].get(item.key, "–")),
                "url": _listed(moves_url, **{key: name}),
                "moved": item.moved,
                "packs": item.packs,
                "share": Decimal(100 * item.moved) / item.packs,
            }
            for item in most
        ]
        found.append({"kind": kind, "title": title, "heading": heading, "count": count, "rows": rows})
    return found
