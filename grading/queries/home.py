"""What waits for whom, what went wrong and what moved: the numbers of the start page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from grading.models import Dispute
from grading.queries.declarations import declarations_waiting
from grading.queries.dispositions import orders, unordered
from grading.queries.disputes import disputes_waiting
from grading.queries.ending import due_within, ending_decisions
from grading.queries.instruments import UNUSABLE, standings
from grading.queries.instruments_controls import overdue_instrument_ids
from grading.queries.moves import MOVE_WORDS, count_moved
from grading.queries.review_queue import WAITING_STATES, in_front, reviews_waiting
from grading.queries.tester_files import NEEDS_PERSON, files_waiting
from grading.queries.waiting import packs_waiting_for_grade
from intake.domain.dispositions import OrderState
from intake.domain.lifecycle import Status
from intake.models import Batch, InspectionDraft, Manifest, ManifestState, Pack, PackType
from intake.queries.catalogue import unconfirmed
from intake.queries.manifests import WRONG, in_state, unfinished_for
from intake.queries.receiving import still_open
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.notices.queries import failing_for

_NOUNS = (
    ("pack types", "pack type"),
    ("packs", "pack"),
    ("batches", "batch"),
    ("inspections", "inspection"),
    ("decisions", "decision"),
    ("orders", "order"),
    ("disputes wait", "dispute waits"),
    ("disputes", "dispute"),
    ("overrides wait", "override waits"),
    ("files", "file"),
    ("notices", "notice"),
    ("instruments", "instrument"),
)
"""What is counted: many, one."""
DUE_WITHIN_DAYS = 30


@dataclass(frozen=True)
class Figure:
    """One number of the start page and the list that it counts."""

    plural: str
    number: int
    url_name: str
    params: dict[str, Any]
    tone: str = ""
    """stop or wait where somebody has to act, else nothing."""

    @property
    def label(self) -> str:
        """Return the words below the number, in the singular for one."""
        if self.number != 1:
            return self.plural
        many, one = next((pair for pair in _NOUNS if pair[0] in self.plural), ("", ""))
        return self.plural.replace(many, one, 1)

    @property
    def query(self) -> str:
        return f"?{urlencode(self.params)}" if self.params else ""


def waiting_for(*, viewer: User, packs: Mapping[str, int], at: datetime) -> list[Figure]:
    """Return what waits for ``viewer``'s role, by the capabilities it holds; the query count is fixed.

    :param packs: of :func:`pack_counts`.
    """
    counts = []
    if viewer.may(Capability.RECEIVE_PACKS):
        open_batches = still_open(Batch.objects.all(), is_open=True).count()
        counts.append(Figure("open batches at the dock", open_batches, "dock", {}))
    if viewer.may(Capability.INSPECT_PACKS):
        counts += [
            _packs(packs, Status.RECEIVED, "packs to inspect", "wait"),
            Figure(
                "inspections begun", InspectionDraft.objects.count(), "packs", {"waits": "inspection_begun"}
            ),
        ]
    if viewer.may(Capability.RECORD_TESTS):
        counts.append(_packs(packs, Status.INSPECTED, "packs to test", "wait"))
        due = due_within(ending_decisions(), days=DUE_WITHIN_DAYS, on=at.date()).count()
        within = {"within": str(DUE_WITHIN_DAYS)}
        counts.append(_figure(due, "packs whose grade runs out soon", "running_out", within, "wait"))
        waiting = files_waiting()
        counts.append(
            _figure(waiting, "tester files to look at", "tester_files", {"state": NEEDS_PERSON}, "wait")
        )
    if viewer.may(Capability.HAND_OVER_PACKS):
        leaving = orders().filter(state=OrderState.ORDERED).count()
        counts.append(_figure(leaving, "orders to hand over", "dispositions", {"state": "ordered"}, "wait"))
    if viewer.may(Capability.ORDER_DISPOSITIONS):
        kept = unordered(Pack.objects.all()).count()
        counts.append(_figure(kept, "packs rejected and still here", "packs", {"waits": "order"}, ""))
    if viewer.may(Capability.APPROVE_DECLARATIONS):
        proposed = declarations_waiting().count()
        words = "instruments proposed as bad"
        counts.append(_figure(proposed, words, "declarations", {"state": "proposed"}, "wait"))
    if viewer.may(Capability.VIEW_REVIEWS):
        counts += [*_reviews(at), _disputes(viewer, "disputes to answer", "wait")]
    if viewer.is_supplier:
        counts += [_packs(packs, status, f"packs {words}") for status, words in _SUPPLIER_STATES]
        counts.append(_disputes(viewer, "disputes wait for our answer"))
    return counts


def wrong_for(*, viewer: User, packs: Mapping[str, int], at: datetime) -> list[Figure]:
    """Return what went wrong and needs somebody.

    :param packs: of :func:`pack_counts`.
    """
    counts = [_packs(packs, Status.QUARANTINED, "packs in quarantine", "stop")]
    counts.append(_packs(packs, Status.MISSING, "packs missing", "wait"))
    if viewer.may(Capability.UPLOAD_MANIFEST):
        faulty = in_state(Manifest.objects.visible_to(viewer), WRONG).count()
        counts.append(_figure(faulty, "files refused or failed", "manifests", {"state": WRONG}, "stop"))
    if viewer.may(Capability.RECORD_CHECKS):
        counts += _instruments(at)
    if viewer.may(Capability.RETRY_NOTICES):
        failing = failing_for(viewer=viewer).count()
        counts.append(_figure(failing, "notices not delivered", "failing_deliveries", {}, "stop"))
    if viewer.may(Capability.MANAGE_CATALOGUE):
        guessed = unconfirmed(PackType.objects.all()).count()
        counts.append(
            Figure("pack types with unconfirmed facts", guessed, "catalogue", {"facts": "unconfirmed"})
        )
    return counts


def _instruments(at: datetime) -> list[Figure]:
    found = standings(on=at.date())
    barred = sum(each.kind in UNUSABLE for each in found)
    overdue = len(overdue_instrument_ids(today=at.date(), instruments=[each.instrument for each in found]))
    return [
        _figure(barred, "instruments not usable today", "instruments", {"today": "unusable"}, "stop"),
        _figure(overdue, "instruments overdue for a check", "instruments", {"checks": "overdue"}, "wait"),
    ]


def moved_since(*, at: datetime) -> list[Figure]:
    """Return how many packs moved since ``at``, a midnight, each pack once and with the packs behind it."""
    since = at.date().isoformat()
    return [
        Figure(f"packs {MOVE_WORDS[move]}", number, "packs", {"moved": f"{move}-{since}"})
        for move, number in count_moved(since=at).items()
    ]


def files_that_need(*, viewer: User, since: datetime) -> QuerySet[Manifest]:
    """Return the files still to be read or mended, and those since ``since`` that were refused or failed."""
    is_waiting = Q(state__in=(ManifestState.QUEUED, ManifestState.DRAFT))
    return unfinished_for(viewer=viewer).filter(is_waiting | Q(received_at__gte=since))


def machine_room() -> list[Figure]:
    """Return what the machine is busy with, for administrators and auditors."""
    return [
        Figure("packs waiting for their grade", packs_waiting_for_grade(), "packs", {"waits": "grade"}),
        Figure(
            "files waiting to be read",
            in_state(Manifest.objects.all(), ManifestState.QUEUED).count(),
            "manifests",
            {"state": ManifestState.QUEUED.value},
        ),
    ]


_SUPPLIER_STATES = (
    (Status.ANNOUNCED, "announced, on their way to us"),
    (Status.RECEIVED, "received"),
    (Status.INSPECTED, "inspected"),
    (Status.TESTED, "tested"),
    (Status.GRADED, "graded"),
    (Status.IN_REVIEW, "in review"),
    (Status.REJECTED, "rejected"),
)
_COUNTED = tuple(status.value for status in Status if status is not Status.WITHDRAWN)


def pack_counts(*, viewer: User) -> dict[str, int]:
    """Return how many packs that ``viewer`` may see are in each state which the start page tells of."""
    states: Sequence[str] = _COUNTED
    if not viewer.is_supplier:  # staff would count millions of announced and graded packs for nothing
        states = (Status.RECEIVED, Status.INSPECTED, Status.QUARANTINED, Status.MISSING)
    found = Pack.objects.visible_to(viewer).filter(status__in=states).values_list("status")
    return dict(found.annotate(count=Count("pk")).order_by())


def _packs(counts: Mapping[str, int], status: Status, label: str, tone: str = "") -> Figure:
    number = counts.get(status.value, 0)
    return _figure(number, label, "packs", {"status": status.value}, tone)


def _figure(number: int, label: str, url_name: str, params: dict[str, Any], tone: str) -> Figure:
    """Return a figure that is colored only when there is something to do."""
    return Figure(label, number, url_name, params, tone if number else "")


def _reviews(at: datetime) -> list[Figure]:
    rows = in_front(reviews_waiting(), on=at.date())
    counts = {state: rows.filter(state=state).count() for state in WAITING_STATES}
    labels = ("decisions to review", "overrides wait for a second person")
    return [
        _figure(number, label, "review_queue", {"state": state.value}, "wait")
        for label, (state, number) in zip(labels, counts.items(), strict=True)
    ]


def _disputes(viewer: User, label: str, tone: str = "") -> Figure:
    number = disputes_waiting(viewer=viewer).count()
    return _figure(number, label, "disputes", {"state": Dispute.State.OPEN.value}, tone)
