"""Packs with their current grade, for lists."""

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Now, Upper

from grading.models import Decision, ReviewCase
from grading.models.decision import IN_FORCE, SUSPENDED
from grading.queries.dispositions import unordered
from intake.domain.dispositions import SETTLES_AFTER
from intake.domain.identity import normalize_serial
from intake.domain.lifecycle import Status
from intake.models import InspectionDraft, Pack
from rebattery.accounts.models import User

UNGRADED = "none"
SHORTEST_FRAGMENT = 3
"""Characters from which a search looks inside serials; a shorter text is looked for at their start."""


def packs_for(*, viewer: User) -> QuerySet[Pack]:
    """Return what ``viewer`` may see, each with ``grade``, ``policy`` and ``is_override`` of its decision.

    A pack whose decision is suspended has none of them, but ``suspended``: which grade by which policy.
    """
    current = Decision.objects.in_force_for(viewer).filter(pack=OuterRef("pk"))
    suspended = Decision.objects.filter(SUSPENDED, pack=OuterRef("pk"))
    named = Concat("policy__code", Value(" v"), "policy__version", output_field=CharField())
    # Sub-queries per row: PostgreSQL computes them for the rows of one page only.
    return (
        Pack.objects.visible_to(viewer)
        .select_related("batch", "supplier", "pack_type")
        .annotate(
            grade=Subquery(current.values("grade")),
            policy=Subquery(current.annotate(named=named).values("named")),
            suspended=Subquery(
                suspended.annotate(named=Concat("grade", Value(" by "), named)).values("named")
            ),
            is_override=Exists(current.filter(kind=Decision.Kind.OVERRIDE)),
        )
    )


def graded(packs: QuerySet[Pack], grade: str) -> QuerySet[Pack]:
    """Keep the packs whose decision in force says ``grade``; ``UNGRADED`` keeps those without one."""
    current = Decision.objects.filter(IN_FORCE, pack=OuterRef("pk"))
    if grade == UNGRADED:
        return packs.filter(~Exists(current))
    return packs.filter(Exists(current.filter(grade=grade)))


def graded_as_told(packs: QuerySet[Pack], grade: str) -> QuerySet[Pack]:
    """Do what :func:`graded` does by the grade that the rows of :func:`packs_for` show to their viewer.

    Both are the same but for overrides that can still be taken back: those few packs are looked up first, so
    that all others are found by the index.
    """
    overridden = ReviewCase.objects.filter(state=ReviewCase.State.OVERRIDDEN)
    fresh = list(overridden.filter(closed_at__gt=Now() - SETTLES_AFTER).values_list("pack_id", flat=True))
    if not fresh:
        return graded(packs, grade)
    shown = Q(grade__isnull=True) if grade == UNGRADED else Q(grade=grade)
    stored = Q(pk__in=graded(Pack.objects.all(), grade).values("pk"))
    return packs.filter((Q(pk__in=fresh) & shown) | (~Q(pk__in=fresh) & stored))


def waiting(packs: QuerySet[Pack], what: str) -> QuerySet[Pack]:
    """Keep the packs that wait for ``what``, a key of ``WAITS``.

    :raises KeyError: for anything else.
    """
    judged = Decision.objects.filter(
        pack=OuterRef("pk"), superseded_by__isnull=True, decided_at__gte=OuterRef("status_at")
    )
    begun = InspectionDraft.objects.filter(pack=OuterRef("pk"))
    # The first condition is the queue of grading.queries.waiting; a test holds the two together.
    unjudged = Q(status=Status.TESTED) | (Q(status=Status.QUARANTINED) & ~Exists(judged))
    if what == "order":
        return unordered(packs)
    return packs.filter({"grade": unjudged, "inspection_begun": Exists(begun)}[what])


WAITS = (
    ("grade", "The grade"),
    ("inspection_begun", "An inspection already begun"),
    ("order", "An order: rejected and still here"),
)


def with_serial(packs: QuerySet[Pack], text: str) -> QuerySet[Pack]:
    """Keep the packs whose serial contains ``text``; a short text must be its start."""
    serial = normalize_serial(text)
    if len(serial) < SHORTEST_FRAGMENT:
        return packs.filter(serial__startswith=serial)
    return packs.alias(upper_serial=Upper("serial")).filter(upper_serial__contains=serial)
