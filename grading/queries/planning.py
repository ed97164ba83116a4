"""The test queue: which packs are worth testing first, and what they still lack."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import DecimalField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from grading.domain.evidence import Evidence
from grading.domain.planning import Lack, best_route, best_routes, lack_of
from grading.domain.policy import Policy
from grading.models import CapacityTest
from grading.models.test_run import STANDS
from grading.queries.agreement import BEST, ExpectedSoh, expected_soh
from grading.queries.kinds import counting_sql
from grading.queries.policies import compiled, in_force_or_none
from grading.queries.retests import evidence_at_bench
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.models import User

WAITING = (Status.RECEIVED, Status.INSPECTED)
"""States of packs that are at the bench or on their way to it."""
_WORTH = f"""(
    SELECT coalesce(round(
        coalesce(t.usable_energy_kwh, t.nominal_energy_kwh, p.nominal_energy_kwh) * s.soh / 100
        * CASE WHEN b.is_kept THEN 1 ELSE 0 END, 3), 0)
    FROM intake_pack p LEFT JOIN intake_packtype t ON t.id = p.pack_type_id
    CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT c.soh_percent FROM ({{counting}}) c),
        (SELECT e.soh FROM ({BEST}) e WHERE e.may_presort),
        p.declared_soh_percent) AS soh) s
    LEFT JOIN LATERAL (
        SELECT r.is_kept FROM jsonb_to_recordset(%s::jsonb)
            AS r(chemistry text, lo numeric, lo_incl boolean, is_kept boolean)
        WHERE r.chemistry = CASE WHEN p.chemistry = 'UNKNOWN' AND t.chemistry <> '' THEN t.chemistry
                ELSE p.chemistry END
            AND (s.soh > r.lo OR (r.lo_incl AND s.soh = r.lo))
        ORDER BY r.lo DESC LIMIT 1) b ON TRUE
    WHERE p.id = intake_pack.id)
"""  # noqa: S608 (constant text)


@dataclass(frozen=True)
class QueueRow:
    """One pack of the queue with why it stands where it does."""

    pack: Pack
    worth_kwh: Decimal
    """Energy that it is expected to keep; 0 where its best route keeps none."""
    soh_percent: Decimal | None
    expected: ExpectedSoh | None
    """The report behind ``soh_percent``; None when it is measured or claimed."""
    is_measured: bool
    route: str
    """Best route that the policy leaves at ``soh_percent``; empty without an SOH or a policy."""
    lack: Lack | None
    """What the policy still asks for; None when no policy is in force."""

    @property
    def source(self) -> str:
        """Say where ``soh_percent`` comes from."""
        if self.is_measured:
            return "measured"
        if self.expected:
            return self.expected.label
        return "nobody" if self.soh_percent is None else "claim as sent"


def packs_to_test(*, viewer: User, at: datetime) -> QuerySet[Pack]:
    """Return the packs that wait for tests, each with ``worth_kwh``, by which the queue is ranked.

    That is the usable energy times the expected SOH where the best route which the policy leaves at that SOH
    keeps the pack, else 0. SOH: measured, else corrected by an agreement that may rank, else as claimed.
    """
    version = in_force_or_none(at=at)
    policy = compiled(version) if version else None
    energy: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=3)
    counting, params = counting_sql(CapacityTest, "p.id")
    packs = Pack.objects.visible_to(viewer).filter(status__in=WAITING)
    return packs.select_related("pack_type", "supplier", "batch").annotate(
        worth_kwh=RawSQL(  # noqa: S611 (constant text)
            _WORTH.format(counting=counting), [*params, _bands_json(policy)], output_field=energy
        )
    )


def lacking(packs: QuerySet[Pack], what: str) -> QuerySet[Pack]:
    """Keep the packs without a standing capacity test (``capacity``), or with one (``rest``).

    :raises KeyError: for anything else.
    """
    tested = Exists(CapacityTest.objects.filter(STANDS, pack=OuterRef("pk")))
    return packs.filter({"capacity": ~tested, "rest": tested}[what])


LACKS = (("capacity", "A capacity test"), ("rest", "The rest: capacity is measured"))


def queue_rows(*, packs: Sequence[Pack], at: datetime) -> list[QueueRow]:
    """Return what the queue shows of ``packs``, taken from it; four queries for any number."""
    ids = [pack.pk for pack in packs]
    version = in_force_or_none(at=at)
    if version is None:
        return [QueueRow(pack, _worth(pack), None, None, False, "", None) for pack in packs]
    policy = compiled(version)
    evidence = evidence_at_bench(policy=policy, packs=packs, at=at)
    expected = expected_soh(pack_ids=ids)
    return [_row(pack, evidence[pack.pk], expected[pack.pk], policy) for pack in packs]


def _row(pack: Pack, evidence: Evidence, expected: ExpectedSoh | None, policy: Policy) -> QueueRow:
    used = expected if expected and expected.may_presort and evidence.soh_percent is None else None
    soh = evidence.soh_percent
    if soh is None:
        soh = used.soh_percent if used else pack.declared_soh_percent
    route = "" if soh is None else best_route(policy, chemistry=evidence.chemistry, soh_percent=soh)
    return QueueRow(
        pack=pack,
        worth_kwh=_worth(pack),
        soh_percent=soh,
        expected=used,
        is_measured=evidence.soh_percent is not None,
        route=route,
        lack=lack_of(policy, evidence),
    )


def _worth(pack: Pack) -> Decimal:
    worth: Decimal = getattr(pack, "worth_kwh")  # noqa: B009  an annotation, not a field
    return worth.quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def _bands_json(policy: Policy | None) -> str:
    """Return the best routes for the query; the guard band lifts each limit where grading lowers the SOH."""
    if policy is None:
        return "[]"
    return json.dumps(
        [
            {
                "chemistry": band.chemistry,
                "lo": str(band.lo + policy.guard_band_pts),
                "lo_incl": band.lo_incl,
                "is_kept": band.is_kept,
            }
            for band in best_routes(policy)
        ]
    )
