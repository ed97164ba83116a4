"""What people did to a pack, a decision or an instrument, for the question who may judge it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Q

from grading.models import Decision, Dispute, ReviewCase
from intake.domain.separation import Act, Judging, why_not
from intake.models import Manifest
from rebattery.audit.trail import people_behind_events

Done = list[tuple[Act, int]]
_DECLARING = ("manifest.accepted", "manifest.submitted")

_STOOD = """
    SELECT t.person_id FROM {0} t
    LEFT JOIN {0} n ON n.id = t.superseded_by_id {1}
    WHERE t.pack_id = d.pack_id AND t.person_id IS NOT NULL AND (n.id IS NULL OR n.at >= before.at) {2}
"""
_TAKEN_OUT = "LEFT JOIN grading_instrumentdeclaration x ON x.id = t.invalidated_by_id"
_STOOD_THEN = "AND (x.id IS NULL OR x.done_at >= before.at)"
MEASURED_BY_SQL = f"""
    ARRAY(SELECT whose.person_id FROM
        (SELECT coalesce(max(o.decided_at), '-infinity') AS at FROM grading_decision o
         WHERE o.pack_id = d.pack_id AND o.superseded_by_id = d.id) before,
        LATERAL ({_STOOD.format("intake_inspection", "", "")}
            UNION {_STOOD.format("grading_capacitytest", _TAKEN_OUT, _STOOD_THEN)}
            UNION {_STOOD.format("grading_resistancetest", _TAKEN_OUT, _STOOD_THEN)}) whose
        ORDER BY whose.person_id)
"""  # noqa: S608 (constant text)
"""SQL of the people who inspected or measured for ``grading_decision d``.

It is those whose results stand, and those whose results stood since the decision before it: who measured
first, and sees the retest come out differently, is no second person.
"""


def measured_by(*, decision_id: int) -> frozenset[int]:
    """Return who inspected or measured for a decision; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {MEASURED_BY_SQL} FROM grading_decision d WHERE d.id = %s",  # noqa: S608
            [decision_id],
        )
        row = cursor.fetchone()
    return frozenset(row[0]) if row else frozenset()


def acts_on_reviews(*, cases: Sequence[ReviewCase]) -> dict[int, Done]:
    """Return, by review, what was done to its pack and its decision; two queries for any number."""
    declared = _declared_by(batch_ids={case.pack.batch_id for case in cases})
    return {
        case.pk: [
            *((Act.MEASURED, person) for person in case.measured_by_person_ids),
            *((Act.DECLARED, person) for person in declared[case.pack.batch_id]),
            *([(Act.ASKED, case.requested_by_person_id)] if case.requested_by_person_id else []),
        ]
        for case in cases
    }


def why_not_review(*, case: ReviewCase, person_id: int | None, judging: Judging = Judging.REVIEW) -> str:
    """Return why the person may not judge a review; empty where they may."""
    return why_not(judging, person_id, acts_on_reviews(cases=[case])[case.pk])


def acts_on_dispute(*, dispute: Dispute) -> Done:
    """Return what was done to the disputed decision and its pack; four queries.

    An override stands on the review of the decision that it replaced.
    """
    decision = dispute.decision
    judged = Q(decision=decision)
    if decision.is_override:
        judged |= Q(decision__superseded_by=decision)
    done: Done = [(Act.MEASURED, person) for person in measured_by(decision_id=decision.pk)]
    done += [(Act.MEASURED, person) for person in _sources(decision)]
    for case in ReviewCase.objects.filter(judged):
        done += [(Act.MEASURED, person) for person in case.measured_by_person_ids]
        parts = ((Act.ASKED, case.requested_by_person_id), (Act.DECIDED, case.closed_by_person_id))
        done += [(act, person) for act, person in parts if person is not None]
    batch_id = dispute.pack.batch_id
    done += [(Act.DECLARED, person) for person in _declared_by(batch_ids={batch_id})[batch_id]]
    return done


def _sources(decision: Decision) -> Iterable[int]:
    evidence = decision.evidence
    return evidence.get("sources", {}).get("people", []) if isinstance(evidence, dict) else []


def _declared_by(*, batch_ids: set[int]) -> Mapping[int, set[int]]:
    """Return, by batch, who sent or announced a file that says what is in it."""
    files: dict[int, int] = {}
    own = Manifest.objects.filter(batch__in=batch_ids).values_list("pk", "batch__pk")
    corrections = Manifest.objects.filter(replaces__in=batch_ids).values_list("pk", "replaces_id")
    files.update(own.union(corrections))
    people = people_behind_events(subject_type="manifest", subject_ids=list(files), codes=_DECLARING)
    found: dict[int, set[int]] = defaultdict(set)
    for manifest_id, persons in people.items():
        found[files[manifest_id]].update(persons)
    return found
