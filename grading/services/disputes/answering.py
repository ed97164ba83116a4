"""Answer a dispute: uphold it with what follows for the pack, or reject it with the reason."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from grading.domain.disputes import REASON_CODE, REMEDY_WORDS, Outcome, Remedy, remedy
from grading.domain.review_reasons import rests_on_safety_gate
from grading.models import Dispute, ReviewCase
from grading.queries.separation import acts_on_dispute
from grading.services.reviews import order_retest
from grading.services.reviews.cases import Justification, RetestDemand, barred_by
from grading.services.reviews.settling import NOTHING_MORE
from intake.domain.lifecycle import Move, Status
from intake.domain.separation import Judging, why_not
from intake.models import Pack
from intake.services import inspections
from intake.services.lifecycle import lock_packs, move_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.errors import RuleViolation
from rebattery.notices.domain.topics import Topic
from rebattery.notices.services import News, notify


class AnswerRefused(RuleViolation):
    """This dispute cannot be answered like that. Nothing was changed."""

    code = "answer_refused"


class OwnWork(AnswerRefused):
    """You had a part in this result; another reviewer must answer. Nothing was changed."""

    code = "own_work"


@transaction.atomic
def answer_dispute(
    *,
    dispute_id: int,
    outcome: str,
    text: str,
    actor: Actor,
    at: datetime,
    demand: RetestDemand = NOTHING_MORE,
) -> Dispute:
    """Answer an open dispute in words that its supplier reads.

    Upheld, the pack goes back to the bench, or to a fresh inspection where the inspection decided.

    :param demand: whether the tests behind the decision are to be repeated with other means.
    :raises OwnWork: when the person announced or measured the pack, or made the decision or asked for it.
    :raises AnswerRefused: without words, when nobody is there to answer for it, when it is answered
        already, when an override of the same decision waits for its second person, or when a demand is made
        where no retest follows.
    """
    if actor.person_id is None:
        raise AnswerRefused("Only a person answers disputes. Nothing was changed.")
    text = text.strip()
    _check(outcome, text, demand)
    dispute, pack = _locked(dispute_id)
    if dispute.state != Dispute.State.OPEN:
        state = dispute.get_state_display().lower()
        raise AnswerRefused(f"{dispute.answered_by} answered first: {state}. Nothing was changed.")
    acts = acts_on_dispute(dispute=dispute)
    if own := why_not(Judging.DISPUTE, actor.person_id, acts):
        raise OwnWork(f"{own} Nothing was changed.")
    brings = _act(dispute, pack, text, demand, actor, at) if outcome == Outcome.UPHELD else None
    barred = barred_by(demand=demand, cases=[dispute])[dispute.pk] if demand.words else {}
    changes = {
        "state": outcome,
        "answer": text,
        "remedy": brings.value if brings else "",
        "answered_at": at,
        "answered_by_person_id": actor.person_id,
        "answered_by": actor.label,
        "barred_person_ids": sorted({person for _, person in acts}),
        **{f"retest_{name}": keys for name, keys in barred.items()},
    }
    Dispute.objects.filter(pk=dispute.pk).update(**changes)
    for name, value in changes.items():
        setattr(dispute, name, value)
    answered = Event(
        code=f"dispute.{outcome}",
        subject_id=dispute.pk,
        subject_label=pack.serial,
        pack_id=pack.pk,
        supplier_id=pack.supplier_id,
        before={"state": Dispute.State.OPEN.value},
        after=changes,
        facts={"remedy": dispute.remedy_words} if brings else {},
        reason_code=REASON_CODE,
        reason=text,
    )
    record(events=[answered], actor=actor, at=at)
    _tell(dispute, pack, at)
    return dispute


def _check(outcome: str, text: str, demand: RetestDemand) -> None:
    if outcome not in set(Outcome):
        raise AnswerRefused(fields={"outcome": "Uphold it or reject it."})
    if not text:
        raise AnswerRefused(fields={"text": "Say why; the supplier reads it."})
    if demand.words and outcome == Outcome.REJECTED:
        raise AnswerRefused(
            "A rejected dispute brings no retest: ask for nothing of one. Nothing was changed.",
            fields={"outcome": "Rejected, the pack is not measured again."},
        )


def _tell(dispute: Dispute, pack: Pack, at: datetime) -> None:
    words = dispute.remedy_words
    how = f"upheld: {words}" if words else "rejected: the result stands"
    news = News(
        topic=Topic.DISPUTE_ANSWERED,
        supplier_id=pack.supplier_id,
        subject_type="dispute",
        subject_id=dispute.pk,
        subject_label=pack.serial,
        title=f"Your dispute about pack {pack.serial} was {dispute.state}",
        text=f"Your dispute about the result of pack {pack.serial} was {how}.\n\n{dispute.answer}",
        path=reverse("dispute", args=[dispute.pk]),
        dedupe=f"dispute:{dispute.pk}:answered",
    )
    notify(news=[news], at=at)


def _locked(dispute_id: int) -> tuple[Dispute, Pack]:
    """Lock the pack before its dispute, as every other change of a pack does."""
    pack_ids = list(Dispute.objects.filter(pk=dispute_id).values_list("pack_id", flat=True))
    if not pack_ids:
        raise AnswerRefused("This dispute is not there. Nothing was changed.")
    [pack] = lock_packs(pack_ids=pack_ids)
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("decision__policy")
    return rows.get(pk=dispute_id), pack


def _act(dispute: Dispute, pack: Pack, text: str, demand: RetestDemand, actor: Actor, at: datetime) -> Remedy:
    decision = dispute.decision
    brings = remedy(
        status=pack.status,
        is_in_force=decision.superseded_by_id is None,
        is_safety=rests_on_safety_gate(decision.grade, decision.reason_codes),
    )
    if brings is None:
        state = pack.get_status_display().lower()
        raise AnswerRefused(f"The pack is {state}: nothing can be ordered. Nothing was changed.")
    if demand.words and brings != Remedy.RETEST:
        raise AnswerRefused(
            f"No retest is ordered by this answer ({REMEDY_WORDS[brings]}): ask for nothing of one. "
            "Nothing was changed."
        )
    if brings == Remedy.INSPECTION:
        _reopen(pack, text, actor, at)
    elif brings == Remedy.RETEST:
        _retest(dispute, pack, text, demand, actor, at)
    return brings


def _reopen(pack: Pack, text: str, actor: Actor, at: datetime) -> None:
    if pack.status == Status.QUARANTINED:
        inspections.reopen(pack_ids=[pack.pk], reason=text, actor=actor, at=at)
        return
    move_packs(
        pack_ids=[pack.pk],
        move=Move.REOPEN_DISPUTED,
        actor=actor,
        at=at,
        reason=text,
        reason_code=REASON_CODE,
    )


def _retest(
    dispute: Dispute, pack: Pack, text: str, demand: RetestDemand, actor: Actor, at: datetime
) -> None:
    if pack.status == Status.IN_REVIEW:
        # The review of the same decision is settled by the same retest.
        case = ReviewCase.objects.get(decision_id=dispute.decision_id)
        why = Justification(code=REASON_CODE, text=text)
        order_retest(cases={case.pk: case.version}, why=why, actor=actor, at=at, demand=demand)
        return
    move = Move.RETEST_DISPUTED if pack.status == Status.REJECTED else Move.RETEST
    move_packs(pack_ids=[pack.pk], move=move, actor=actor, at=at, reason=text, reason_code=REASON_CODE)
