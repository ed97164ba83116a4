"""Carry an approved declaration out: every consequence in one transaction, in sets."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from grading.domain.blast_radius import SUSPENDING, Fate
from grading.models import CapacityTest, Decision, DeclarationRun, DeclaredPack, ResistanceTest
from grading.models import InstrumentDeclaration as Declaration
from grading.models.decision import IN_FORCE
from grading.queries.decisions import DECIDED_BY_SQL
from grading.queries.declarations import Scope, resting_decisions, touched_pack_ids, touched_packs
from grading.queries.review_steps import CLOSED_SQL, WAS_OPEN_SQL
from grading.services.declarations.proposing import settle, tell
from grading.services.declarations.telling import tell_suppliers
from intake.domain.lifecycle import Move
from intake.services.leases import Lease, Leases
from intake.services.lifecycle import move_packs
from rebattery.actor import Actor
from rebattery.audit.record import record_rows
from rebattery.jobs import Job

REASON_CODE = "instrument_bad"
CHUNK = 5_000
"""Packs that are in memory at a time."""
_TESTS = ((CapacityTest, "capacity_test"), (ResistanceTest, "resistance_test"))
_LEASES = Leases(
    subjects=Declaration,
    runs=DeclarationRun,
    link="declaration",
    job=Job.CARRY_OUT_DECLARATION,
    at_start={},
    at_return={},
    beside="instrument",
)
sweep = _LEASES.sweep


def run(*, declaration_id: int, actor: Actor, at: datetime) -> None:
    """Carry out an approved declaration in a worker; one that is done, or is being done, is left alone.

    A worker that dies leaves nothing half done, and the sweep starts another. One after another fails? Then
    the declaration stays visible as not carried out; its instrument cannot be picked all the same.
    """
    _LEASES.work(declaration_id, lambda lease: _work(lease, actor, at))


def _work(lease: Lease, actor: Actor, at: datetime) -> None:
    DeclarationRun.objects.filter(declaration_id=lease.subject_id).update(started_at=at)
    with transaction.atomic():
        declaration = _LEASES.lock(lease)
        carry_out(declaration=declaration, actor=actor, at=at)


@transaction.atomic
def carry_out(*, declaration: Declaration, actor: Actor, at: datetime) -> None:
    """Mark the results, suspend decisions, send packs back to the bench, close reviews, tell suppliers.

    The declaration is approved and locked. What it calls for does not depend on how often it is tried.
    """
    scope = Scope.of(declaration)
    _lock(touched_pack_ids(scope=scope))
    _decide_fates(declaration, scope)
    results = sum(_invalidate(declaration, scope, *kind, actor=actor, at=at) for kind in _TESTS)
    _suspend_decisions(declaration, scope, actor, at)
    reviews = _close_reviews(declaration, actor, at)
    packs = _send_back(declaration, actor, at)
    tell_suppliers(declaration=declaration, at=at)
    before = settle(declaration, {"state": Declaration.State.DONE.value, "done_at": at})
    tell(
        declaration,
        "carried_out",
        before=before,
        after={"state": Declaration.State.DONE.value, "done_at": at},
        facts={"results": results, "packs": packs, "reviews": reviews},
        actor=actor,
        at=at,
    )


def _lock(pack_ids: Sequence[int]) -> None:
    """Lock the packs in key order without reading them; :func:`move_packs` reads them chunk by chunk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM intake_pack WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(pack_ids)]
        )


def _decide_fates(declaration: Declaration, scope: Scope) -> None:
    """Keep what becomes of each pack, as it is now that nobody else can change it."""
    rows = touched_packs(scope=scope).order_by("pk").values_list("pk", "status", "fate")
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {DeclaredPack._meta.db_table} (declaration_id, pack_id, status, fate)"  # noqa: S608
            f" SELECT %s, f.* FROM ({sql}) f",
            [declaration.pk, *params],
        )


