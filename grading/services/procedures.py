"""Publish and retire versions of test procedures; a published one is never edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from grading.domain.procedure import parse_procedure
from grading.models import ProcedureVersion
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.turns import await_turn


class ProcedureExists(RuleViolation):
    """This version is published already, with other contents; give the new one a new version."""

    code = "procedure_exists"


class ProcedureKindChanged(RuleViolation):
    """A procedure keeps its kind through all its versions."""

    code = "procedure_kind_changed"


class ProcedureRetired(RuleViolation):
    """This version is retired already."""

    code = "procedure_retired"


@transaction.atomic
def publish(*, document: Mapping[str, Any], actor: Actor, at: datetime) -> ProcedureVersion:
    """Publish a procedure document; the same document again returns the version that is there.

    Past results keep the version that they followed.

    :raises ProcedureInvalid: with every fault, when the document is not a sound procedure.
    :raises ProcedureExists: when its code and version are taken by other contents.
    :raises ProcedureKindChanged: when earlier versions are of another kind.
    """
    procedure = parse_procedure(document)
    await_turn("publish procedure")
    if same := ProcedureVersion.objects.filter(sha256=procedure.sha256).first():
        return same
    others = list(ProcedureVersion.objects.filter(code=procedure.code).order_by("version"))
    if procedure.version in [other.version for other in others]:
        taken = f"{procedure.code} v{procedure.version}"
        raise ProcedureExists(f"{taken} is published already, with other contents. Raise its version.")
    if others and others[0].kind != procedure.kind:
        raise ProcedureKindChanged(
            f"{procedure.code} is a {others[0].kind} procedure in its other versions; choose another code."
        )
    return _store(procedure.document, procedure.sha256, actor, at)


@transaction.atomic
def retire(*, procedure_id: int, reason: str, actor: Actor, at: datetime) -> ProcedureVersion:
    """Let a version no longer be picked for new results; its results stay as they are.

    :raises ProcedureRetired: when it is retired already.
    :raises ReasonMissing: when there is no reason.
    """
    version = ProcedureVersion.objects.select_for_update().get(pk=procedure_id)
    if version.retired_at is not None:
        raise ProcedureRetired
    version.retired_at = at
    version.save(update_fields=["retired_at"])
    event = Event(
        code="procedure.retired",
        subject_id=version.pk,
        subject_label=str(version),
        before={"retired_at": None},
        after={"retired_at": at},
        reason=reason,
    )
    record(events=[event], actor=actor, at=at)
    return version


def _store(document: Mapping[str, Any], sha256: str, actor: Actor, at: datetime) -> ProcedureVersion:
    names = ("code", "version", "kind", "title")
    version = ProcedureVersion.objects.create(
        **{name: document[name] for name in names},
        document=document,
        sha256=sha256,
        published_at=at,
        published_by=actor.label,
        published_by_person_id=actor.person_id,
    )
    event = Event(
        code="procedure.published",
        subject_id=version.pk,
        subject_label=str(version),
        after={name: document[name] for name in names} | {"sha256": sha256},
        facts={"sha256": sha256},
    )
    record(events=[event], actor=actor, at=at)
    return version
