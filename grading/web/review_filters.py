"""Which reviews somebody looks through: asked for in the address of the queue, kept while moving in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import QueryDict

from grading.models import ReviewCase
from grading.queries.review_desk import Desk, RuleCount, decided, desk_of, rule_counts, signed, waiting
from grading.queries.review_queue import reviews_waiting
from rebattery.accounts.models import User
from rebattery.ui.listing import Chip, Filter, filtered, where

DECIDED = "decided"
STATES = (
    ("open", "Waiting for a reviewer"),
    ("override_requested", "Waiting for a second person"),
    (DECIDED, "Decided already"),
)
SIGNED = (("answer", "An override waits for my answer"), ("asked", "I asked for an override"))
HELD = "held"
LATER = (("later", "Held until later"),)
KEPT = ("rule", "state", "signed", HELD, "supplier", "q", "sort")
"""Keys of the address that stay while somebody goes from review to review."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    base: QuerySet[ReviewCase]
    """All that waits in front; what is held until later, or decided, where the address asks for that.

    Whoever searches for a serial wants that pack: then what is held is there too.
    """
    filters: Sequence[Filter]
    groups: Sequence[RuleCount]
    counted: QuerySet[ReviewCase]
    """The reviews that ``groups`` counts, whatever else is asked for."""
    params: QueryDict

    @property
    def rows(self) -> QuerySet[ReviewCase]:
        """Return the reviews that it asks for."""
        return filtered(self.base, filters=self.filters, params=self.params)

    def desk_around(self, case: ReviewCase) -> Desk:
        """Return the queue around ``case``; what is counted already is not counted again."""
        rows = self.rows
        return desk_of(rows=rows, case=case, groups=self.groups if rows is self.counted else None)

    @property
    def kept(self) -> str:
        """Return what it asks for as the end of an address; empty when it asks for nothing."""
        found = {key: value for key in KEPT if (value := self.params.get(key, ""))}
        if self.is_decided:  # beside an open review stands what waits
            return ""
        return _address(found)

    @property
    def is_decided(self) -> bool:
        """Whether it asks for what is decided already."""
        return self.params.get("state", "") == DECIDED

    @property
    def default_sort(self) -> str:
        """Return what a list of them is sorted by: what waits by urgency, what is decided by the newest."""
        return "-id" if self.is_decided else "urgency"

    @property
    def chips(self) -> list[Chip]:
        """Return each filter in force with the address that removes it."""
        found = {key: value for key in KEPT if (value := self.params.get(key, ""))}
        return [
            Chip(
                label=item.label,
                value=dict(item.choices).get(found[item.key], found[item.key]),
                remove_url=_address({key: value for key, value in found.items() if key != item.key}),
            )
            for item in self.filters
            if item.key in found
        ]


def asked(params: QueryDict, *, viewer: User, on: date) -> Asked:
    """Return what ``params`` ask for; one query, for the counts of the groups."""
    found = counted = waiting(on=on, is_held=params.get(HELD) == "later")
    groups = rule_counts(counted)
    if params.get("state", "") == DECIDED:
        found = decided()
    elif params.get("q", "").strip() and not params.get(HELD):
        found = reviews_waiting()
    return Asked(found, _filters(groups, viewer), groups, counted, params)


def _filters(groups: Sequence[RuleCount], viewer: User) -> tuple[Filter, ...]:
    rules = tuple((group.rule, f"{group.label} ({group.count})") for group in groups)
    return (
        Filter(key="rule", label="Rule", apply=where("rule"), choices=rules),
        Filter(key="state", label="State", apply=_in_state, choices=STATES),
        Filter(
            key="signed",
            label="Second person",
            apply=lambda rows, by: signed(rows, viewer=viewer, is_asker=by == "asked"),
            choices=SIGNED,
        ),
        # The rows are chosen by it already: what is held is left out of everything else.
        Filter(key=HELD, label="Put aside", apply=lambda rows, _: rows, choices=LATER, is_linked=True),
        Filter(key="supplier", label="Supplier", apply=where("pack__supplier__code__icontains")),
        Filter(key="q", label="Serial", apply=where("pack__serial__icontains")),
    )


def _in_state(rows: QuerySet[ReviewCase], state: str) -> QuerySet[ReviewCase]:
    return rows if state == DECIDED else rows.filter(state=state)


def _address(values: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return f"?{query.urlencode()}" if values else ""
