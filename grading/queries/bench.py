"""What a bench needs to know of a pack before it measures: references, baseline, arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import F, Min, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from grading.domain.blast_radius import Fate
from grading.domain.resistance import Baseline
from grading.models import CapacityTest, Channel, DeclaredPack, Dispute, ResistanceTest, ReviewCase
from grading.queries.kinds import counting_value
from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import Status
from intake.models import Pack, PackType, Scan
from rebattery.accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


if TYPE_CHECKING:

    class _Recorded(TypedDict):
        retest_reason: str | None
        soh_percent: Decimal | None
        ir_mohm: Decimal | None
        ir_ratio: Decimal | None

    AtBench = WithAnnotations[Pack, _Recorded]


def packs_at_bench(*, viewer: User) -> "QuerySet[AtBench]":
    """Return the packs that wait for tests, each with what is recorded already.

    They carry ``retest_reason`` (None unless a reviewer or a declaration sent them back), ``soh_percent``,
    ``ir_mohm`` and ``ir_ratio`` of the results that count.
    """
    packs = Pack.objects.visible_to(viewer).filter(status=Status.INSPECTED).select_related("pack_type")
    # The move and the closing of its review bear the same moment.
    order = ReviewCase.objects.filter(
        pack=OuterRef("pk"), state=ReviewCase.State.RETEST_ORDERED, closed_at=OuterRef("status_at")
    )
    return packs.annotate(
        retest_reason=Coalesce(Subquery(order.values("reason")[:1]), Subquery(_declared_bad())),
        soh_percent=counting_value(CapacityTest, "soh_percent"),
        ir_mohm=counting_value(ResistanceTest, "ir_mohm"),
        ir_ratio=counting_value(ResistanceTest, "ir_ratio"),
    )


def _declared_bad() -> QuerySet[DeclaredPack]:
    """Return why the pack of the outer query is to be tested again, if an instrument was declared bad."""
    since = DeclaredPack.objects.filter(
        pack=OuterRef("pk"),
        fate__in=(Fate.RETEST.value, Fate.AT_BENCH.value),
        declaration__done_at__gte=OuterRef("status_at"),
    )
    words = Concat(
        "declaration__instrument__code",
        Value(" was declared bad: "),
        "declaration__reason",
        output_field=TextField(),
    )
    return since.order_by("-pk").values_list(words)[:1]


def retest_reason_of(*, pack: Pack, viewer: User) -> str:
    """Return why a reviewer sent ``pack`` back to the bench; empty when nobody did."""
    return (
        packs_at_bench(viewer=viewer).filter(pk=pack.pk).values_list("retest_reason", flat=True).first() or ""
    )


def packs_with_code(*, code: str, viewer: User) -> QuerySet[Pack]:
    """Return the packs whose serial is ``code``; two suppliers may use the same one."""
    packs = Pack.objects.visible_to(viewer).newest_stay().filter(serial=normalize_serial(code))
    return packs.select_related("pack_type", "supplier").order_by("pk")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What the reviewer asked of a retest beside the retest itself."""

    instrument_ids: frozenset[int] = frozenset()
    """Instruments that may not be used again."""
    person_ids: frozenset[int] = frozenset()
    """People who may not measure again."""
    channel_ids: frozenset[int] = frozenset()
    """Channels that may not be used again, where not the whole instrument was declared bad."""

    def __or__(self, other: "Demand") -> "Demand":
        """Return what both ask for."""
        return Demand(
            instrument_ids=self.instrument_ids | other.instrument_ids,
            person_ids=self.person_ids | other.person_ids,
            channel_ids=self.channel_ids | other.channel_ids,
        )


