"""The reviewers of the demo's year."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from grading.domain.override_scopes import Scope
from grading.domain.sampling import sample_size
from grading.management.demo import arriving, measuring
from grading.management.demo.timeline import Year
from grading.models import ReviewCase
from grading.queries.override_ends import override_in_force
from grading.services import decisions, reviews
from grading.services.reviews.cases import Justification, RetestDemand
from intake.domain.lifecycle import Status
from intake.services import inspections
from rebattery.accounts.models import User

_DAY = timedelta(days=1)
REPAIRABLE = ("dried_leak", "connector_damage")
OVERRIDABLE = ("NMC_SOH_NOT_ABOVE_80", "CHEM_UNKNOWN")
CONFIRMED = Justification(code="policy_right", text="Evidence checked; the policy's outcome stands.")
INCOMPLETE = Justification(code="missing_evidence", text="Measure what the hold names, at 25 °C.")
WAITING = Justification(code="awaits_others", text="Decide it with the rest of its batch.")
DOUBTED = Justification(code="missing_evidence", text="Too far from the claim for one look: measure it anew.")
ASKED = Justification(
    code="customer", text="A storage builder takes this type below the policy's limit, with monitoring."
)
AGREED = Justification(code="evidence_convinces", text="Both tests agree and the buyer monitors every cycle.")
COUNTS = timedelta(days=60)
"""How long the first override counts; each further one that much longer."""
RECONSIDERED = 1
"""The override whose approval is taken back, looked at once more, and given."""
REGRETTED = 3
"""The override that is ended before its last day."""
REGRET = Justification(code="need_gone", text="The builder's order was called off; nobody else monitors it.")
REFUSED = Justification(code="risk_too_high", text="One customer's wish does not outweigh the chemistry.")


def review(year: Year, at: datetime, may_override: bool) -> None:
    """Work through what has waited for three days."""
    cases = [case for case in _open_cases() if case.opened_at < at - 3 * _DAY]
    repaired = [case for case in cases if _is_repairable(case)]
    overridable = [c for c in cases if c.rule in OVERRIDABLE and c.pack.status == Status.IN_REVIEW]
    asked = overridable[:1] if may_override else []
    held = [case for case in cases if case.decision.grade == "H" and case.pack.status == Status.IN_REVIEW]
    settled = [case for case in cases if case.decision.grade != "H" and case not in repaired + asked]
    # Who took a step back looks twice: nobody is hasty about the same pack again.
    hasty = [case for case in settled if case.version == 1][:1] if len(settled) > 1 else []
    _confirm(year, at, hasty)
    for case in hasty:
        year.later(at + timedelta(seconds=9), _take_back, case)
    _confirm(year, at, [case for case in settled if case not in hasty])
    _order_retests(year, at, [case for case in held if case not in asked])
    _reopen(year, at, repaired)
    for case in asked:
        ask_override(year, at, case)


def _take_back(year: Year, at: datetime, case: ReviewCase) -> None:
    """Undo what was confirmed too early, put the review aside, and take it up again."""
    actor = year.who("reviewer2")
    case.refresh_from_db()
    case = reviews.undo(case_id=case.pk, version=case.version, actor=actor, at=at)
    until = (at + 7 * _DAY).date()
    case = reviews.hold(case_id=case.pk, version=case.version, until=until, why=WAITING, actor=actor, at=at)
    reviews.end_hold(case_id=case.pk, version=case.version, actor=actor, at=at)


def _confirm(year: Year, at: datetime, cases: list[ReviewCase]) -> None:
    """Confirm rule by rule what the second reviewer looked into."""
    actor = year.who("reviewer2")
    person = User.objects.get(pk=actor.person_id or 0)
    for rule in sorted({case.rule for case in cases}):
        group = [case for case in cases if case.rule == rule]
        for case in group[: sample_size(len(group))]:
            reviews.look(case=case, person=person, at=at)
        reviews.confirm(cases=_versions(group), why=CONFIRMED, actor=actor, at=at)


def ask_override(year: Year, at: datetime, case: ReviewCase | None = None) -> None:
    """Ask for a grade against the policy; without a case, for the newest one that allows it."""
    case = case or next((c for c in reversed(_open_cases()) if c.rule in OVERRIDABLE), None)
    if case is None:
        return
    year.overrides += 1
    grade = "B" if case.rule == OVERRIDABLE[0] else "C"
    asked = reviews.override_request(
        case_id=case.pk,
        version=case.version,
        grade=grade,
        why=ASKED,
        scope=Scope(code="customer", note="Nordspeicher", expires_on=(at + year.overrides * COUNTS).date()),
        actor=year.who("reviewer"),
        at=at,
    )
    year.later(at + 1 * _DAY, answer_override, asked, year.overrides % 2 == 1)
    if year.overrides == RECONSIDERED:
        year.later(at + 1 * _DAY + timedelta(seconds=9), _answer_again, asked)
    if year.overrides == REGRETTED:
        year.later(at + 9 * _DAY, _end_override, case.pack_id)


def answer_override(year: Year, at: datetime, case: ReviewCase, is_approved: bool) -> None:
    """Let the second reviewer answer."""
    answer = reviews.override_approve if is_approved else reviews.override_decline
    why = AGREED if is_approved else REFUSED
    answer(case_id=case.pk, version=case.version, why=why, actor=year.who("reviewer2"), at=at)
    if is_approved and case.override_expires_on:
        ends_at = datetime.combine(case.override_expires_on + _DAY, at.timetz())
        year.later(ends_at, _let_grades_end)


def _answer_again(year: Year, at: datetime, case: ReviewCase) -> None:
    """Take an approval back, and give it after all."""
    actor = year.who("reviewer2")
    case.refresh_from_db()
    case = reviews.undo(case_id=case.pk, version=case.version, actor=actor, at=at)
    reviews.override_approve(case_id=case.pk, version=case.version, why=AGREED, actor=actor, at=at)


def _end_override(year: Year, at: datetime, pack_id: int) -> None:
    """Think better of an override: the policy speaks again."""
    override = override_in_force(pack_id=pack_id)
    if override is not None:
        reviews.end_override(
            pack_id=pack_id, decision_id=override.pk, why=REGRET, actor=year.who("reviewer"), at=at
        )


def _let_grades_end(year: Year, at: datetime) -> None:
    """Judge anew what counted until yesterday."""
    decisions.expire(actor=year.task("Grading"), now=lambda: at)


def ask_other_means(year: Year, at: datetime) -> None:
    """Want a hold measured again with another instrument and by another person."""
    held = [case for case in _open_cases() if case.pack.status == Status.IN_REVIEW]
    demand = RetestDemand(other_instrument=True, other_person=True)
    reviews.order_retest(
        cases=_versions(held[:1]), why=DOUBTED, actor=year.who("reviewer2"), at=at, demand=demand
    )


def find_hazard(year: Year, at: datetime) -> None:
    """Find a pack warm in the store after it was sent to review."""
    case = _open_cases()[-1]
    inspections.report_hazard(
        pack_ids=[case.pack_id],
        codes=["heating"],
        note="Warm to the hand on the evening round.",
        actor=year.who("warehouse"),
        at=at,
    )
    measuring.grade_soon(year, at)


def _open_cases() -> list[ReviewCase]:
    waiting = ReviewCase.objects.filter(
        state=ReviewCase.State.OPEN, pack__status__in=(Status.IN_REVIEW, Status.QUARANTINED)
    )
    return list(waiting.select_related("pack", "decision").order_by("pk"))


def _is_repairable(case: ReviewCase) -> bool:
    if case.pack.status != Status.QUARANTINED:
        return False
    inspection = case.pack.inspections.get(superseded_by=None)
    return {finding["code"] for finding in inspection.findings} <= set(REPAIRABLE)


def _order_retests(year: Year, at: datetime, cases: Iterable[ReviewCase]) -> None:
    incomplete = [case for case in cases if {"IR_MISSING", "IR_NOT_COMPARABLE", "WEAKEST_CELL_MISSING"}
                  & set(case.decision.reason_codes)]  # fmt: skip
    if incomplete:
        reviews.order_retest(cases=_versions(incomplete), why=INCOMPLETE, actor=year.who("reviewer"), at=at)
        year.later(at + 2 * _DAY, measuring.retest, [case.pack_id for case in incomplete])


def _reopen(year: Year, at: datetime, cases: Iterable[ReviewCase]) -> None:
    pack_ids = [case.pack_id for case in cases]
    if pack_ids:
        inspections.reopen(
            pack_ids=pack_ids,
            reason="Cleaned and repaired; to be inspected afresh.",
            actor=year.who("reviewer"),
            at=at,
        )
        year.later(at + 1 * _DAY, arriving.inspect_again, pack_ids)


def _versions(cases: Iterable[ReviewCase]) -> dict[int, int]:
    return {case.pk: case.version for case in cases}
