"""The queue of reviews: its groups, what stands around an open one, and what was put aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    Count,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from grading.domain.review_reasons import rests_on_safety_gate, rule_label
from grading.domain.sampling import sample_size
from grading.domain.undoing import UNDO_WINDOW, UNDOABLE
from grading.models import ReviewCase, ReviewLook
from grading.models.review import URGENCY
from grading.queries.disputes import disputes_waiting
from grading.queries.review_queue import WAITING_STATES, State, in_front, put_aside, reviews_waiting
from grading.queries.review_steps import last_steps
from grading.queries.separation import acts_on_reviews
from intake.domain.separation import Judging, why_not
from rebattery.accounts.models import User

SHOWN_BEFORE = 15
SHOWN_AFTER = 35
_LISTED = ("state", "held_until", "opened_at", "pack__serial", "decision__grade")


@dataclass(frozen=True)
class RuleCount:
    """Reviews that wait because of one rule."""

    rule: str
    label: str
    count: int
    oldest_at: datetime
    first_id: int


@dataclass(frozen=True)
class Desk:
    """The queue around one review."""

    groups: Sequence[RuleCount]
    rule: str
    cases: Sequence[ReviewCase]
    """Of the same rule, around the open one, the oldest first."""
    earlier: int
    later: int
    """How many of the same rule stand before and after those listed."""
    before: int | None
    after: int | None
    """The next of the same rule, at its end the first of the next rule."""

    @property
    def count(self) -> int:
        """Return how many wait in all."""
        return sum(group.count for group in self.groups)


def waiting(*, on: date, is_held: bool) -> QuerySet[ReviewCase]:
    """Return the reviews that wait in front of everybody, or those that are held until a later day."""
    return put_aside(reviews_waiting(), on=on) if is_held else in_front(reviews_waiting(), on=on)


def decided() -> QuerySet[ReviewCase]:
    """Return the reviews that wait for nobody any more."""
    rows = ReviewCase.objects.exclude(state__in=WAITING_STATES)
    return rows.select_related("pack__supplier", "decision__policy")


def rule_counts(rows: QuerySet[ReviewCase]) -> list[RuleCount]:
    """Return the groups of ``rows``, those of the safety gate first, then the largest; one query."""
    found = rows.order_by().values("rule")
    found = found.annotate(count=Count("pk"), oldest_at=Min("opened_at"), first_id=Min("pk"))
    groups = [RuleCount(label=rule_label(row["rule"]), **row) for row in found.order_by("-count", "rule")]
    return sorted(groups, key=lambda group: not rests_on_safety_gate("", [group.rule]))


def by_urgency(rows: QuerySet[ReviewCase]) -> QuerySet[ReviewCase]:
    """Add ``urgency`` to sort by: what the safety gate stopped stands first, within that the oldest.

    A list is paged by one value: a danger waits as if it had come long before everything else.
    """
    return rows.annotate(urgency=URGENCY)


def own_among(*, cases: Sequence[ReviewCase], viewer: User) -> dict[int, str]:
    """Return why ``viewer`` may not judge those of ``cases`` that are their own work, by key; two queries."""
    acts = acts_on_reviews(cases=cases)
    found = {case.pk: why_not(Judging.REVIEW, viewer.pk, acts[case.pk]) for case in cases}
    return {key: why for key, why in found.items() if why}


def signed(rows: QuerySet[ReviewCase], *, viewer: User, is_asker: bool) -> QuerySet[ReviewCase]:
    """Keep the overrides that ``viewer`` asked for, or those that wait for their answer.

    Nobody answers what they asked for, and nobody decides on what they measured.
    """
    found = rows.filter(state=State.OVERRIDE_REQUESTED)
    mine = Q(requested_by_person_id=viewer.pk)
    return (
        found.filter(mine)
        if is_asker
        else found.exclude(mine | Q(measured_by_person_ids__contains=[viewer.pk]))
    )


def desk_of(
    *, rows: QuerySet[ReviewCase], case: ReviewCase, groups: Sequence[RuleCount] | None = None
) -> Desk:
    """Return the queue around ``case``; four queries whatever waits, three with ``groups``.

    :param rows: the waiting reviews that the person looks through.
    :param groups: their groups, where they are counted already.
    """
    groups = rule_counts(rows) if groups is None else groups
    same = rows.filter(rule=case.rule)
    # A row of the list shows little of its pack and nothing of the evidence and the policy, which are large.
    listed = same.select_related(None).select_related("pack", "decision").only(*_LISTED)
    earlier = list(listed.filter(pk__lt=case.pk).order_by("-pk")[:SHOWN_BEFORE])
    later = list(listed.filter(pk__gte=case.pk).order_by("pk")[: SHOWN_AFTER + 1])
    before_count = same.filter(pk__lt=case.pk).count()
    total = next((group.count for group in groups if group.rule == case.rule), 0)
    after = next((each.pk for each in later if each.pk != case.pk), None)
    return Desk(
        groups=groups,
        rule=case.rule,
        cases=[*reversed(earlier), *later],
        earlier=before_count - len(earlier),
        later=max(total - before_count - len(later), 0),
        before=earlier[0].pk if earlier else None,
        after=after or _next_group(groups, case.rule),
    )


def next_to_decide(*, rows: QuerySet[ReviewCase], case: ReviewCase) -> int | None:
    """Return what to open once ``case`` is decided: the next of its rule, else its oldest, else another's."""
    others = rows.exclude(pk=case.pk)
    keys = others.filter(rule=case.rule).order_by("pk").values_list("pk", flat=True)
    found = keys.filter(pk__gt=case.pk).first() or keys.first()
    return found or _next_group(rule_counts(others), case.rule)


