"""Policies written by one person and published by another; what is published is never edited."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from grading.domain.canonical import sha256_of
from grading.domain.policy import parse_policy
from grading.models import PolicyDraft, PolicyVersion, WhatIfReport
from grading.services.policies import store, wait_for_other_publishers
from intake.domain.separation import Act, Judging, why_not
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation

State = PolicyDraft.State


class DraftClosed(RuleViolation):
    """This draft is published or discarded already; start a new one from it."""

    code = "policy_draft_closed"


class DraftChanged(RuleViolation):
    """The draft was changed since you opened it. Read it again, then repeat."""

    code = "policy_draft_changed"


class NotTheAuthor(RuleViolation):
    """Only its author changes a draft. Start your own from it."""

    code = "policy_draft_not_yours"


class DraftNotProposed(RuleViolation):
    """The author has not proposed this draft for publication."""

    code = "policy_draft_not_proposed"


class PublisherIsAuthor(RuleViolation):
    """You wrote this draft; another person must publish it."""

    code = "policy_publisher_is_author"


class EffectiveInPast(RuleViolation):
    """A policy cannot take effect in the past."""

    code = "policy_effective_in_past"


class MessageMissing(RuleViolation):
    """Say what the publication is for."""

    code = "policy_message_missing"


class ReportOfAnother(RuleViolation):
    """This report tried another document than the draft."""

    code = "policy_report_of_another"


class PersonNeeded(RuleViolation):
    """A draft needs a person as its author."""

    code = "policy_draft_needs_a_person"


@transaction.atomic
def start_draft(
    *,
    document: Mapping[str, Any],
    source: str,
    based_on_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> PolicyDraft:
    """Begin a draft from ``document``.

    :param source: where it comes from, in words for the trail: a version, a template, a file.
    :param based_on_id: the published version that it changes, when there is one.
    :raises PersonNeeded: when nobody could be named as its author.
    :raises PolicyInvalid: with every fault, when the document is not a sound policy to begin from.
    """
    if actor.person_id is None:
        raise PersonNeeded
    written = {**document, "author": actor.label, "approver": ""}
    parse_policy(written)
    draft = PolicyDraft.objects.create(
        document=written,
        based_on_id=based_on_id,
        author=actor.label,
        author_person_id=actor.person_id,
        created_at=at,
        updated_at=at,
    )
    after = {"revision": 1, "state": draft.state, "based_on_id": based_on_id}
    _tell("started", draft, actor, at, after=after, facts={"source": source, "sha256": sha256_of(written)})
    return draft


@transaction.atomic
def change_draft(
    *, draft_id: int, revision: int, document: Mapping[str, Any], part: str, actor: Actor, at: datetime
) -> PolicyDraft:
    """Put ``document`` in the place of the draft's; a proposed draft is being written again.

    It may be unsound: a draft is work in progress. The same document again changes nothing.

    :param part: what was changed, in words for the trail.
    :raises DraftChanged: when somebody changed it since ``revision``.
    :raises NotTheAuthor: when somebody else wrote it.
    :raises DraftClosed: when it is published or discarded.
    """
    draft = _open_draft(draft_id)
    _require_author(draft, actor)
    _require_revision(draft, revision)
    if draft.document == document:
        return draft
    before = {"revision": draft.revision, "state": draft.state, "document_sha256": sha256_of(draft.document)}
    draft.document, draft.revision, draft.state = dict(document), revision + 1, State.WRITING
    draft.updated_at = at
    draft.save(update_fields=["document", "revision", "state", "updated_at"])
    after = {"revision": draft.revision, "state": draft.state, "document_sha256": sha256_of(document)}
    _tell(
        "changed",
        draft,
        actor,
        at,
        before=before,
        after=after,
        facts={"part": part},
    )
    return draft


@transaction.atomic
def propose_draft(*, draft_id: int, revision: int, actor: Actor, at: datetime) -> PolicyDraft:
    """Ask another person to publish the draft; asking again changes nothing.

    :raises PolicyInvalid: with every fault, when it is not a sound policy.
    :raises DraftChanged: when it was changed since ``revision``.
    :raises NotTheAuthor: when somebody else wrote it.
    :raises DraftClosed: when it is published or discarded.
    """
    draft = _open_draft(draft_id)
    _require_author(draft, actor)
    _require_revision(draft, revision)
    parse_policy(draft.document)
    return _move(draft, State.PROPOSED, "proposed", actor, at)


@transaction.atomic
def take_back_draft(*, draft_id: int, actor: Actor, at: datetime) -> PolicyDraft:
    """Go on writing a proposed draft; a draft that is being written stays as it is.

    :raises NotTheAuthor: when somebody else wrote it.
    :raises DraftClosed: when it is published or discarded.
    """
    draft = _open_draft(draft_id)
    _require_author(draft, actor)
    return _move(draft, State.WRITING, "taken_back", actor, at)


@transaction.atomic
def discard_draft(*, draft_id: int, reason: str, actor: Actor, at: datetime) -> PolicyDraft:
    """Close the draft without a policy; it stays readable.

    :raises ReasonMissing: when there is no reason.
    :raises DraftClosed: when it is published or discarded already.
    """
    draft = _open_draft(draft_id)
    before = {"state": draft.state, "closed_at": None}
    draft.state, draft.closed_at = State.DISCARDED, at
    draft.save(update_fields=["state", "closed_at"])
    after = {"state": draft.state, "closed_at": at}
    _tell("discarded", draft, actor, at, before=before, after=after, reason=reason)
    return draft


@transaction.atomic
def publish_draft(
    *,
    draft_id: int,
    revision: int,
    effective_from: datetime | None,
    message: str,
    cited_report: str = "",
    actor: Actor,
    at: datetime,
) -> PolicyVersion:
    """Make the draft the next version of its policy, in force from a moment on.

    Decisions of the past stay, and no pack is graded again by it.

    :param revision: the one that the publisher read.
    :param effective_from: ``None`` for this moment.
    :param cited_report: SHA-256 of the what-if report that the publication rests on.
    :raises DraftNotProposed: when its author is still writing.
    :raises PublisherIsAuthor: when the publisher wrote it, or is no person.
    :raises DraftChanged: when it was changed since ``revision``.
    :raises EffectiveInPast: when ``effective_from`` is past.
    :raises MessageMissing: when there is no message.
    :raises ReportOfAnother: when the report tried another document than this one.
    :raises PolicyInvalid: with every fault, when it is not a sound policy.
    """
    wait_for_other_publishers()
    draft = _open_draft(draft_id)
    if actor.person_id is None:
        raise PublisherIsAuthor("Only a person publishes a draft.")
    if own := why_not(Judging.PUBLICATION, actor.person_id, [(Act.WROTE, draft.author_person_id)]):
        raise PublisherIsAuthor(own)
    _require_revision(draft, revision)
    if draft.state != State.PROPOSED:
        raise DraftNotProposed
    if effective_from is not None and effective_from < at:
        raise EffectiveInPast(fields={"effective_from": "This moment is past."})
    if not message.strip():
        raise MessageMissing(fields={"message": "Say what it is for."})
    if cited_report and not _has_tried(cited_report, draft):
        raise ReportOfAnother(fields={"cited_report": "It tried another document."})
    policy = parse_policy(_final(draft, effective_from or at, actor))
    version = store(
        policy=policy,
        actor=actor,
        at=at,
        author_person_id=draft.author_person_id,
        message=message.strip(),
        cited_report=cited_report,
    )
    before = {"state": draft.state, "closed_at": None, "became_id": None}
    draft.state, draft.closed_at, draft.became = State.PUBLISHED, at, version
    draft.save(update_fields=["state", "closed_at", "became"])
    after = {"state": draft.state, "closed_at": at, "became_id": version.pk}
    facts = {"policy": policy.label, "sha256": policy.sha256}
    _tell("published", draft, actor, at, before=before, after=after, facts=facts)
    return version


def _has_tried(report_sha256: str, draft: PolicyDraft) -> bool:
    tried = sha256_of(draft.document)
    return WhatIfReport.objects.filter(sha256=report_sha256, document_sha256=tried).exists()


def _final(draft: PolicyDraft, effective_from: datetime, actor: Actor) -> dict[str, Any]:
    """Return the document with what only the publication can say: version, dates and both people."""
    code = draft.document.get("id")
    last = PolicyVersion.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    moment = effective_from.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return draft.document | {
        "version": last + 1,
        "effective_from": moment,
        "author": draft.author,
        "approver": actor.label,
    }


def _open_draft(draft_id: int) -> PolicyDraft:
    draft = PolicyDraft.objects.select_for_update().get(pk=draft_id)
    if draft.became:
        raise DraftClosed(f"{draft.became.published_by} published this draft as {draft.became}.")
    if not draft.is_open:
        raise DraftClosed
    return draft


def _require_author(draft: PolicyDraft, actor: Actor) -> None:
    if actor.person_id is None or actor.person_id != draft.author_person_id:
        raise NotTheAuthor


def _require_revision(draft: PolicyDraft, revision: int) -> None:
    if draft.revision != revision:
        raise DraftChanged


def _move(draft: PolicyDraft, state: str, verb: str, actor: Actor, at: datetime) -> PolicyDraft:
    if draft.state == state:
        return draft
    before = {"state": draft.state}
    draft.state = state
    draft.save(update_fields=["state"])
    _tell(verb, draft, actor, at, before=before, after={"state": state})
    return draft


def _tell(verb: str, draft: PolicyDraft, actor: Actor, at: datetime, **event: Any) -> None:
    code = f"policy_draft.{verb}"
    told = Event(code=code, subject_id=draft.pk, subject_label=str(draft), **event)
    record(events=[told], actor=actor, at=at)