def _invalidate(
    declaration: Declaration,
    scope: Scope,
    model: type[CapacityTest] | type[ResistanceTest],
    subject: str,
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Mark the results of one kind and return how many; an earlier declaration's mark stays."""
    count = scope.tests(model).filter(invalidated_by__isnull=True).update(invalidated_by=declaration)
    if not count:
        return 0
    return record_rows(
        code=f"{subject}.invalidated",
        actor=actor,
        at=at,
        reason=declaration.reason,
        reason_code=REASON_CODE,
        rows=f"""
            SELECT t.id AS subject_id, '{subject.replace("_", " ")} ' || t.id AS subject_label, t.pack_id,
                   p.supplier_id, '{{"invalidated_by_id": null}}'::jsonb AS before,
                   jsonb_build_object('invalidated_by_id', t.invalidated_by_id) AS after,
                   jsonb_build_object('instrument', %(instrument)s::text) AS facts
            FROM {model._meta.db_table} t JOIN intake_pack p ON p.id = t.pack_id
            WHERE t.invalidated_by_id = %(key)s ORDER BY t.id""",  # noqa: S608 (constant text)
        params={"key": declaration.pk, "instrument": declaration.what},
    )


def _suspend_decisions(declaration: Declaration, scope: Scope, actor: Actor, at: datetime) -> None:
    """Take the last decisions on packs that are tested again out of force, overrides too."""
    mine = DeclaredPack.objects.filter(declaration=declaration)
    back = Q(pack__in=mine.filter(fate=Fate.RETEST.value).values("pack"))
    others = Q(
        pack__in=mine.filter(fate__in=[fate.value for fate in SUSPENDING]).values("pack"),
        pk__in=resting_decisions(scope=scope).values("pk"),
    )
    if not Decision.objects.filter(IN_FORCE).filter(back | others).update(suspended_by=declaration):
        return
    record_rows(
        code="decision.suspended",
        actor=actor,
        at=at,
        reason=declaration.reason,
        reason_code=REASON_CODE,
        rows=f"""
            SELECT d.id AS subject_id, d.grade || ' by ' || {DECIDED_BY_SQL} AS subject_label,
                   d.pack_id, p.supplier_id, '{{"suspended_by_id": null}}'::jsonb AS before,
                   jsonb_build_object('suspended_by_id', d.suspended_by_id) AS after,
                   jsonb_build_object('instrument', %(instrument)s::text) AS facts
            FROM grading_declaredpack m JOIN grading_decision d ON d.pack_id = m.pack_id
            JOIN grading_policyversion v ON v.id = d.policy_id JOIN intake_pack p ON p.id = d.pack_id
            WHERE m.declaration_id = %(key)s AND d.suspended_by_id = %(key)s ORDER BY d.id""",
        params={"key": declaration.pk, "instrument": declaration.what},
    )


def _close_reviews(declaration: Declaration, actor: Actor, at: datetime) -> int:
    """Close what reviewers had not decided on packs that go back, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE grading_reviewcase r
               SET state = 'superseded', version = r.version + 1, closed_at = %s, closed_by = %s,
                   reason_code = %s, reason = %s
               FROM grading_reviewcase o JOIN grading_declaredpack d ON d.pack_id = o.pack_id
               WHERE o.id = r.id AND d.declaration_id = %s AND d.fate = %s
                   AND r.state IN ('open', 'override_requested')
               RETURNING r.id, o.state""",
            [at, actor.label, REASON_CODE, declaration.reason, declaration.pk, Fate.RETEST.value],
        )
        closed = cursor.fetchall()
    if not closed:
        return 0
    return record_rows(
        code="review.suspended",
        actor=actor,
        at=at,
        reason=declaration.reason,
        reason_code=REASON_CODE,
        rows=f"""
            SELECT r.id AS subject_id, p.serial AS subject_label, r.pack_id, p.supplier_id,
                   {WAS_OPEN_SQL} AS before, {CLOSED_SQL} AS after,
                   jsonb_build_object('instrument', %(instrument)s::text) AS facts
            FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS m(id, state)
            JOIN grading_reviewcase r ON r.id = m.id JOIN intake_pack p ON p.id = r.pack_id
            ORDER BY r.id""",
        params={
            "ids": [key for key, _ in closed],
            "states": [state for _, state in closed],
            "instrument": declaration.what,
        },
    )


def _send_back(declaration: Declaration, actor: Actor, at: datetime) -> int:
    """Take the packs back to the bench and return how many."""
    count = 0
    for pack_ids in _chunks(declaration):
        move_packs(
            pack_ids=pack_ids,
            move=Move.SUSPEND,
            actor=actor,
            at=at,
            reason=declaration.reason,
            reason_code=REASON_CODE,
            facts={"instrument": declaration.what, "declaration": declaration.pk},
        )
        count += len(pack_ids)
    return count


def _chunks(declaration: Declaration) -> Iterator[list[int]]:
    mine = DeclaredPack.objects.filter(declaration=declaration, fate=Fate.RETEST.value)
    keys = list(mine.order_by("pack_id").values_list("pack_id", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