@dataclass(frozen=True)
class Sample:
    """How much of some reviews a person opened, of what they must open to confirm them all at once."""

    opened: frozenset[int]
    needed: int
    unopened: Sequence[ReviewCase]

    @property
    def is_enough(self) -> bool:
        """Whether they may be confirmed together."""
        return len(self.opened) >= self.needed

    @property
    def to_open(self) -> Sequence[ReviewCase]:
        """Return those to open next; none where enough are."""
        return self.unopened[: max(self.needed - len(self.opened), 0)]


def sample_of(*, cases: Sequence[ReviewCase], person_id: int) -> Sample:
    """Return how much of ``cases`` the person opened as they are now; one query."""
    return sample_among(cases=cases, opened=opened_by(person_id=person_id, cases=cases))


def sample_among(*, cases: Sequence[ReviewCase], opened: frozenset[int]) -> Sample:
    """Return how much of ``cases`` is among those ``opened``; no query."""
    waiting = [case for case in cases if case.state == State.OPEN]
    return Sample(
        opened=opened & {case.pk for case in waiting},
        needed=sample_size(len(waiting)),
        unopened=[case for case in waiting if case.pk not in opened],
    )


def opened_by(*, person_id: int, cases: Sequence[ReviewCase]) -> frozenset[int]:
    """Return which of ``cases`` the person opened as they are now; one query."""
    looks = ReviewLook.objects.filter(case__in=cases, person_id=person_id, version=F("case__version"))
    return frozenset(looks.values_list("case_id", flat=True))


@dataclass(frozen=True)
class Look:
    """That somebody opened a review."""

    name: str
    at: datetime


def lately_opened(*, case: ReviewCase, besides: int, since: datetime) -> list[Look]:
    """Return who else opened ``case`` since then, the last one first; one query."""
    names = User.objects.filter(pk=OuterRef("person_id")).values("name")
    looks = ReviewLook.objects.filter(case=case, at__gte=since).exclude(person_id=besides)
    found = looks.annotate(name=Subquery(names)).order_by("-at").values_list("name", "at")
    return [Look(name or "Somebody", at) for name, at in found]


@dataclass(frozen=True)
class Undoable:
    """Steps that somebody can still take back."""

    cases: Sequence[ReviewCase]
    until: datetime


def undoable(*, case_ids: Sequence[int], person_id: int, at: datetime) -> Undoable | None:
    """Return the person's last steps on these reviews while all can be taken back; two queries.

    The service looks closer: whether something happened to a pack since.
    """
    cases = list(ReviewCase.objects.filter(pk__in=case_ids).select_related("pack").order_by("pk"))
    steps = last_steps(case_ids=[case.pk for case in cases])
    for case in cases:
        step = steps.get(case.pk)
        if step is None or step.person_id != person_id or step.code not in UNDOABLE:
            return None
    until = min((step.at + UNDO_WINDOW for step in steps.values()), default=at)
    return Undoable(cases, until) if until > at else None


def oldest_dispute(*, viewer: User) -> tuple[int, datetime | None]:
    """Return how many disputes wait for an answer, and since when the oldest does; one query."""
    found = disputes_waiting(viewer=viewer).aggregate(count=Count("pk"), oldest=Min("opened_at"))
    return found["count"], found["oldest"]


def _next_group(groups: Sequence[RuleCount], rule: str) -> int | None:
    """Return the first review of the group after that of ``rule``, around the end."""
    here = next((place for place, group in enumerate(groups) if group.rule == rule), -1)
    around = [*groups[here + 1 :], *groups[: max(here, 0)]]
    return around[0].first_id if around else None
