"""Judge packs and write what comes of it; one that cannot be judged is found, and held for a person."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from grading.models import PolicyVersion
from grading.queries.evidence import evidence_under
from grading.queries.policies import compiled
from grading.services.decisions.judging import failure, judge
from grading.services.decisions.writing import write_decisions
from intake.models import Pack
from intake.services.leases import LeaseLost
from rebattery.actor import Actor

log = logging.getLogger(__name__)

CHUNK_SIZE = 1000
TIME_LIMIT = timedelta(minutes=8)
"""Shorter than the task's limit and the lease: a job ends by itself, and the sweep starts the next."""
NOT_OF_A_PACK = (OperationalError, InterfaceError, LeaseLost)
"""The database's trouble, or another worker's turn by now: no pack's fault, the next start tries again."""
Decide = Callable[[Sequence[int], str], int]
"""Decide on packs by key in a transaction of its own, or with a message hold them; return on how many."""


def decide_on(
    *,
    packs: Sequence[Pack],
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    run_id: int | None = None,
    is_same_pack: bool = False,
    message: str = "",
) -> int:
    """Let ``version`` say what the packs are, and return how many; they are locked, tested or in quarantine.

    :param is_same_pack: see :func:`write_decisions`.
    :param message: why they cannot be judged; they are held with it.
    """
    if not packs:
        return 0
    policy = compiled(version)
    if message:
        judgements = [failure(pack=pack, message=message) for pack in packs]
    else:
        evidence = evidence_under(policy=policy, pack_ids=[pack.pk for pack in packs], at=at)
        judgements = [judge(pack=pack, evidence=evidence[pack.pk], policy=policy) for pack in packs]
    write_decisions(
        judgements=judgements,
        version=version,
        policy=policy,
        actor=actor,
        at=at,
        run_id=run_id,
        is_same_pack=is_same_pack,
    )
    return len(packs)


def decide_or_hold(*, pack_ids: Sequence[int], decide: Decide) -> int:
    """Decide on all the packs at once and return on how many; one that cannot be judged is held."""
    try:
        return decide(pack_ids, "")
    except NOT_OF_A_PACK:
        raise
    except Exception as exc:
        return decide_apart(pack_ids=pack_ids, exc=exc, decide=decide)


def decide_apart(*, pack_ids: Sequence[int], exc: Exception, decide: Decide) -> int:
    """Decide on packs of which one raised ``exc``: halve them until it stands alone, and hold it."""
    if len(pack_ids) > 1:
        middle = len(pack_ids) // 2
        halves = (pack_ids[:middle], pack_ids[middle:])
        return sum(decide_or_hold(pack_ids=half, decide=decide) for half in halves)
    log.error("Pack %s cannot be graded.", pack_ids[0], exc_info=exc)
    return decide(pack_ids, f"{type(exc).__name__}: {exc}")
