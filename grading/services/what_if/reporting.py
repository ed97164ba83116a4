"""Keep what a trial of a policy found, so that a publication can cite it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from grading.domain.canonical import sha256_of
from grading.domain.policy import parse_policy
from grading.models import PolicyVersion, WhatIfReport
from grading.queries.policies import compiled
from grading.queries.population import Taken
from grading.queries.what_if import Scope, Trial, label_of, try_policy
from rebattery.actor import Actor
from rebattery.audit.record import Event, record

MOST_MOVES = 100_000
"""Moved packs that a report lists one by one; the numbers count all of them."""
_COLUMNS = "report_id, pack_id, old_grade, new_grade, old_route, new_route, old_code, new_code, usable_wh"


@transaction.atomic
def make_report(
    *,
    document: Mapping[str, Any],
    against: PolicyVersion,
    scope: Scope,
    taken: Taken,
    name: str = "",
    actor: Actor,
    at: datetime,
) -> WhatIfReport:
    """Try ``document`` against a published policy and keep the numbers with the list of moved packs.

    The same trial again returns the report that is there. No grade changes.

    :param name: what the document is called where it is chosen; without one it goes by its own.
    :raises PolicyInvalid: with every fault, when the document is not a sound policy.
    """
    policy = parse_policy(document)
    trial = try_policy(taken=taken, new=policy, old=compiled(against), scope=scope)
    name = name or label_of(policy)
    report = WhatIfReport(
        title=f"{name} against {against}"[:120],
        document=document,
        document_sha256=policy.sha256,
        against=against,
        scope=scope.to_json(),
        snapshot_at=taken.row.taken_at,
        snapshot_sha256=taken.row.sha256,
        numbers=trial.comparison.to_json(),
        moves_kept=min(trial.comparison.moved, MOST_MOVES),
        made_at=at,
        made_by_person_id=actor.person_id,
        made_by=actor.label,
    )
    report.sha256 = sha256_of(report.says)
    if same := WhatIfReport.objects.filter(sha256=report.sha256).first():
        return same
    report.save(force_insert=True)
    _keep_moves(report, trial, taken)
    counts = {"packs": trial.comparison.packs, "moved": trial.comparison.moved}
    event = Event(
        code="what_if_report.made",
        subject_id=report.pk,
        subject_label=report.title,
        after={"sha256": report.sha256, "document_sha256": policy.sha256, "against_id": against.pk},
        facts={"policy": name, "against": str(against), "sha256": report.sha256, **counts},
    )
    record(events=[event], actor=actor, at=at)
    return report


def _keep_moves(report: WhatIfReport, trial: Trial, taken: Taken) -> None:
    places = trial.moved[:MOST_MOVES]
    packs, energies = taken.keys["id"][places].tolist(), taken.usable_wh[places].tolist()
    before, after = trial.old.of_pack[places].tolist(), trial.new.of_pack[places].tolist()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY grading_whatifmove ({_COLUMNS}) FROM STDIN") as copy,
    ):
        for pack, energy, old_place, new_place in zip(packs, energies, before, after, strict=True):
            old, new = trial.old.table[old_place], trial.new.table[new_place]
            words = (old.grade, new.grade, old.route, new.route, old.code, new.code)
            copy.write_row((report.pk, pack, *words, energy))
