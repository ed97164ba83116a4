"""What a pack at the bench is known by, when a reviewer wants results of it repeated."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F

from grading.domain.evidence import Evidence
from grading.domain.planning import without_results
from grading.domain.policy import Policy
from grading.models import CapacityTest, Dispute, ResistanceTest, ReviewCase
from grading.queries.bench import Demand, demands_on
from grading.queries.evidence import evidence_under
from intake.domain.lifecycle import Status
from intake.models import Pack

Test = CapacityTest | ResistanceTest


def evidence_at_bench(*, policy: Policy, packs: Sequence[Pack], at: datetime) -> dict[int, Evidence]:
    """Return the evidence on each pack without the results that an ordered retest has yet to repeat.

    A retest with other means repeats every test that was made with the old ones; any other retest has
    repeated what it doubts once a result is recorded. One query more, and seven where a retest is ordered.
    """
    evidence = evidence_under(policy=policy, pack_ids=[pack.pk for pack in packs], at=at)
    ordered = _sent_back([pack.pk for pack in packs if pack.status == Status.INSPECTED])
    if not ordered:
        return evidence
    demands = demands_on(pack_ids=ordered)
    repeated = _measured_since(ordered)
    sources = [evidence[pack_id].sources for pack_id in ordered]
    capacity: Mapping[int, Test] = CapacityTest.objects.in_bulk(_ids(sources, "capacity_test_id"))
    resistance: Mapping[int, Test] = ResistanceTest.objects.in_bulk(_ids(sources, "resistance_test_id"))
    for pack_id in ordered:
        known, demand = evidence[pack_id], demands.get(pack_id)
        tests = (
            capacity.get(known.sources.get("capacity_test_id", 0)),
            resistance.get(known.sources.get("resistance_test_id", 0)),
        )
        if demand:
            is_doubted = [test is not None and _is_barred(test, demand) for test in tests]
        else:
            is_doubted = [pack_id not in repeated] * len(tests)
        evidence[pack_id] = without_results(known, capacity=is_doubted[0], resistance=is_doubted[1])
    return evidence


def _sent_back(pack_ids: Sequence[int]) -> list[int]:
    # The move and the closing of its review or dispute bear the same moment.
    reviews = ReviewCase.objects.filter(
        pack_id__in=pack_ids, state=ReviewCase.State.RETEST_ORDERED, closed_at=F("pack__status_at")
    )
    disputes = Dispute.objects.filter(
        pack_id__in=pack_ids, state=Dispute.State.UPHELD, answered_at=F("pack__status_at")
    )
    both = reviews.values_list("pack_id").union(disputes.values_list("pack_id"))
    return sorted(pack_id for (pack_id,) in both)


def _measured_since(pack_ids: Sequence[int]) -> set[int]:
    """Return the packs with a result from after they were sent back."""
    since = {"pack_id__in": pack_ids, "at__gte": F("pack__status_at")}
    capacity = CapacityTest.objects.filter(**since).values_list("pack_id")
    resistance = ResistanceTest.objects.filter(**since).values_list("pack_id")
    return {pack_id for (pack_id,) in capacity.union(resistance)}


def _is_barred(test: Test, demand: Demand) -> bool:
    return (
        test.instrument_id in demand.instrument_ids
        or test.person_id in demand.person_ids
        or test.channel_id in demand.channel_ids
    )


def _ids(sources: Sequence[Mapping[str, int]], name: str) -> list[int]:
    return [source[name] for source in sources if name in source]
