"""Packs whose SOH was reported, and then measured: what an agreement is fitted to."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from grading.domain.agreement.groups import MOST_DAYS_APART, Pair
from grading.models import AgreementFit
from grading.models.test_run import STANDS_SQL

TYPE_KEY = "coalesce(t.key, upper(trim(p.make || ' ' || p.model)))"
"""SQL of the key under which a pack is grouped; ``p`` is the pack, ``t`` its type."""
_TYPE_LABEL = "coalesce(trim(t.make || ' ' || t.model || ' ' || t.variant), trim(p.make || ' ' || p.model))"
_STANDS = STANDS_SQL.format("c")
# A test counts when it stands, has the charge basis and departs from its procedure in nothing grave.
_TESTS = """
    FROM grading_capacitytest c
    JOIN intake_pack p ON p.id = c.pack_id
    LEFT JOIN intake_packtype t ON t.id = p.pack_type_id
    {join}
    WHERE {stands} AND c.basis = 'ah' AND {condition}
        AND NOT c.departures @> '[{{"is_grave": true}}]'
        AND abs((c.measured_at AT TIME ZONE 'UTC')::date - {day}) <= %(days)s
    ORDER BY p.supplier_id, 2, 4, c.measured_at, c.id
"""
_CLAIMS = f"""
    SELECT p.supplier_id, {TYPE_KEY}, {_TYPE_LABEL}, p.declared_soh_method, p.declared_soh_percent,
        c.soh_percent, c.id, NULL {
    _TESTS.format(
        join="JOIN intake_batch b ON b.id = p.batch_id",
        stands=_STANDS,
        condition="p.declared_soh_percent IS NOT NULL",
        day="coalesce((p.declared->>'soh_date')::date, (b.announced_at AT TIME ZONE 'UTC')::date)",
    )
}
"""  # noqa: S608 (constant text)
_REPORTS = f"""
    SELECT p.supplier_id, {TYPE_KEY}, {_TYPE_LABEL}, r.firmware, r.value_percent, c.soh_percent, c.id, r.id
    {
    _TESTS.format(
        join="JOIN grading_sohreport r ON r.pack_id = p.id",
        stands=_STANDS,
        condition="r.superseded_by_id IS NULL AND r.kind = %(kind)s",
        day="(r.read_at AT TIME ZONE 'UTC')::date",
    )
}
"""  # noqa: S608 (constant text)


class PairRow(NamedTuple):
    """One pair with what it belongs to."""

    supplier_id: int
    type_key: str
    type_label: str
    variant: str
    """Firmware of a report; how the supplier found a claim."""
    pair: Pair
    test_id: int
    report_id: int | None


def pairs_of(*, kind: str) -> Iterator[PairRow]:
    """Yield every pair of ``kind``, in the order of groups and within them of the measurements; one query.

    A claim is dated by the day that its supplier gives for it, else by its announcement.
    """
    params: dict[str, Any] = {"days": MOST_DAYS_APART, "kind": kind}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS if kind == AgreementFit.Kind.DECLARED else _REPORTS, params)
        while rows := cursor.fetchmany(5_000):
            for supplier, key, label, variant, reported, measured, test, report in rows:
                pair = Pair(float(reported), float(measured))
                yield PairRow(supplier, key, label, variant, pair, test, report)
