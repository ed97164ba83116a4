"""Order packs to be graded again: all of those chosen, or none."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from grading.domain.regrading import MOST_PACKS, REASONS
from grading.models import GradingRun, GradingRunWork
from grading.queries.policies import policy_in_force
from grading.queries.regrading import Selection, chosen_sql, weigh_selection
from grading.services.decisions.runs import begin_run
from intake.models import Pack
from rebattery.actor import Actor
from rebattery.audit.record import ReasonMissing
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue
from rebattery.turns import await_turn


class RegradeRefused(RuleViolation):
    """These packs cannot be graded again like that. Nothing was ordered."""

    code = "regrade_refused"


class PolicyChanged(RegradeRefused):
    """Another policy came into force since you looked. Nothing was ordered."""

    code = "policy_changed"


class PackForbidden(RegradeRefused):
    """One of the packs cannot be graded again. Nothing was ordered."""

    code = "pack_forbidden"


@transaction.atomic
def order(
    *,
    packs: QuerySet[Pack],
    title: str,
    policy_id: int,
    seen: int,
    reason_code: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> GradingRun:
    """Have ``packs`` graded again by the policy in force, by a worker, and return the run.

    Nothing changes about a pack before the worker comes to it; what changed until then is left as it is.

    :param title: what was chosen, in words.
    :param policy_id: the policy in force as the person saw it.
    :param seen: the newest decision when the person chose; a pack with a newer one is forbidden.
    :raises PolicyChanged: when another policy is in force.
    :raises PackForbidden: when one of the packs cannot be graded again, or another order waits for it;
        names it, and why.
    :raises RegradeRefused: for no packs, too many, an unknown reason code, or nobody to answer for it.
    :raises ReasonMissing: when there is no text.
    """
    if actor.person_id is None:
        raise RegradeRefused("Only a person has packs graded again. Nothing was ordered.")
    if reason_code not in REASONS:
        raise RegradeRefused(fields={"reason_code": "Choose a reason."})
    if not reason.strip():
        raise ReasonMissing(fields={"reason": "Say why."})
    version = policy_in_force(at=at)
    if version.pk != policy_id:
        raise PolicyChanged(f"{version} came into force since you looked. Nothing was ordered.")
    await_turn("order a new grading")  # two orders of the same packs at once: the second sees the first
    selection = weigh_selection(packs=packs, seen=seen, at=at)
    _check(selection)
    run = begin_run(
        kind=GradingRun.Kind.REGRADE,
        version=version,
        title=title[:200],
        reason_code=reason_code,
        reason=reason.strip(),
        pack_count=selection.ready,
        actor=actor,
        at=at,
    )
    GradingRunWork.objects.create(grading_run=run)
    sql, params = chosen_sql(packs, seen=seen, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO grading_gradingrunpack (run_id, pack_id, former_id, outcome, why)
                SELECT %(run)s, c.id, c.decision_id, '', '' FROM ({sql}) c
                WHERE c.obstacle IS NULL ORDER BY c.id""",  # noqa: S608 (text of ours and of the ORM)
            {**params, "run": run.pk},
        )
        if cursor.rowcount != selection.ready:
            raise RegradeRefused("Some of these packs changed just now; try again. Nothing was ordered.")
    enqueue(Job.REGRADE, grading_run_id=run.pk)
    return run


def _check(selection: Selection) -> None:
    if selection.hindered:
        named = " ".join(
            f"{serial}: {part.words}." for part in selection.hindered for serial in part.serials[:2]
        )
        more = selection.hindered_count - sum(len(part.serials[:2]) for part in selection.hindered)
        raise PackForbidden(f"{named}{f' And {more} more.' if more else ''} Nothing was ordered.")
    if not selection.ready:
        raise RegradeRefused("No pack is left to be graded again. Nothing was ordered.")
    if selection.ready > MOST_PACKS:
        raise RegradeRefused(
            f"{selection.ready:,} packs are more than {MOST_PACKS:,}; narrow the filter. Nothing was ordered."
        )
