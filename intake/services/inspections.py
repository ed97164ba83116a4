"""Triage and inspect packs: drafts, submitted inspections, hazards."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from intake.domain.hazards import Answer, safety_of
from intake.domain.inspection import Observation, differences, missing_to_pass, out_of_range
from intake.domain.lifecycle import Move, Status
from intake.domain.separation import Act, Judging, why_not
from intake.models import Inspection, InspectionDraft, Pack
from intake.queries.inspections import current_inspections, observation_of, photo_slots
from intake.services.lifecycle import lock_packs, move_packs
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.jobs import Job, enqueue
from rebattery.naming import named


class InspectionIncomplete(RuleViolation):
    """Something is not answered or not measured: that is not a pass."""

    code = "inspection_incomplete"


class ValueOutOfRange(RuleViolation):
    """A measured value cannot be true."""

    code = "value_out_of_range"


class InspectionClosed(RuleViolation):
    """The pack is not waiting for an inspection."""

    code = "inspection_closed"


class NoHazard(RuleViolation):
    """Say which hazard you see."""

    code = "no_hazard"


class OwnInspection(RuleViolation):
    """You found the hazard yourself: another person must re-open the pack."""

    code = "own_inspection"


class DraftChanged(RuleViolation):
    """Somebody else has saved answers about this pack since you opened it."""

    code = "draft_changed"

    def __init__(self, draft: InspectionDraft, mine: Observation):
        self.draft = draft
        who, when = draft.saved_by, f"{draft.saved_at:%H:%M} UTC"
        differing = differences(mine, observation_of(draft))
        super().__init__(
            f"{who} saved answers about this pack at {when}, after you opened it. Nothing is lost: answers"
            " that only one of you gave are kept, and where you differ both are shown. Check and save again.",
            fields={name: f"{who} saved at {when}: {theirs}" for name, theirs in differing.items()},
        )


@transaction.atomic
def save_draft(*, observation: Observation, actor: Actor, at: datetime) -> InspectionDraft:
    """Keep answers that are not submitted yet; nothing follows from them.

    :raises InspectionClosed: when the pack is not waiting for its inspection.
    :raises DraftChanged: when the draft is not the one that ``observation`` was based on.
    :raises ValueOutOfRange: when a measured value cannot be true.
    """
    [pack] = lock_packs(pack_ids=[observation.pack_id])
    if pack.status != Status.RECEIVED:
        raise InspectionClosed(
            f"{pack.serial} is {pack.get_status_display().lower()}: no inspection is open."
        )
    _require_in_range([observation])
    draft = InspectionDraft.objects.filter(pack=pack).first()
    if draft and _is_news(draft, observation, actor):
        raise DraftChanged(draft, observation)
    draft = draft or InspectionDraft(pack=pack)
    draft.answers = dict(observation.answers)
    draft.isolation_kohm, draft.pack_voltage_v = observation.isolation_kohm, observation.pack_voltage_v
    draft.note, draft.saved_at, draft.saved_by = observation.note, at, actor.label
    draft.save()
    return draft


@transaction.atomic
def submit(*, observations: Sequence[Observation], actor: Actor, at: datetime) -> list[Inspection]:
    """Store one inspection per pack: packs without a finding pass, the others go into quarantine.

    A finding isolates its pack even when the rest is untouched; without one, everything must be
    answered, measured and photographed. All of ``observations`` are taken, or none.

    :raises InspectionIncomplete: when a pack without findings is not fully inspected; ``fields`` says what.
    :raises DraftChanged: when somebody saved other answers meanwhile and there is no finding to act on.
    :raises ValueOutOfRange: when a measured value cannot be true.
    :raises MoveRefused: when a pack is in a state that cannot pass or be quarantined.
    """
    packs = {pack.pk: pack for pack in lock_packs(pack_ids=[o.pack_id for o in observations])}
    _require_in_range(observations)
    observations = _with_drafts(observations, actor)
    _require_complete([o for o in observations if not o.findings], packs)
    return _store(observations, packs, actor, at)


@transaction.atomic
def report_hazard(
    *, pack_ids: Sequence[int], codes: Sequence[str], note: str, actor: Actor, at: datetime
) -> list[Inspection]:
    """Put packs into quarantine for the hazards ``codes``, with whatever was answered so far.

    Never waits for the rest of an inspection or for somebody else's draft.

    :raises NoHazard: when ``codes`` names no hazard.
    :raises MoveRefused: when a pack is not in the building.
    """
    packs = {pack.pk: pack for pack in lock_packs(pack_ids=pack_ids)}
    earlier = {row.pack_id: observation_of(row) for row in current_inspections(pack_ids=list(packs)).values()}
    # A re-opened pack starts afresh: what the former inspection found is what was looked at again.
    earlier = {pk: seen for pk, seen in earlier.items() if packs[pk].status != Status.RECEIVED}
    earlier |= {row.pack_id: observation_of(row) for row in InspectionDraft.objects.filter(pack_id__in=packs)}
    answers: dict[str, Answer] = dict.fromkeys(codes, "yes")
    reports = [Observation(pack_id=pk, answers=answers, note=note) for pk in packs]
    if not all(report.findings for report in reports):
        raise NoHazard(fields={"codes": "Choose a hazard."})
    merged = [r.with_earlier(earlier[r.pack_id]) if r.pack_id in earlier else r for r in reports]
    return _store(merged, packs, actor, at)


@transaction.atomic
def reopen(*, pack_ids: Sequence[int], reason: str, actor: Actor, at: datetime) -> list[Pack]:
    """Send quarantined packs back to a fresh inspection.

    :raises OwnInspection: when the person re-opening found the hazard; names the packs.
    :raises MoveRefused: when a pack is not in quarantine.
    :raises ReasonMissing: when there is no reason.
    """
    packs = lock_packs(pack_ids=pack_ids)
    found = current_inspections(pack_ids=[pack.pk for pack in packs])
    own = {
        pk
        for pk, row in found.items()
        if why_not(Judging.REOPENING, actor.person_id, [(Act.MEASURED, row.person_id)])
    }
    if own:
        named = ", ".join(pack.serial for pack in packs if pack.pk in own)
        raise OwnInspection(
            f"You inspected {named} yourself: another person must re-open it. Nothing was changed."
        )
    return move_packs(pack_ids=pack_ids, move=Move.REOPEN, actor=actor, at=at, reason=reason)


def _is_news(draft: InspectionDraft, seen: Observation, actor: Actor) -> bool:
    """Return whether ``draft`` holds what the author of ``seen`` may not know."""
    if draft.saved_at == seen.seen_draft_at:
        return False
    # The page saves a field while its "Finish" is on the way: that draft is the person's own.
    return draft.saved_by != actor.label or not seen.covers(observation_of(draft))


def _with_drafts(observations: Sequence[Observation], actor: Actor) -> list[Observation]:
    pack_ids = [o.pack_id for o in observations]
    drafts = {draft.pack_id: draft for draft in InspectionDraft.objects.filter(pack_id__in=pack_ids)}
    taken = []
    for observation in observations:
        draft = drafts.get(observation.pack_id)
        if draft and _is_news(draft, observation, actor):
            if not observation.findings:
                raise DraftChanged(draft, observation)
            observation = _beside(observation, draft)
        taken.append(observation)
    return taken


def _beside(observation: Observation, draft: InspectionDraft) -> Observation:
    """Return both together; what the finding overrules stays readable in the note."""
    theirs = observation_of(draft)
    both = observation.with_earlier(theirs)
    lost = "; ".join(f"{name} {said}" for name, said in differences(both, theirs).items() if name != "note")
    return replace(both, note=f"{both.note}\n{draft.saved_by} had saved: {lost}.".strip()) if lost else both


def _require_in_range(observations: Iterable[Observation]) -> None:
    for observation in observations:
        if faults := out_of_range(observation):
            raise ValueOutOfRange(fields=faults)


def _require_complete(observations: Sequence[Observation], packs: dict[int, Pack]) -> None:
    slots = photo_slots(pack_ids=[o.pack_id for o in observations])
    missing = {o.pack_id: missing_to_pass(o, photo_slots=slots[o.pack_id]) for o in observations}
    missing = {pack_id: fields for pack_id, fields in missing.items() if fields}
    if not missing:
        return
    first = named([f"{packs[pk].serial} ({len(fields)} open)" for pk, fields in missing.items()])
    raise InspectionIncomplete(
        f"Not passed, because not finished: {first}. Nothing was changed.",
        fields=next(iter(missing.values())) if len(observations) == 1 else {},
    )


def _store(
    observations: Sequence[Observation], packs: dict[int, Pack], actor: Actor, at: datetime
) -> list[Inspection]:
    new = [
        Inspection(
            pk=key,
            pack=packs[o.pack_id],
            answers=dict(o.answers),
            isolation_kohm=o.isolation_kohm,
            pack_voltage_v=o.pack_voltage_v,
            findings=[{"code": f.code, "text": f.text, "safety": f.safety} for f in o.findings],
            safety=safety_of(o.findings),
            note=o.note,
            identity_confirmed=o.identity_confirmed,
            at=at,
            person_id=actor.person_id,
            person_label=actor.label,
        )
        for key, o in zip(new_keys(model=Inspection, count=len(observations)), observations, strict=True)
    ]
    superseded = _supersede(new)
    Inspection.objects.bulk_create(new)
    record(events=[*superseded, *map(_submitted, new)], actor=actor, at=at)
    InspectionDraft.objects.filter(pack_id__in=packs).delete()
    _move(new, packs, actor, at)
    return new


def _supersede(new: Sequence[Inspection]) -> list[Event]:
    """Point former inspections to the new ones, which may not be there twice as current."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_inspection i SET superseded_by_id = n.id"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, pack_id)"
            " WHERE i.pack_id = n.pack_id AND i.superseded_by_id IS NULL RETURNING n.id, i.id",
            [[row.pk for row in new], [row.pack_id for row in new]],
        )
        former = dict(cursor.fetchall())
    return [
        Event(
            code="inspection.superseded",
            subject_id=former[row.pk],
            subject_label=f"inspection {former[row.pk]}",
            pack_id=row.pack_id,
            supplier_id=row.pack.supplier_id,
            before={"superseded_by_id": None},
            after={"superseded_by_id": row.pk},
        )
        for row in new
        if row.pk in former
    ]


