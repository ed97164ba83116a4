"""Published policies, and the one in force at a moment."""

from datetime import datetime

from django.db.models import Count, QuerySet

from grading.domain.policy import Policy, parse_policy
from grading.models import Decision, PolicyVersion
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


def decisions_in_force() -> dict[int, int]:
    """Return how many current decisions follow each policy, by its key."""
    current = Decision.objects.filter(superseded_by__isnull=True).order_by()
    return dict(current.values_list("policy").annotate(count=Count("pk")))
