"""The demo's policies: one in work, one published for later, one given up; the first stays in force."""

from datetime import datetime, timedelta
from typing import Any

from grading.domain.policy import parse_policy
from grading.domain.policy_templates import template_document
from grading.management.demo.timeline import Year
from grading.models import PolicyDraft
from grading.queries.policies import policy_in_force, reports_on
from grading.queries.population import load
from grading.queries.what_if import Scope, name_of
from grading.services import policy_drafts
from grading.services.what_if.reporting import make_report
from grading.services.what_if.snapshots import take_population

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_IN_FORCE_AFTER = 90 * _DAY
"""After the end of the year, so that visitors of the demo are graded as everybody before them."""


def plan(year: Year) -> None:
    """Let two reviewers write policies in the last month, when there is something to try them on."""
    noon = year.ends_at - 12 * _HOUR + timedelta(minutes=5)
    year.later(noon - 26 * _DAY, _begin_and_give_up)
    year.later(noon - 19 * _DAY, _raise_the_floor)
    year.later(noon - 12 * _DAY, _write_with_lower_bounds)


def _begin_and_give_up(year: Year, at: datetime) -> None:
    """Begin from a strict template, and see that it is not for this house."""
    draft = _begin("china-floor-40", None, "reviewer2", year, at)
    year.later(at + 2 * _DAY, _discard, draft.pk, "reviewer2")


def _raise_the_floor(year: Year, at: datetime) -> None:
    """Ask more of the weakest cell than the policy in force, and show what that would move."""
    draft = _begin("seed-v1", policy_in_force(at=at).pk, "reviewer", year, at)
    year.later(at + _HOUR / 2, _change, draft.pk, "reviewer", "floors", "weakest_percent", "25")
    year.later(at + 1 * _HOUR, _try, draft.pk, "reviewer")
    year.later(at + 2 * _HOUR, _propose, draft.pk, "reviewer")
    year.later(at + 1 * _DAY, _publish, draft.pk, "administrator")


def _write_with_lower_bounds(year: Year, at: datetime) -> None:
    """Propose the shipped policy of lower bounds too early, take it back and try it; it stays in work."""
    draft = _begin("seed-v2-guarded", None, "reviewer2", year, at)
    year.later(at + _HOUR / 2, _change, draft.pk, "reviewer2", "evidence", "max_age_days", 365)
    year.later(at + 1 * _HOUR, _propose, draft.pk, "reviewer2")
    year.later(at + 2 * _HOUR, _take_back, draft.pk, "reviewer2")
    year.later(at + 3 * _HOUR, _try, draft.pk, "reviewer2")


def _begin(code: str, based_on_id: int | None, name: str, year: Year, at: datetime) -> PolicyDraft:
    return policy_drafts.start_draft(
        document=template_document(code), source=code, based_on_id=based_on_id, actor=year.who(name), at=at
    )


def _change(year: Year, at: datetime, draft_id: int, name: str, part: str, key: str, value: Any) -> None:
    draft = PolicyDraft.objects.get(pk=draft_id)
    policy_drafts.change_draft(
        draft_id=draft_id,
        revision=draft.revision,
        document=draft.document | {part: draft.document[part] | {key: value}},
        part=part,
        actor=year.who(name),
        at=at,
    )


def _try(year: Year, at: datetime, draft_id: int, name: str) -> None:
    """Try the draft on what is measured by then against the policy in force, and keep the report."""
    # Not by taken(): it would remember a snapshot that is gone when the seeding fails.
    document = PolicyDraft.objects.get(pk=draft_id).document
    make_report(
        document=document,
        name=name_of(f"d{draft_id}", parse_policy(document)),
        against=policy_in_force(at=at),
        scope=Scope(),
        taken=load(take_population(at=at)),
        actor=year.who(name),
        at=at,
    )


def _propose(year: Year, at: datetime, draft_id: int, name: str) -> None:
    revision = PolicyDraft.objects.get(pk=draft_id).revision
    policy_drafts.propose_draft(draft_id=draft_id, revision=revision, actor=year.who(name), at=at)


def _take_back(year: Year, at: datetime, draft_id: int, name: str) -> None:
    policy_drafts.take_back_draft(draft_id=draft_id, actor=year.who(name), at=at)


def _publish(year: Year, at: datetime, draft_id: int, name: str) -> None:
    """Publish for a day after the demo, citing the report that tried exactly this document."""
    draft = PolicyDraft.objects.get(pk=draft_id)
    policy_drafts.publish_draft(
        draft_id=draft_id,
        revision=draft.revision,
        effective_from=year.ends_at + _IN_FORCE_AFTER,
        message="Second-life builders asked for a higher floor of the weakest cell.",
        cited_report=reports_on(draft=draft)[0].sha256,
        actor=year.who(name),
        at=at,
    )


def _discard(year: Year, at: datetime, draft_id: int, name: str) -> None:
    policy_drafts.discard_draft(
        draft_id=draft_id,
        reason="Our buyers take packs below 40 percent for small storage.",
        actor=year.who(name),
        at=at,
    )
