"""Lock review cases, refuse those that the person may not decide, and close them with their events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Value, When

from grading.domain.disputes import demand_words
from grading.models import CapacityTest, Dispute, ResistanceTest, ReviewCase
from grading.queries.review_steps import Step, last_steps
from grading.queries.separation import acts_on_reviews
from intake.domain.separation import Judging, why_not
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, ReasonMissing, record
from rebattery.errors import RuleViolation
from rebattery.naming import listed

State = ReviewCase.State
COLUMNS: dict[str, Any] = {
    # A key is written as the number it is.
    field.attname: getattr(field, "target_field", field)
    for field in ReviewCase._meta.concrete_fields
}
Fault = Callable[[ReviewCase], str]


class ReviewRefused(RuleViolation):
    """This review cannot be decided like that. Nothing was changed."""

    code = "review_refused"


class AlreadyDecided(ReviewRefused):
    """Somebody else decided first. Nothing was changed."""

    code = "already_decided"

    def __init__(self, message: str = "", *, first: Sequence[Step] = ()):
        super().__init__(message)
        self.first = tuple(first)
        """What was done first: who, what, when and why, by review."""


class OwnMeasurement(ReviewRefused):
    """You announced, inspected or measured this pack yourself. Nothing was changed."""

    code = "own_measurement"


@dataclass(frozen=True, kw_only=True)
class Justification:
    """Why a reviewer decides as they do."""

    code: str
    """One of the codes of grading.domain.review_reasons."""
    text: str


@dataclass(frozen=True, kw_only=True)
class RetestDemand:
    """What a reviewer asks of a retest beside the retest itself."""

    other_instrument: bool = False
    other_person: bool = False

    @property
    def words(self) -> str:
        """Say it in words; empty when nothing is asked."""
        return demand_words(other_instrument=self.other_instrument, other_person=self.other_person)


def lock_cases(
    *, cases: Mapping[int, int], states: Sequence[State], actor: Actor, faults: Sequence[Fault] = ()
) -> list[ReviewCase]:
    """Lock the cases with their packs and return them, if ``actor`` may decide on every one of them.

    :param cases: key of each case with the version that the person saw.
    :param states: all of them must be in one of these.
    :param faults: further checks; each returns a sentence, empty when there is nothing to say.
    :raises AlreadyDecided: when somebody changed a case since; says who and what.
    :raises OwnMeasurement: when the person announced, inspected or measured a pack.
    :raises ReviewRefused: when nobody is there to answer for it, or a further check finds something.
    """
    if actor.person_id is None:
        raise ReviewRefused("Only a person decides on reviews. Nothing was changed.")
    pack_ids = list(ReviewCase.objects.filter(pk__in=cases).values_list("pack_id", flat=True))
    lock_packs(pack_ids=pack_ids)
    locked = ReviewCase.objects.filter(pk__in=cases).select_for_update(of=("self",)).order_by("pk")
    found = list(locked.select_related("pack", "decision__policy"))
    if len(found) != len(cases) or not found:
        raise ReviewRefused("One of the reviews is not there. Nothing was changed.")
    _refuse_changed([case for case in found if case.version != cases[case.pk] or case.state not in states])
    acts = acts_on_reviews(cases=found)
    refuse(found, lambda case: _own(why_not(Judging.REVIEW, actor.person_id, acts[case.pk])), OwnMeasurement)
    for fault in faults:
        refuse(found, fault, ReviewRefused)
    return found


def change_cases(
    *,
    cases: Sequence[ReviewCase],
    code: str,
    changes: Mapping[str, Any],
    why: Justification | None,
    actor: Actor,
    at: datetime,
    facts: Callable[[ReviewCase], dict[str, Any]],
    own: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Write ``changes`` to the cases, all at once, with one event each.

    :param why: none where the event needs no reason.
    :param facts: what the event's sentence says of a case.
    :param own: what differs from case to case, by its key: values by column.
    :raises ReasonMissing: when there is no text, or no coded reason.
    """
    if why and not why.code.strip():
        raise ReasonMissing(fields={"reason_code": "Choose a reason."})
    if why and not why.text.strip():
        raise ReasonMissing(fields={"reason": "Say why."})
    own = own or {}
    events = [
        Event(
            code=code,
            subject_id=case.pk,
            subject_label=case.pack.serial,
            pack_id=case.pack_id,
            supplier_id=case.pack.supplier_id,
            before={name: getattr(case, name) for name in {**changes, **own.get(case.pk, {})}},
            after={**changes, **own.get(case.pk, {})},
            facts=facts(case),
            reason_code=why.code if why else "",
            reason=why.text if why else "",
        )
        for case in cases
    ]
    rows = ReviewCase.objects.filter(pk__in=[case.pk for case in cases])
    rows.update(**changes, **_by_case(own), version=F("version") + 1)
    record(events=events, actor=actor, at=at)
    for case in cases:
        case.version += 1
        for name, value in {**changes, **own.get(case.pk, {})}.items():
            setattr(case, name, value)


