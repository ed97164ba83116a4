"""The grades that the packs of a file or a batch may expect, at what their supplier claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from grading.domain.expected import NOT_BINDING, Claimed, Share, expected_shares
from grading.queries.policies import compiled, in_force_or_none
from intake.models import Batch, Manifest, ManifestRow

MOST_PAIRS = 5_000
"""Different pairs of chemistry and SOH up to which each is judged by itself."""

# The supplier's word on damage, as the safety gate of the policy reads it.
_SAFETY = """CASE WHEN ddr = 'critical' THEN 'critical'
    WHEN ddr IN ('damaged', 'defective', 'recalled') THEN 'damaged' ELSE 'ok' END"""
_ROWS = """
    SELECT coalesce(nullif(nullif(r.chemistry, ''), 'UNKNOWN'), t.chemistry, 'UNKNOWN') AS chemistry,
           r.declared_soh_percent AS soh, r.values ->> 'ddr_status' AS ddr, r.nominal_energy_kwh AS kwh
    FROM intake_manifestrow r LEFT JOIN intake_packtype t ON t.key = r.values ->> 'pack_type_key'
    WHERE r.manifest_id = %(key)s AND r.fate = 'open' AND r.severity < %(question)s
"""
_PACKS = """
    SELECT coalesce(nullif(p.chemistry, 'UNKNOWN'), t.chemistry, 'UNKNOWN') AS chemistry,
           p.declared_soh_percent AS soh, p.ddr_status AS ddr, p.nominal_energy_kwh AS kwh
    FROM intake_pack p LEFT JOIN intake_packtype t ON t.id = p.pack_type_id
    WHERE p.batch_id = %(key)s AND p.status <> 'withdrawn'
"""
_GROUPED = """
    SELECT chemistry, {soh}, {safety}, count(*), coalesce(sum(kwh), 0), count(*) FILTER (WHERE kwh IS NULL)
    FROM ({rows}) AS c GROUP BY 1, 2, 3 LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What the policy in force would make of a set of claims."""

    policy: str
    """Empty when none is in force; nothing is expected then."""
    shares: list[Share]
    packs: int
    kwh: Decimal
    without_kwh: int
    """Packs for which no nominal energy is claimed; they add nothing to the sums."""
    is_rounded: bool
    """There are so many different SOH that they were rounded down to whole percents."""
    caveat: str = NOT_BINDING


def expected_of_manifest(*, manifest: Manifest, at: datetime) -> Expectation:
    """Return what the acceptable rows of a draft may expect; at most three queries for any number of rows."""
    return _expectation(_ROWS, {"key": manifest.pk, "question": ManifestRow.Severity.QUESTION.value}, at)


def expected_of_batch(*, batch: Batch, at: datetime) -> Expectation:
    """Return what the packs of a batch may expect at their claims; at most three queries."""
    return _expectation(_PACKS, {"key": batch.pk}, at)


def _expectation(rows: str, params: Mapping[str, Any], at: datetime) -> Expectation:
    found = _groups(rows, params, "soh")
    is_rounded = len(found) > MOST_PAIRS
    if is_rounded:
        found = _groups(rows, params, "floor(soh)")
    version = in_force_or_none(at=at)
    claims = [Claimed(chemistry, soh, safety, packs, kwh) for chemistry, soh, safety, packs, kwh, _ in found]
    return Expectation(
        policy=str(version) if version else "",
        shares=expected_shares(compiled(version), claims) if version else [],
        packs=sum(claim.packs for claim in claims),
        kwh=sum((claim.kwh for claim in claims), Decimal(0)),
        without_kwh=sum(without for *_, without in found),
        is_rounded=is_rounded,
    )


def _groups(rows: str, params: Mapping[str, Any], soh: str) -> list[tuple[Any, ...]]:
    sql = _GROUPED.format(soh=soh, safety=_SAFETY, rows=rows)  # constant texts, no user's
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "most": MOST_PAIRS + 1})
        return list(cursor.fetchall())
