"""Published policies, and the one in force at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from grading.domain.canonical import sha256_of
from grading.domain.policy import Policy, parse_policy
from grading.domain.policy_comparison import Comparison, compare
from grading.domain.policy_differences import Difference, differences
from grading.domain.policy_faults import faults_in
from grading.models import Decision, PolicyDraft, PolicyVersion, WhatIfReport
from grading.models.decision import IN_FORCE
from rebattery.errors import RuleViolation


class NoPolicyInForce(RuleViolation):
    """No grading policy is in force; an administrator must publish one."""

    code = "no_policy_in_force"


def policies() -> QuerySet[PolicyVersion]:
    """Return all published policies, the latest to take effect first."""
    return PolicyVersion.objects.order_by("-effective_from", "-id")


def policy_in_force(*, at: datetime) -> PolicyVersion:
    """Return the policy that decides at ``at``.

    :raises NoPolicyInForce: when none has taken effect by then.
    """
    version = in_force_or_none(at=at)
    if version is None:
        raise NoPolicyInForce
    return version


def compiled(version: PolicyVersion) -> Policy:
    """Return ``version`` ready for deciding; it is compiled once per process, being immutable."""
    if version.sha256 not in _COMPILED:
        _COMPILED[version.sha256] = parse_policy(version.document)
    return _COMPILED[version.sha256]


_COMPILED: dict[str, Policy] = {}


def in_force_or_none(*, at: datetime) -> PolicyVersion | None:
    """Return the policy that decides at ``at``, None when there is none."""
    return policies().filter(effective_from__lte=at).first()


def published_policy(*, code: str, version: int | None = None) -> dict[str, Any] | None:
    """Return the document of a published policy, of its newest version unless one is named; None without."""
    found = PolicyVersion.objects.filter(code=code).order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    return found.values_list("document", flat=True).first()


def decisions_in_force() -> dict[int, int]:
    """Return how many current decisions follow each policy, by its key."""
    current = Decision.objects.filter(IN_FORCE).order_by()
    return dict(current.values_list("policy").annotate(count=Count("pk")))


def drafts() -> QuerySet[PolicyDraft]:
    """Return all drafts, the latest changed first."""
    return PolicyDraft.objects.select_related("based_on", "became").order_by("-updated_at", "-id")


def open_drafts() -> QuerySet[PolicyDraft]:
    """Return the drafts that can still become a policy, the latest changed first."""
    return drafts().filter(state__in=PolicyDraft.OPEN)


def previous_of(*, version: PolicyVersion) -> PolicyVersion | None:
    """Return the version of the same policy before ``version``, None for the first."""
    return (
        PolicyVersion.objects.filter(code=version.code, version__lt=version.version)
        .order_by("-version")
        .first()
    )


@dataclass(frozen=True)
class Standing:
    """How a document stands beside a published policy."""

    faults: tuple[str, ...]
    policy: Policy | None
    """The compiled document; None while it has faults."""
    comparison: Comparison | None
    """None while it has faults, or without a policy to compare with."""
    differences: tuple[Difference, ...]


def standing_of(*, document: Mapping[str, Any], beside: PolicyVersion | None) -> Standing:
    """Return the faults of ``document``, and what it would change against ``beside``."""
    faults = tuple(faults_in(document))
    policy = None if faults else parse_policy(document)
    compared = compare(compiled(beside), policy) if policy and beside else None
    changed = differences(beside.document, document) if beside else []
    return Standing(faults, policy, compared, tuple(changed))


def reports_on(*, draft: PolicyDraft) -> QuerySet[WhatIfReport]:
    """Return the what-if reports that tried exactly this document, newest first."""
    tried = sha256_of(draft.document)
    return WhatIfReport.objects.filter(document_sha256=tried).order_by("-made_at", "-id")
