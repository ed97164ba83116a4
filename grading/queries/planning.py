"""The test queue: which packs are worth testing first, and what they still lack."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import DecimalField, Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from grading.domain.evidence import Evidence
from grading.domain.planning import (
    CLAIM_DOUBT,
    Lack,
    SohRange,
    Stake,
    best_routes,
    lack_of,
    range_measured,
    range_reported,
    stake_of,
)
from grading.domain.policy import Policy
from grading.models import CapacityTest
from grading.models.test_run import STANDS
from grading.queries.agreement import BEST, ExpectedSoh, expected_soh
from grading.queries.blindness import may_measure
from grading.queries.kinds import counting_sql
from grading.queries.policies import compiled, in_force_or_none
from grading.queries.retests import evidence_at_bench
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.models import User

WAITING = (Status.RECEIVED, Status.INSPECTED)
"""States of packs that are at the bench or on their way to it."""
_TENTH = Decimal("0.1")
_WORTH = f"""(
    SELECT coalesce(round(
        coalesce(t.usable_energy_kwh, t.nominal_energy_kwh, p.nominal_energy_kwh) * k.kept / 100, 3), 0)
    FROM intake_pack p LEFT JOIN intake_packtype t ON t.id = p.pack_type_id
    LEFT JOIN LATERAL ({{counting}}) m ON TRUE
    LEFT JOIN LATERAL (SELECT * FROM ({BEST}) b WHERE b.may_presort AND m.id IS NULL) e ON TRUE
    CROSS JOIN LATERAL (SELECT
        coalesce(m.soh_percent, e.soh::numeric, p.declared_soh_percent) AS soh,
        CASE WHEN m.id IS NOT NULL THEN coalesce(m.u_soh_points, 0) * %s::numeric
            ELSE coalesce(e.half_width::numeric, %s::numeric) END AS doubt,
        %s::numeric + CASE WHEN m.id IS NULL THEN 0 ELSE coalesce(m.u_soh_points, 0) * %s::numeric END
            AS lowered) s
    CROSS JOIN LATERAL (
        SELECT sum(CASE WHEN s.doubt > 0 THEN (c.hi * c.hi - c.lo * c.lo) / (4 * s.doubt)
                ELSE s.soh END) AS kept
        FROM jsonb_to_recordset(%s::jsonb)
            AS r(chemistry text, lo numeric, lo_incl boolean, hi numeric, hi_incl boolean)
        CROSS JOIN LATERAL (SELECT greatest(r.lo + s.lowered, s.soh - s.doubt) AS lo,
            least(r.hi + s.lowered, s.soh + s.doubt) AS hi) c
        WHERE s.soh IS NOT NULL
            AND r.chemistry = CASE WHEN p.chemistry = 'UNKNOWN' AND t.chemistry <> '' THEN t.chemistry
                ELSE p.chemistry END
            AND CASE WHEN s.doubt > 0 THEN c.lo < c.hi
                ELSE (s.soh > r.lo + s.lowered OR (r.lo_incl AND s.soh = r.lo + s.lowered))
                    AND (r.hi IS NULL OR s.soh < r.hi + s.lowered
                        OR (r.hi_incl AND s.soh = r.hi + s.lowered)) END) k
    WHERE p.id = intake_pack.id)
