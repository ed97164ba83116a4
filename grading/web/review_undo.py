"""The step that somebody just took: told on the next page, with the button that takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from grading.models import ReviewCase
from grading.queries.review_desk import undoable
from grading.services import reviews
from grading.web.review_filters import asked
from grading.web.review_forms import CasesForm
from grading.web.review_posting import posted
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.naming import named
from rebattery.ui.forms import faults_in_words

KEY = "review_step"
"""In the session: what was done, so that the offer survives a reload and the way to the next review."""


@dataclass(frozen=True)
class Offer:
    """What can be taken back, and how long."""

    words: str
    cases: Sequence[ReviewCase]
    seconds: int

    @property
    def values(self) -> list[str]:
        """Return key and version of each review, as the form sends them."""
        return [f"{case.pk}:{case.version}" for case in self.cases]


def remember(request: HttpRequest, *, case_ids: Sequence[int], words: str) -> None:
    """Keep what was done for the pages that follow."""
    request.session[KEY] = {"cases": list(case_ids), "words": words}


def offer_of(request: HttpRequest, *, at: datetime) -> Offer | None:
    """Return what the person can still take back; two queries, none where they did nothing."""
    done = request.session.get(KEY)
    if not done:
        return None
    found = undoable(case_ids=done["cases"], person_id=person_of(request).pk, at=at)
    if found is None:
        del request.session[KEY]
        return None
    return Offer(done["words"], found.cases, max(int((found.until - at).total_seconds()), 0))


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_undo(request: HttpRequest) -> HttpResponse:
    form = CasesForm(request.POST)
    kept = asked(request.GET, viewer=person_of(request), on=timezone.now().date()).kept
    request.session.pop(KEY, None)
    if not form.is_valid():
        messages.error(request, faults_in_words(form))
        return redirect("review_queue")
    cases = form.cleaned_data["cases"]
    try:
        found = reviews.undo_all(cases=cases, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        serials = named([case.pack.serial for case in found])
        messages.success(request, f"Taken back: {serials} as before.")
    page = reverse("review_case", args=list(cases)) if len(cases) == 1 else reverse("review_queue")
    return redirect(f"{page}{kept}")