def _by_case(own: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the expressions that give each case its own values, within the one statement."""
    names = {name for values in own.values() for name in values}
    return {
        name: Case(
            *(When(pk=key, then=_value(name, values[name])) for key, values in own.items()), default=F(name)
        )
        for name in names
    }


def _value(name: str, value: Any) -> Value:
    return Value(value, COLUMNS[name])


def barred_by(
    *, demand: RetestDemand, cases: Sequence[ReviewCase] | Sequence[Dispute]
) -> dict[int, dict[str, list[int]]]:
    """Return, by review or dispute, whom and what ``demand`` keeps from measuring again.

    Two queries for any number. It is those who made the tests that the decision rests on, and the
    instruments they used.
    """
    sources = {case.pk: case.decision.evidence.get("sources", {}) for case in cases}
    found: dict[int, dict[str, list[int]]] = {}
    tests: dict[str, Mapping[int, CapacityTest] | Mapping[int, ResistanceTest]] = {
        "capacity_test_id": CapacityTest.objects.in_bulk(_ids(sources, "capacity_test_id")),
        "resistance_test_id": ResistanceTest.objects.in_bulk(_ids(sources, "resistance_test_id")),
    }
    for key, source in sources.items():
        used = [rows[source[name]] for name, rows in tests.items() if source.get(name) in rows]
        instruments = {test.instrument_id for test in used if demand.other_instrument}
        people = {test.person_id for test in used if demand.other_person and test.person_id}
        found[key] = {"barred_instrument_ids": sorted(instruments), "barred_person_ids": sorted(people)}
    return found


def _ids(sources: Mapping[int, Mapping[str, Any]], name: str) -> list[int]:
    return [source[name] for source in sources.values() if name in source]


def versions_after(cases: Sequence[ReviewCase]) -> dict[int, dict[str, Any]]:
    """Return, by case, the version that its locked pack has once the step moved it."""
    return {case.pk: {"closed_pack_version": case.pack.version + 1} for case in cases}


def closing(state: State, why: Justification, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the columns of a case that ``actor`` closes."""
    return {
        "state": state.value,
        "closed_by_person_id": actor.person_id,
        "closed_by": actor.label,
        "closed_at": at,
        "reason_code": why.code,
        "reason": why.text,
    }


def refuse(found: Sequence[ReviewCase], fault: Fault, error: type[ReviewRefused]) -> None:
    """Refuse a step on all of the cases when one of them has a fault, which is named with its pack."""
    faults = [f"{case.pack.serial}: {text}" for case in found if (text := fault(case))]
    if faults:
        raise error(f"{listed(faults)} Nothing was changed.")


def _refuse_changed(changed: Sequence[ReviewCase]) -> None:
    if changed:
        steps = last_steps(case_ids=[case.pk for case in changed])
        first = [steps[case.pk] for case in changed if case.pk in steps]
        words = [f"{case.pack.serial}: {_first_words(case, steps.get(case.pk))}" for case in changed]
        raise AlreadyDecided(f"{listed(words)} Nothing was changed.", first=first)


def _first_words(case: ReviewCase, step: Step | None) -> str:
    if case.state == State.OVERRIDE_REQUESTED:
        return f"{case.requested_by} asked for an override first, to grade {case.override_grade}."
    if case.closed_at:
        return f"{case.closed_by} decided first: {case.get_state_display().lower()}."
    changed = "it changed since you opened it."
    return f"{changed} {_ended(step.sentence)}" if step else changed


def _ended(sentence: str) -> str:
    """Return a sentence of the trail with its full stop; some end with the words of a person."""
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _own(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
