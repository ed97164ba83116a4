"""The lists of what a declaration touches: one part of the radius each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from grading.domain.blast_radius import FATE_WORDS, Fate
from grading.models import CapacityTest, Grade, ResistanceTest
from grading.models.decision import IN_FORCE, SUSPENDED
from grading.queries import declarations as queries
from grading.queries.declaration_radius import Radius
from grading.queries.declarations import Scope
from rebattery.ui.labels import BADGES
from rebattery.ui.listing import Column, Filter, where


@dataclass(frozen=True, kw_only=True)
class Part:
    """One list of the radius."""

    key: str
    label: str
    rows: Callable[[Scope], QuerySet[Any]]
    columns: Sequence[Column]
    filters: Sequence[Filter]
    count: Callable[[Radius], int]
    note: Callable[[Radius], str]
    """What the count alone does not say."""
    link: Callable[[Any], str]
    """Address of the page of a row."""


_PACK = Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True)
_TOUCHED = Column(key="touched", label="Packs", value=lambda row: row.touched, sort="touched", is_number=True)
_OPENED = Column(key="opened", label="Opened", value=lambda row: row.opened_at, sort="opened_at")


def _serial(path: str) -> Filter:
    return Filter(
        key="q", label="Serial", apply=lambda rows, text: rows.filter(**{f"{path}__icontains": text})
    )


def _supplier(path: str) -> Filter:
    return Filter(
        key="supplier",
        label="Supplier code",
        apply=lambda rows, code: rows.filter(**{f"{path}__iexact": code}),
    )


def _stands(test: Any) -> str:
    if test.superseded_by_id:
        return "Superseded"
    return "Does not count" if test.invalidated_by_id else "Stands"


def _standing(rows: QuerySet[Any], word: str) -> QuerySet[Any]:
    if word == "superseded":
        return rows.filter(superseded_by__isnull=False)
    return rows.filter(superseded_by__isnull=True, invalidated_by__isnull=word == "stands")


_STANDING = Filter(
    key="stands",
    label="Standing",
    apply=_standing,
    choices=(("stands", "Stands"), ("invalid", "Does not count"), ("superseded", "Superseded")),
)


def _tests(value: Column) -> Sequence[Column]:
    return (
        _PACK,
        value,
        Column(key="measured", label="Measured", value=lambda row: row.measured_at, sort="measured_at"),
        Column(key="channel", label="Channel", value=lambda row: row.channel and row.channel.code),
        Column(key="by", label="By", value=lambda row: row.person_label),
        Column(key="stands", label="Standing", value=_stands),
        Column(key="pack", label="Pack now", value=lambda row: BADGES["pack"][row.pack.status].label),
    )


def _current(rows: QuerySet[Any], word: str) -> QuerySet[Any]:
    conditions = {"yes": IN_FORCE, "suspended": SUSPENDED, "no": Q(superseded_by__isnull=False)}
    return rows.filter(conditions[word])


def _force(decision: Any) -> str:
    if decision.is_suspended:
        return "Suspended: not graded now"
    return "Yes" if decision.is_in_force else "No"


def _decisions_note(radius: Radius) -> str:
    suspended, in_force = radius.decisions_suspended, radius.decisions_in_force
    parts = ((suspended, f"{suspended} suspended"), (in_force, f"{in_force} in force"))
    return ", ".join(words for count, words in parts if count) or "none in force"


def _with_fate(rows: QuerySet[Any], fate: str) -> QuerySet[Any]:
    return rows.filter(fate=fate)


def _of_pack(row: Any) -> str:
    return reverse("pack", args=[row.pack_id])


PARTS: Mapping[str, Part] = {
    part.key: part
    for part in (
        Part(
            key="packs",
            label="packs",
            rows=lambda scope: queries.touched_packs(scope=scope),
            columns=(
                Column(key="serial", label="Pack", value=lambda row: row.serial, is_code=True),
                Column(key="supplier", label="Supplier", value=lambda row: row.supplier.code),
                Column(key="batch", label="Batch", value=lambda row: row.batch.number),
                Column(key="status", label="State now", value=lambda row: BADGES["pack"][row.status].label),
                Column(key="fate", label="What it means", value=lambda row: FATE_WORDS[Fate(row.fate)]),
            ),
            filters=(
                Filter(
                    key="fate",
                    label="What it means",
                    apply=_with_fate,
                    choices=[(fate.value, words) for fate, words in FATE_WORDS.items()],
                ),
                Filter(
                    key="status",
                    label="State now",
                    apply=where("status"),
                    choices=[(code, badge.label) for code, badge in BADGES["pack"].items()],
                ),
                _supplier("supplier__code"),
                _serial("serial"),
            ),
            count=lambda radius: radius.packs,
            note=lambda radius: f"{radius.returning} back to the bench",
            link=lambda row: reverse("pack", args=[row.pk]),
        ),
        Part(
            key="capacity",
            label="capacity results",
            rows=lambda scope: queries.touched_tests(scope=scope, model=CapacityTest),
            columns=_tests(
                Column(key="soh", label="SOH (%)", value=lambda row: row.soh_percent, is_number=True)
            ),
            filters=(_STANDING, _serial("pack__serial")),
            count=lambda radius: radius.capacity,
            note=lambda radius: f"{radius.capacity_standing} not superseded",
            link=_of_pack,
        ),
        Part(
            key="resistance",
            label="resistance results",
            rows=lambda scope: queries.touched_tests(scope=scope, model=ResistanceTest),
            columns=_tests(Column(key="ir", label="IR (mΩ)", value=lambda row: row.ir_mohm, is_number=True)),
            filters=(_STANDING, _serial("pack__serial")),
            count=lambda radius: radius.resistance,
            note=lambda radius: f"{radius.resistance_standing} not superseded",
            link=_of_pack,
        ),
        Part(
            key="decisions",
            label="decisions that rest on them",
            rows=lambda scope: queries.resting_decisions(scope=scope).select_related("pack", "policy"),
            columns=(
                _PACK,
                Column(key="grade", label="Grade", value=lambda row: f"{row.grade} ({row.policy})"),
                Column(key="route", label="Route", value=lambda row: row.route),
                Column(key="decided", label="Decided", value=lambda row: row.decided_at, sort="decided_at"),
                Column(key="current", label="In force", value=_force),
            ),
            filters=(
                Filter(
                    key="current",
                    label="In force",
                    apply=_current,
                    choices=(("yes", "In force"), ("suspended", "Suspended"), ("no", "Superseded")),
                ),
                Filter(key="grade", label="Grade", apply=where("grade"), choices=Grade.choices),
                _serial("pack__serial"),
            ),
            count=lambda radius: radius.decisions,
            note=_decisions_note,
            link=_of_pack,
        ),
        Part(
            key="batches",
            label="batches",
            rows=lambda scope: queries.touched_batches(scope=scope),
            columns=(
                Column(key="number", label="Batch", value=lambda row: row.number, is_code=True),
                Column(key="supplier", label="Supplier", value=lambda row: row.supplier.code),
                _TOUCHED,
            ),
            filters=(
                _supplier("supplier__code"),
                Filter(key="q", label="Number", apply=where("number__icontains")),
            ),
            count=lambda radius: radius.batches,
            note=lambda _: "",
            link=lambda row: reverse("batch", args=[row.pk]),
        ),
        Part(
            key="suppliers",
            label="suppliers to be told",
            rows=lambda scope: queries.touched_suppliers(scope=scope),
            columns=(
                Column(key="code", label="Supplier", value=lambda row: row.code, is_code=True),
                Column(key="name", label="Name", value=lambda row: row.name),
                _TOUCHED,
            ),
            filters=(
                Filter(
                    key="q",
                    label="Code or name",
                    apply=lambda rows, text: rows.filter(Q(code__icontains=text) | Q(name__icontains=text)),
                ),
            ),
            count=lambda radius: radius.suppliers,
            note=lambda _: "",
            link=lambda row: reverse("supplier", args=[row.pk]),
        ),
        Part(
            key="reviews",
            label="open reviews",
            rows=lambda scope: queries.touched_reviews(scope=scope),
            columns=(
                _PACK,
                Column(
                    key="grade",
                    label="Decision",
                    value=lambda row: f"{row.decision.grade} ({row.decision.policy})",
                ),
                Column(key="state", label="State", value=lambda row: row.get_state_display()),
                _OPENED,
            ),
            filters=(_serial("pack__serial"),),
            count=lambda radius: radius.reviews,
            note=lambda _: "",
            link=lambda row: reverse("review_case", args=[row.pk]),
        ),
        Part(
            key="disputes",
            label="open disputes",
            rows=lambda scope: queries.touched_disputes(scope=scope),
            columns=(
                _PACK,
                Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
                Column(key="comment", label="What is wrong", value=lambda row: row.comment),
                _OPENED,
            ),
            filters=(_supplier("pack__supplier__code"), _serial("pack__serial")),
            count=lambda radius: radius.disputes,
            note=lambda _: "",
            link=lambda row: reverse("dispute", args=[row.pk]),
        ),
    )
}
