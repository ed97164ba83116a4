"""Agreement of reported SOH with the bench, as pages show it and others use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DecimalField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery

from grading.domain.agreement.groups import LEAST_PAIRS
from grading.domain.agreement.shrinkage import PRESORT_HALF_WIDTH
from grading.models import AgreementFit, AgreementGroup, CapacityTest, SohReport
from grading.queries.agreement_pairs import TYPE_KEY

BEST = f"""
    SELECT x.kind, x.reported, x.reported - g.shrunk_bias AS soh, g.variance, g.half_width, g.n,
        g.may_presort, g.id AS group_id, g.fit_id, f.version
    FROM (SELECT 'declared' AS kind, p.declared_soh_percent AS reported, p.declared_soh_method AS variant
          WHERE p.declared_soh_percent IS NOT NULL
          UNION ALL
          SELECT r.kind, r.value_percent, r.firmware FROM grading_sohreport r
          WHERE r.pack_id = p.id AND r.superseded_by_id IS NULL AND r.kind IN ('bms', 'telematics')) x
    JOIN grading_agreementfit f ON f.kind = x.kind
        AND f.version = (SELECT max(version) FROM grading_agreementfit WHERE kind = x.kind)
    JOIN grading_agreementgroup g ON g.fit_id = f.id AND g.level = 'group' AND g.supplier_id = p.supplier_id
        AND g.type_key = {TYPE_KEY} AND g.variant = x.variant AND g.is_used
    ORDER BY g.variance, x.kind LIMIT 1
"""  # noqa: S608 (constant text)
"""SQL of what is best known of the pack ``p`` of the type ``t`` without a test: the narrowest report."""


@dataclass(frozen=True)
class ExpectedSoh:
    """What a report lets us expect of a pack before its test. It ranks and values; it never grades."""

    kind: str
    """declared, bms or telematics."""
    reported_percent: Decimal
    soh_percent: Decimal
    """As reported, less the bias of its group [%]."""
    variance: Decimal
    """Of one pack, the doubt about the bias included [pp²]."""
    half_width: Decimal
    """Half the 95 % interval [pp]."""
    n: int
    """Pairs behind the group's bias."""
    may_presort: bool
    """Precise enough, and as good for poor packs as for good ones: it may rank packs."""
    group_id: int
    fit_id: int
    """The version that was used; whoever uses the value keeps this."""
    version: int

    @property
    def label(self) -> str:
        """Name the source for a page."""
        return f"{AgreementFit.Kind(self.kind).label} v{self.version}, n = {self.n}"