def demands_on(*, pack_ids: Sequence[int]) -> dict[int, Demand]:
    """Return what is demanded of each pack's ordered retest; packs without a demand are left out."""
    orders = ReviewCase.objects.filter(
        pack_id__in=pack_ids, state=ReviewCase.State.RETEST_ORDERED, closed_at=F("pack__status_at")
    ).exclude(barred_instrument_ids=[], barred_person_ids=[])
    upheld = Dispute.objects.filter(
        pack_id__in=pack_ids, state=Dispute.State.UPHELD, answered_at=F("pack__status_at")
    ).exclude(retest_barred_instrument_ids=[], retest_barred_person_ids=[])
    asked = (
        *orders.values_list("pack_id", "barred_instrument_ids", "barred_person_ids"),
        *upheld.values_list("pack_id", "retest_barred_instrument_ids", "retest_barred_person_ids"),
    )
    found = _barred_by_declarations(pack_ids)
    for pack_id, instruments, people in asked:
        barred = Demand(instrument_ids=frozenset(instruments), person_ids=frozenset(people))
        found[pack_id] = found.get(pack_id, Demand()) | barred
    return found


def _barred_by_declarations(pack_ids: Sequence[int]) -> dict[int, Demand]:
    """Return what was declared bad since these packs came to the bench, by pack.

    It measured them wrongly once, so even when it is back in use another is to measure them now.
    """
    rows = DeclaredPack.objects.filter(
        pack_id__in=pack_ids, declaration__done_at__gte=F("pack__status_at")
    ).exclude(fate=Fate.UNTOUCHED.value)
    found: dict[int, Demand] = {}
    columns = ("pack_id", "declaration__instrument_id", "declaration__channel_id")
    for pack_id, instrument_id, channel_id in rows.values_list(*columns):
        barred = (
            Demand(channel_ids=frozenset([channel_id]))
            if channel_id
            else Demand(instrument_ids=frozenset([instrument_id]))
        )
        found[pack_id] = found.get(pack_id, Demand()) | barred
    return found


def channels_of(*, instrument_ids: Sequence[int]) -> list[Channel]:
    """Return the channels in service of these instruments, by instrument and code."""
    channels = Channel.objects.filter(instrument_id__in=instrument_ids, is_active=True)
    return list(channels.select_related("instrument").order_by("instrument__code", "code", "pk"))


@dataclass(frozen=True)
class Reference:
    """What 100 % SOH may mean for a pack."""

    source: str
    """pack_type or nameplate."""
    basis: str
    """ah or kwh."""
    value: Decimal
    label: str


def references_of(*, pack: Pack) -> list[Reference]:
    """Return the known references of ``pack``, the maker's before the supplier's, charge before energy."""
    sources: list[tuple[str, Pack | PackType | None, str]] = [
        ("pack_type", pack.pack_type, f"Catalog, {pack.pack_type}"),
        ("nameplate", pack, "Supplier's nameplate"),
    ]
    found = []
    for source, row, label in sources:
        if row and row.rated_capacity_ah:
            found.append(Reference(source, "ah", row.rated_capacity_ah, f"{label}: rated"))
        if row and row.nominal_energy_kwh:
            found.append(Reference(source, "kwh", row.nominal_energy_kwh, f"{label}: nominal"))
    return found


def catalog_baseline(*, pack_type: PackType | None) -> Baseline | None:
    """Return the resistance of a new pack of this type, with the conditions that the catalog gives."""
    if pack_type is None or not pack_type.baseline_ir_mohm:
        return None
    return Baseline(
        ir_mohm=pack_type.baseline_ir_mohm,
        method=pack_type.baseline_ir_method,
        temperature_degc=pack_type.baseline_ir_temperature_degc,
        soc_percent=pack_type.baseline_ir_soc_percent,
        pulse_duration_s=pack_type.baseline_ir_pulse_s,
        source="type_catalogue",
    )


def arrivals(*, pack_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each pack was received, as far as a scan says so."""
    received = Scan.objects.filter(pack_id__in=pack_ids, outcome=Scan.Outcome.RECEIVED)
    return dict(received.values_list("pack_id").annotate(Min("at")).order_by())
