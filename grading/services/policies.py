"""Publish grading policies; a published one is never edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from grading.domain.policy import Policy, parse_policy
from grading.models import PolicyVersion
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.turns import await_turn


class PolicyExists(RuleViolation):
    """This version is published already, with other contents; give the new one a new version."""

    code = "policy_exists"


@transaction.atomic
def publish(*, document: Mapping[str, Any], actor: Actor, at: datetime) -> PolicyVersion:
    """Publish a policy document; the same document again returns the version that is there.

    This is the operator's door, for the policies that are shipped and for a first installation; people
    publish drafts (:mod:`grading.services.policy_drafts`). Past decisions keep the policy that made them.

    :raises PolicyInvalid: with every fault, when the document is not a sound policy.
    :raises PolicyExists: when its id and version are taken by other contents.
    """
    policy = parse_policy(document)
    wait_for_other_publishers()
    if same := PolicyVersion.objects.filter(sha256=policy.sha256).first():
        return same
    if PolicyVersion.objects.filter(code=policy.id, version=policy.version).exists():
        raise PolicyExists(f"{policy.label} is published already, with other contents. Raise its version.")
    return store(policy=policy, actor=actor, at=at)


def store(
    *,
    policy: Policy,
    actor: Actor,
    at: datetime,
    author_person_id: int | None = None,
    message: str = "",
    cited_report: str = "",
) -> PolicyVersion:
    """Write ``policy`` down as published, with its event, in the caller's transaction."""
    version = PolicyVersion.objects.create(
        code=policy.id,
        version=policy.version,
        document=policy.document,
        sha256=policy.sha256,
        effective_from=policy.effective_from,
        published_at=at,
        published_by=actor.label,
        published_by_person_id=actor.person_id,
        author_person_id=author_person_id,
        message=message,
        cited_report=cited_report,
    )
    after = {
        "code": version.code,
        "version": version.version,
        "sha256": version.sha256,
        "effective_from": version.effective_from,
    }
    said = {name: value for name, value in (("message", message), ("cited_report", cited_report)) if value}
    event = Event(
        code="policy.published",
        subject_id=version.pk,
        subject_label=policy.label,
        after=after | said,
        facts={"sha256": policy.sha256},
        reason=message,
    )
    record(events=[event], actor=actor, at=at)
    return version


def wait_for_other_publishers() -> None:
    """Let one publication pass at a time, so that two cannot take the same version."""
    await_turn("publish policy")