def _submitted(row: Inspection) -> Event:
    measured = ("isolation_kohm", "pack_voltage_v")
    columns = ("answers", *measured, "findings", "safety", "note", "identity_confirmed")
    return Event(
        code="inspection.submitted",
        subject_id=row.pk,
        subject_label=f"inspection {row.pk}",
        pack_id=row.pack_id,
        supplier_id=row.pack.supplier_id,
        after={"pack_id": row.pack_id} | {name: getattr(row, name) for name in columns},
        facts={"outcome": _reason(row) or "no hazard found"},
    )


def _reason(row: Inspection) -> str:
    return "; ".join(finding["text"] for finding in row.findings)


def _move(new: Sequence[Inspection], packs: dict[int, Pack], actor: Actor, at: datetime) -> None:
    passed = [row.pack_id for row in new if not row.findings]
    move_packs(pack_ids=passed, move=Move.PASS_INSPECTION, actor=actor, at=at)
    isolated: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in new:
        if row.findings and packs[row.pack_id].status != Status.QUARANTINED:
            isolated[row.safety, _reason(row)].append(row.pack_id)
    for (safety, reason), ids in isolated.items():
        move_packs(pack_ids=ids, move=Move.QUARANTINE, actor=actor, at=at, reason=reason, reason_code=safety)
    if len(passed) < len(new):
        enqueue(Job.GRADE_WAITING)
