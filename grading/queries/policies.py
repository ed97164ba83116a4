"""Published policies, and the one in force at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from grading.domain.canonical import sha256_of
from grading.domain.policy import Policy, compile_policy, parse_policy
from grading.domain.policy_comparison import Comparison, compare
from grading.domain.policy_differences import Difference, differences
from grading.domain.policy_faults import faults_in
from grading.domain.policy_partly import Partly, compare_partly
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
        _COMPILED[version.sha256] = compile_policy(version.document)
    return _COMPILED[version.sha256]


_COMPILED: dict[str, Policy] = {}


def in_force_or_none(*, at: datetime) -> PolicyVersion | None:
    """Return the policy that decides at ``at``, None when there is none."""
    return policies().filter(effective_from__lte=at).first()


def next_after(*, moment: datetime) -> PolicyVersion | None:
    """Return the policy that takes over next after ``moment``, whatever decides until then; None without."""
    return policies().filter(effective_from__gt=moment).last()


def published_policy(*, code: str, version: int | None = None) -> dict[str, Any] | None:
    """Return the document of a published policy, of its newest version unless one is named; None without."""
    found = PolicyVersion.objects.filter(code=code).order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    return found.values_list("document", flat=True).first()


def published_as(*, document: Mapping[str, Any]) -> PolicyVersion | None:
    """Return the published version with exactly this document, None when there is none."""
    return policies().filter(sha256=sha256_of(document)).first()


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
    """The compiled document; while it has faults its sound tables only, None where there are none."""
    comparison: Comparison | None
    """None where nothing can be compared, or without a policy to compare with."""
    differences: tuple[Difference, ...]
    left_out: tuple[str, ...] = ()
    """Tables that cannot be compared for faults of their own."""
    why_not: str = ""
    """The fault that keeps every table from being compared."""

    @property
    def sentence(self) -> str:
        """Say in sum what the tables change, and which of them it does not tell of; empty for none at all."""
        if self.comparison is None:
            return ""
        if not self.left_out:
            return self.comparison.sentence
        told = f"{self.comparison.sentence_of('The other tables')} " if self.comparison.asked else ""
        return f"{told}Not compared, for faults of their own: {', '.join(self.left_out)}."


def standing_of(*, document: Mapping[str, Any], beside: PolicyVersion | None) -> Standing:
    """Return the faults of ``document``, and what it would change against ``beside``."""
    faults = tuple(faults_in(document))
    changed = tuple(differences(beside.document, document)) if beside else ()
    if faults:
        found = compare_partly(compiled(beside), document) if beside else Partly(None, None)
        return Standing(faults, found.policy, found.comparison, changed, found.left_out, found.why_not)
    policy = parse_policy(document)
    compared = compare(compiled(beside), policy) if beside else None
    return Standing(faults, policy, compared, changed)


def reports_on(*, draft: PolicyDraft) -> QuerySet[WhatIfReport]:
    """Return the what-if reports that tried exactly this document, newest first."""
    tried = sha256_of(draft.document)
    return WhatIfReport.objects.filter(document_sha256=tried).order_by("-made_at", "-id")
