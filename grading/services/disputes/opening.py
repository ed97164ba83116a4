"""Open a dispute: a supplier's words and files against one decision."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from grading.domain.disputes import LONGEST_COMMENT
from grading.models import Dispute, DisputeFile
from grading.queries.decisions import decision_in_force
from grading.queries.disputes import disputes_of, obstacle_to_dispute
from grading.services.disputes.evidence import Kept, Upload, keep
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation


class DisputeRefused(RuleViolation):
    """This result cannot be disputed. Nothing was changed."""

    code = "dispute_refused"


def open_dispute(
    *, pack_id: int, decision_id: int, comment: str, uploads: Sequence[Upload], actor: Actor, at: datetime
) -> Dispute:
    """Dispute the decision in force on a pack; a reviewer answers.

    :param decision_id: the decision that the person saw.
    :raises DisputeRefused: without words, against another decision than the one in force, in a state in
        which the pack does not rest on it, while another dispute about it is open, or after two of them
        were answered, or while a reviewer can take the last step on the pack back.
    :raises FileRefused: for a file that cannot be taken in.
    """
    comment = comment.strip()
    if not comment:
        raise DisputeRefused(fields={"comment": "Say what is wrong with the result."})
    if len(comment) > LONGEST_COMMENT:
        raise DisputeRefused(fields={"comment": f"At most {LONGEST_COMMENT:,} characters."})
    # Decoding pictures and writing to disk stay outside the transaction, which holds locks.
    kept = keep(uploads=uploads, at=at)
    with transaction.atomic():
        return _open(pack_id, decision_id, comment, kept, actor, at)


def _open(
    pack_id: int, decision_id: int, comment: str, kept: Sequence[Kept], actor: Actor, at: datetime
) -> Dispute:
    [pack] = lock_packs(pack_ids=[pack_id])
    decision = decision_in_force(pack_id=pack_id)
    earlier = disputes_of(pack_id=pack_id)
    why_not = obstacle_to_dispute(pack=pack, decision=decision, disputes=earlier, at=at)
    if why_not or decision is None:
        raise DisputeRefused(f"{why_not} Nothing was changed.")
    if decision.pk != decision_id:
        raise DisputeRefused("There is a newer decision on this pack. Look at it first. Nothing was changed.")
    dispute = Dispute.objects.create(
        pack=pack,
        decision=decision,
        comment=comment,
        opened_at=at,
        opened_by_person_id=actor.person_id,
        opened_by=actor.label,
    )
    opened = Event(
        code="dispute.opened",
        subject_id=dispute.pk,
        subject_label=pack.serial,
        pack_id=pack.pk,
        supplier_id=pack.supplier_id,
        after={"state": dispute.state, "decision_id": decision.pk, "comment": comment},
        facts={"grade": decision.grade, "policy": decision.author, "comment": comment},
    )
    added = DisputeFile.objects.bulk_create(
        DisputeFile(dispute=dispute, original=file.original, shown=file.shown, file_name=file.file_name)
        for file in kept
    )
    record(events=[opened, *(_added(file, dispute) for file in added)], actor=actor, at=at)
    return dispute


def _added(file: DisputeFile, dispute: Dispute) -> Event:
    return Event(
        code="dispute.file_added",
        subject_id=file.pk,
        subject_label=file.file_name,
        pack_id=dispute.pack_id,
        supplier_id=dispute.pack.supplier_id,
        after={
            "dispute_id": dispute.pk,
            "original_id": file.original_id,
            "shown_id": file.shown_id,
            "file_name": file.file_name,
        },
        facts={"sha256": file.original.sha256},
    )
