"""Refuse a group that nobody looked into, or that is none."""

from collections.abc import Sequence

from grading.domain.review_reasons import rule_label
from grading.models import ReviewCase
from grading.queries.review_desk import sample_of
from grading.services.reviews.cases import ReviewRefused
from rebattery.actor import Actor


class SeveralRules(ReviewRefused):
    """Only reviews that wait because of the same rule are confirmed together. Nothing was changed."""

    code = "several_rules"


class SampleMissing(ReviewRefused):
    """Open some of these reviews before you confirm all of them. Nothing was changed."""

    code = "sample_missing"

    def __init__(self, *, needed: int, opened: int, of: int):
        self.needed, self.opened = needed, opened
        more = needed - opened
        reviews = "review" if more == 1 else "reviews"
        super().__init__(
            f"Open {more} more {reviews} of these {of} before you confirm them all: {opened} of the {needed}"
            " that are needed are opened as they are now. Nothing was changed."
        )


def require_sample(*, cases: Sequence[ReviewCase], actor: Actor) -> None:
    """Refuse unless the cases are of one rule and the person opened a sample of them as they are now.

    :raises SeveralRules: when they are of different rules; names them.
    :raises SampleMissing: when too few were opened.
    """
    rules = sorted({rule_label(case.rule) for case in cases})
    if len(rules) > 1:
        raise SeveralRules(
            f"These wait because of {len(rules)} rules: {', '.join(rules)}. Confirm one rule at a time."
            " Nothing was changed."
        )
    sample = sample_of(cases=cases, person_id=actor.person_id or 0)
    if not sample.is_enough:
        raise SampleMissing(needed=sample.needed, opened=len(sample.opened), of=len(cases))
