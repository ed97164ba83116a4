"""Evidence snapshots of packs, as the policy judges them."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from grading.domain.calendar_life import is_beyond_calendar_life
from grading.domain.evidence import OFF_PROCEDURE, Evidence
from grading.domain.policy import Policy
from grading.domain.soh import bounds_weakest_cell
from grading.domain.validity import months_begun
from grading.models import CapacityTest, ResistanceTest
from grading.queries.kinds import counting_sql
from intake.domain.chemistry import Chemistry

_COLUMNS = """
    p.id, p.chemistry, t.chemistry AS type_chemistry, p.pack_type_id, p.declared_soh_percent,
    p.history_completeness_percent, t.calendar_life_years, p.declared ->> 'production_date' AS produced,
    p.declared ->> 'first_use_date' AS first_used, i.id AS inspection_id, i.safety, i.identity_confirmed,
    c.id AS capacity_test_id, c.soh_percent, c.basis, c.ended_by_cell_limit, c.weakest_soh_percent,
    c.measured_at, c.spread_points, c.u_soh_points,
    (c.uncertainty -> 'is_complete')::boolean AS u_is_complete,
    NOT c.departures @> '[{"is_grave": true}]' AS is_by_procedure,
    array_to_string(ARRAY(SELECT jsonb_path_query(c.departures, '$[*] ? (@.is_grave == true).words')
        #>> '{}'), '; ') AS departs_why, cp.code AS capacity_procedure,
    r.id AS resistance_test_id, r.ir_ratio, r.is_comparable, r.incomparable_because, r.u_ratio,
    rp.code AS resistance_procedure,
    array_remove(ARRAY[i.person_id, c.person_id, r.person_id], NULL) AS people"""


@cache
def evidence_sql() -> tuple[str, tuple[Any, ...]]:
    """Return the one query, open for a condition on the packs, and the parameters that stand before it.

    Of several kinds of result each pack brings the one that counts, so that it is one row.
    """
    capacity, of_capacity = counting_sql(CapacityTest, "p.id")
    resistance, of_resistance = counting_sql(ResistanceTest, "p.id")
    sql = f"""
        SELECT {_COLUMNS}
        FROM intake_pack p
        LEFT JOIN intake_packtype t ON t.id = p.pack_type_id
        LEFT JOIN intake_inspection i ON i.pack_id = p.id AND i.superseded_by_id IS NULL
        LEFT JOIN LATERAL ({capacity}) c ON TRUE
        LEFT JOIN grading_procedureversion cp ON cp.id = c.procedure_id
        LEFT JOIN LATERAL ({resistance}) r ON TRUE
        LEFT JOIN grading_procedureversion rp ON rp.id = r.procedure_id
    """  # noqa: S608 (constant text)
    return sql, (*of_capacity, *of_resistance)


def evidence_for(
    *,
    pack_ids: Sequence[int],
    on: date | None = None,
    aged_at: datetime | None = None,
    judged_on: date | None = None,
) -> dict[int, Evidence]:
    """Return what is known of each pack now, in one query for any number of packs.

    :param on: day on which the maker's calendar life is asked after; without it that is not known.
    :param aged_at: moment at which the age of a capacity test is taken; leave it out unless the policy
        limits the age, because it makes the snapshot of unchanged facts differ from day to day.
    :param judged_on: day on which it is asked whether grades ran out; leave it out unless the policy ends
        grades.
    """
    with connection.cursor() as cursor:
        sql, params = evidence_sql()
        cursor.execute(f"{sql} WHERE p.id = ANY(%s)", [*params, list(pack_ids)])  # noqa: S608 (constant text)
        names = [column.name for column in cursor.description]
        rows = (dict(zip(names, values, strict=True)) for values in cursor.fetchall())
        return {row["id"]: evidence_of(row, aged_at, on, judged_on) for row in rows}


def evidence_under(*, policy: Policy, pack_ids: Sequence[int], at: datetime) -> dict[int, Evidence]:
    """Return the evidence on each pack as ``policy`` asks for it at ``at``."""
    aged_at = None if policy.max_age_days is None else at
    judged_on = at.date() if policy.validity else None
    return evidence_for(pack_ids=pack_ids, on=at.date(), aged_at=aged_at, judged_on=judged_on)


def evidence_of(
    row: dict[str, Any], aged_at: datetime | None, on: date | None = None, judged_on: date | None = None
) -> Evidence:
    """Return what a row of :func:`evidence_sql` says of its pack."""
    is_measured = row["capacity_test_id"] is not None
    measured_on = row["measured_at"].date() if judged_on and is_measured else None
    chemistry = row["chemistry"]
    if chemistry == Chemistry.UNKNOWN and row["type_chemistry"]:
        chemistry = row["type_chemistry"]
    return Evidence(
        identity_confirmed=row["identity_confirmed"] is True,
        chemistry=chemistry,
        safety=row["safety"],
        soh_percent=row["soh_percent"],
        soh_source=_source(row) if is_measured else None,
        soh_departs_why=row["departs_why"] or "",
        soh_age_days=(aged_at - row["measured_at"]).days if aged_at and is_measured else None,
        soh_age_months=months_begun(measured_on, judged_on) if measured_on and judged_on else None,
        soh_measured_on=measured_on,
        ir_ratio=row["ir_ratio"],
        ir_comparable=row["is_comparable"],
        ir_comparable_why=row["incomparable_because"] or "",
        weakest_cell_soh_percent=row["weakest_soh_percent"],
        weakest_bound_from_pack_ah=is_measured
        and bounds_weakest_cell(basis=row["basis"], ended_by_cell_limit=row["ended_by_cell_limit"]),
        declared_soh_percent=row["declared_soh_percent"],
        cell_spread_percent=row["spread_points"],
        beyond_calendar_life=None if on is None else _is_beyond_its_life(row, on),
        soh_u_points=row["u_soh_points"],
        soh_u_is_lower_limit=None if row["u_soh_points"] is None else not row["u_is_complete"],
        ir_ratio_u=row["u_ratio"],
        capacity_procedure=row["capacity_procedure"] if row["is_by_procedure"] else None,
        resistance_procedure=row["resistance_procedure"],
        has_history=row["history_completeness_percent"] > 0,
        sources=_sources(row),
    )


def _source(row: dict[str, Any]) -> str:
    """Return what a capacity test counts as: one that departs gravely was not made by its procedure."""
    return "lab" if row["is_by_procedure"] else OFF_PROCEDURE


def _is_beyond_its_life(row: dict[str, Any], on: date) -> bool | None:
    return is_beyond_calendar_life(
        years=row["calendar_life_years"], produced=row["produced"], first_used=row["first_used"], on=on
    )


def _sources(row: dict[str, Any]) -> dict[str, Any]:
    names = ("inspection_id", "capacity_test_id", "resistance_test_id", "pack_type_id")
    return {name: row[name] for name in names if row[name] is not None} | {
        "people": sorted(set(row["people"]))
    }