def expected_soh(*, pack_ids: Sequence[int]) -> dict[int, ExpectedSoh | None]:
    """Return what the latest fits let us expect of each pack, in one query; None where nothing may be used.

    Nothing is used of a group of fewer than five pairs. Of several reports the one with the smallest
    variance counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, b.kind, b.reported, b.soh, b.variance, b.half_width, b.n, b.may_presort,"
            " b.group_id, b.fit_id, b.version FROM intake_pack p"
            " LEFT JOIN intake_packtype t ON t.id = p.pack_type_id"
            f" CROSS JOIN LATERAL ({BEST}) b WHERE p.id = ANY(%s)",  # noqa: S608 (constant text)
            [list(pack_ids)],
        )
        found = {row[0]: ExpectedSoh(*row[1:]) for row in cursor.fetchall()}
    return {pack_id: found.get(pack_id) for pack_id in pack_ids}


def latest_fits() -> list[AgreementFit]:
    """Return the version in force of each kind."""
    return list(AgreementFit.objects.order_by("kind", "-version").distinct("kind"))


def groups_in_force() -> QuerySet[AgreementGroup]:
    """Return the groups of the versions in force, with fit and supplier."""
    newer = AgreementFit.objects.filter(kind=OuterRef("fit__kind"), version__gt=OuterRef("fit__version"))
    return AgreementGroup.objects.filter(~Exists(newer)).select_related("fit", "supplier")


def all_groups() -> QuerySet[AgreementGroup]:
    """Return the groups of every version, with fit and supplier."""
    return AgreementGroup.objects.select_related("fit", "supplier")


def versions_of(*, group: AgreementGroup) -> list[AgreementGroup]:
    """Return ``group`` in every version that has it, newest first."""
    same = {name: getattr(group, name) for name in ("level", "supplier", "type_key", "variant")}
    rows = AgreementGroup.objects.filter(fit__kind=group.fit.kind, **same).select_related("fit")
    return list(rows.defer("test_ids", "report_ids").order_by("-fit__version"))


def standing(groups: QuerySet[AgreementGroup], what: str) -> QuerySet[AgreementGroup]:
    """Keep the groups that ``what``, a key of ``STANDINGS``, says.

    :raises KeyError: for anything else.
    """
    return groups.filter(
        {
            "presort": Q(may_presort=True),
            "used": Q(is_used=True),
            "shown": Q(is_used=False),
            "drifted": Q(has_drifted=True),
        }[what]
    )


STANDINGS = (
    ("presort", "Ranks packs"),
    ("used", "Used with its variance"),
    ("shown", "Shown, not used"),
    ("drifted", "Has drifted"),
)


def pairs_in(*, group: AgreementGroup) -> QuerySet[CapacityTest]:
    """Return the tests of a group's pairs with ``reported`` and ``difference``, frozen as they were fitted.

    A claim cannot change once its pack has arrived, a report never, and a test only by a newer one: so a
    version shows what it was fitted to.
    """
    here = AgreementGroup.objects.filter(pk=group.pk)
    tests = CapacityTest.objects.filter(pk__in=_unnested(here, "test_ids"))
    if group.fit.kind == AgreementFit.Kind.DECLARED:
        reported: F | Subquery = F("pack__declared_soh_percent")
    else:
        report = SohReport.objects.filter(pk__in=_unnested(here, "report_ids"), pack=OuterRef("pack"))
        reported = Subquery(report.values("value_percent")[:1])
    percent: DecimalField[Decimal, Decimal] = DecimalField(max_digits=8, decimal_places=4)
    return (
        tests.select_related("pack__supplier", "pack__pack_type")
        .annotate(reported=reported)
        .annotate(difference=ExpressionWrapper(F("reported") - F("soh_percent"), percent))
        .annotate(mean=ExpressionWrapper((F("reported") + F("soh_percent")) / 2, percent))
    )


def _unnested(rows: QuerySet[AgreementGroup], column: str) -> QuerySet[Any, Any]:
    return rows.annotate(one=Func(F(column), function="unnest")).values("one")


@dataclass(frozen=True)
class Use:
    """What a group's reports are good for."""

    label: str
    tone: str
    """ok, wait or neutral."""
    why: str = ""
    """Why it is used for no more; empty where it is used for all."""

    @property
    def words(self) -> str:
        """Say both in one."""
        return f"{self.label}: {self.why}" if self.why else self.label


def use_of(group: AgreementGroup) -> Use:
    """Say in words what ``group`` is used for, and why for no more."""
    if group.level != AgreementGroup.Level.GROUP:
        return Use("Shown, not used", "neutral", "only single groups are used")
    if group.n < LEAST_PAIRS:
        return Use("Shown, not used", "neutral", f"below n = {LEAST_PAIRS}")
    if not group.is_used:
        return Use("Shown, not used", "neutral", "all differences are alike")
    if group.may_presort:
        return Use("Ranks and values", "ok")
    if group.half_width is not None and group.half_width > PRESORT_HALF_WIDTH:
        return Use("Values only", "wait", f"wider than ± {PRESORT_HALF_WIDTH:g} points")
    if group.slope is None:
        return Use("Values only", "wait", "packs too alike to tell whether it holds for others")
    return Use("Values only", "wait", "the difference depends on how good the pack is")


class PairPoint(NamedTuple):
    """One pair as a chart shows it."""

    pack_id: int
    serial: str
    reported: Decimal
    measured: Decimal
    measured_at: datetime

    @property
    def difference(self) -> Decimal:
        return self.reported - self.measured

    @property
    def mean(self) -> Decimal:
        return (self.reported + self.measured) / 2


def newest_pairs(*, group: AgreementGroup, limit: int) -> list[PairPoint]:
    """Return the ``limit`` newest pairs of ``group``, oldest first; one query."""
    columns = ("pack_id", "pack__serial", "reported", "soh_percent", "measured_at")
    rows = pairs_in(group=group).order_by("-measured_at", "-pk").values_list(*columns)[:limit]
    return [PairPoint(*row) for row in reversed(rows)]