"""  # noqa: S608 (constant text)
"""What :func:`grading.domain.planning.stake_of` says, for ranking; a test holds the two together."""


@dataclass(frozen=True)
class QueueRow:
    """One pack of the queue with why it stands where it does."""

    pack: Pack
    worth_kwh: Decimal | None
    """Energy at stake: what it is expected to keep; None where it is kept back."""
    most_kwh: Decimal | None
    """The most that it may keep; None without an SOH, an energy or a policy."""
    soh_percent: Decimal | None
    doubt_points: Decimal | None
    """How far the SOH may lie from that to either side [pp]; None where nothing is doubted."""
    expected: ExpectedSoh | None
    """The report behind ``soh_percent``; None when it is measured or claimed."""
    is_measured: bool
    routes: Sequence[str]
    """Best routes that the policy leaves, from the lowest SOH on; none without an SOH or a policy."""
    lack: Lack | None
    """What the policy still asks for; None when no policy is in force."""
    is_kept_back: bool = False
    """What others say of it, and all that tells of that, is kept from whoever may measure it."""

    @property
    def source(self) -> str:
        """Say where ``soh_percent`` comes from."""
        if self.is_kept_back:
            return "shown once measured"
        if self.is_measured:
            return "measured"
        if self.expected:
            return self.expected.label
        return "nobody" if self.soh_percent is None else "claim as sent"


def packs_to_test(*, viewer: User, at: datetime) -> QuerySet[Pack]:
    """Return the packs that wait for tests, each with ``worth_kwh``, by which the queue is ranked.

    That is the energy at stake: usable energy times SOH, counted as 0 where the best route which the policy
    leaves at that SOH keeps nothing, averaged over the range in which the SOH may lie. SOH: measured, with
    the doubt that the policy has; else corrected by an agreement that may rank, with its 95 % interval; else
    as claimed, with the widest interval that may rank.
    """
    version = in_force_or_none(at=at)
    policy = compiled(version) if version else None
    energy: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=3)
    counting, params = counting_sql(CapacityTest, "p.id")
    packs = Pack.objects.visible_to(viewer).filter(status__in=WAITING)
    return packs.select_related("pack_type", "supplier", "batch").annotate(
        worth_kwh=RawSQL(  # noqa: S611 (constant text)
            _WORTH.format(counting=counting), [*params, *_by_policy(policy)], output_field=energy
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
        return [QueueRow(pack, _worth(pack), None, None, None, None, False, (), None) for pack in packs]
    policy = compiled(version)
    evidence = evidence_at_bench(policy=policy, packs=packs, at=at)
    expected = expected_soh(pack_ids=ids)
    return [_row(pack, evidence[pack.pk], expected[pack.pk], policy) for pack in packs]


def rows_for(*, packs: Sequence[Pack], viewer: User, at: datetime) -> list[QueueRow]:
    """Return what ``viewer`` is shown of ``packs``: their rank, but of those not yet measured no figure.

    Energy at stake and route follow from the claim, so who may measure would read the claim out of them.
    """
    rows = queue_rows(packs=packs, at=at)
    return [_kept_back(row) if not row.is_measured else row for row in rows] if may_measure(viewer) else rows


def _kept_back(row: QueueRow) -> QueueRow:
    return replace(
        row,
        worth_kwh=None,
        most_kwh=None,
        soh_percent=None,
        doubt_points=None,
        expected=None,
        routes=(),
        is_kept_back=True,
    )


def _row(pack: Pack, evidence: Evidence, expected: ExpectedSoh | None, policy: Policy) -> QueueRow:
    is_measured = evidence.soh_percent is not None
    used = expected if expected and expected.may_presort and not is_measured else None
    soh = _range(pack, evidence, used, policy)
    stake = stake_of(policy, chemistry=evidence.chemistry, soh=soh) if soh else None
    return QueueRow(
        pack=pack,
        worth_kwh=_worth(pack),
        most_kwh=_most(pack, stake) if stake else None,
        soh_percent=soh.soh_percent if soh else None,
        doubt_points=(soh.doubt_points or None) if soh else None,
        expected=used,
        is_measured=is_measured,
        routes=stake.routes if stake else (),
        lack=lack_of(policy, evidence),
    )


def _range(pack: Pack, evidence: Evidence, used: ExpectedSoh | None, policy: Policy) -> SohRange | None:
    if evidence.soh_percent is not None:
        return range_measured(policy, soh_percent=evidence.soh_percent, u_points=evidence.soh_u_points)
    if used:
        half_width = Decimal(str(used.half_width))
        return range_reported(policy, soh_percent=Decimal(str(used.soh_percent)), half_width=half_width)
    claim = pack.declared_soh_percent
    return None if claim is None else range_reported(policy, soh_percent=claim, half_width=None)


def _worth(pack: Pack) -> Decimal:
    worth: Decimal = getattr(pack, "worth_kwh")  # noqa: B009  an annotation, not a field
    return worth.quantize(_TENTH, ROUND_HALF_EVEN)


def _most(pack: Pack, stake: Stake) -> Decimal | None:
    kind = pack.pack_type
    of_type = (kind.usable_energy_kwh or kind.nominal_energy_kwh) if kind else None
    energy = of_type or pack.nominal_energy_kwh
    return None if energy is None else (energy * stake.most_percent / 100).quantize(_TENTH, ROUND_HALF_EVEN)


def _by_policy(policy: Policy | None) -> tuple[str, str, str, str, str]:
    """Return the parameters of the query that a policy sets: doubts, what is taken off, and what is kept."""
    if policy is None:
        return "0", "0", "0", "0", "[]"
    certain = policy.undecided_factor is None
    kept = [
        {
            "chemistry": band.chemistry,
            "lo": str(band.lo),
            "lo_incl": band.lo_incl,
            "hi": None if band.hi is None else str(band.hi),
            "hi_incl": band.hi_incl,
        }
        for band in best_routes(policy)
        if band.is_kept
    ]
    return (
        str(policy.undecided_factor or 0),
        str(CLAIM_DOUBT),
        str(policy.guard_band_pts),
        str((policy.k_lower_bound or 0) if certain else 0),
        json.dumps(kept),
    )
