"""Packs by what was decided on them: of one run, by older policies, in a what-if report."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from grading.models import Decision, GradingRunPack, PolicyVersion, WhatIfMove
from grading.models.decision import IN_FORCE
from grading.queries.grading_runs import failures_of
from grading.queries.policies import policies
from intake.models import Pack
from rebattery.numbers import read_key

_STANDING = ("graded", "in_review")


def of_run(packs: QuerySet[Pack], run: str) -> QuerySet[Pack]:
    """Keep the packs that the run of this number decided on."""
    key = _key(run)
    return packs.filter(pk__in=Decision.objects.filter(run=key).values("pack")) if key else packs.none()


def failed_in(packs: QuerySet[Pack], run: str) -> QuerySet[Pack]:
    """Keep the packs in review that the run of this number could not judge."""
    return packs.filter(pk__in=failures_of(run=_key(run)).values("pack"))


def not_reached_by(packs: QuerySet[Pack], run: str) -> QuerySet[Pack]:
    """Keep the packs of the order of this number that its worker has not come to."""
    rows = GradingRunPack.objects.filter(run=_key(run), outcome=GradingRunPack.Outcome.WAITS)
    return packs.filter(pk__in=rows.values("pack"))


def graded_before(packs: QuerySet[Pack], policy: str) -> QuerySet[Pack]:
    """Keep the packs, graded or in review, that stand graded by an older policy than the one of this key."""
    version = policies().filter(pk=_key(policy)).first()
    return _graded_before(packs, version) if version else packs.none()


def count_graded_before(*, version: PolicyVersion) -> int:
    """Return how many packs, graded or in review, stand graded by a policy older than ``version``."""
    return _graded_before(Pack.objects.all(), version).count()


def moved_in_report(packs: QuerySet[Pack], report: str) -> QuerySet[Pack]:
    """Keep the packs that the what-if report of this number lists as moved."""
    return packs.filter(pk__in=WhatIfMove.objects.filter(report=_key(report)).values("pack"))


def policy_name(policy: str) -> str:
    """Return what the policy of this key is called; an unknown key stays itself."""
    return str(policies().filter(pk=_key(policy)).first() or policy)


def _graded_before(packs: QuerySet[Pack], version: PolicyVersion) -> QuerySet[Pack]:
    return packs.filter(Exists(_older(version)), status__in=_STANDING)


def _older(version: PolicyVersion) -> QuerySet[Decision]:
    current = Decision.objects.filter(IN_FORCE, pack=OuterRef("pk"), kind=Decision.Kind.POLICY)
    since = version.effective_from
    return current.filter(
        Q(policy__effective_from__lt=since) | Q(policy__effective_from=since, policy__lt=version.pk)
    )


def _key(text: str) -> int:
    return read_key(text) or 0
