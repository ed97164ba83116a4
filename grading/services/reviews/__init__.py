"""Decide on packs in review: confirm, order a retest, or override with a second person."""

from grading.domain.override_scopes import Scope
from grading.services.reviews.ending import end_override
from grading.services.reviews.holding import end_hold, hold
from grading.services.reviews.looking import look
from grading.services.reviews.overriding import override_approve, override_decline, override_request
from grading.services.reviews.settling import confirm, order_retest
from grading.services.reviews.undoing import undo, undo_all

__all__ = [
    "Scope",
    "confirm",
    "end_hold",
    "end_override",
    "hold",
    "look",
    "order_retest",
    "override_approve",
    "override_decline",
    "override_request",
    "undo",
    "undo_all",
]
