"""One pack from claim to decision."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grading.queries.decisions import decisions_for
from grading.queries.dispositions import disposition_of, earlier_stays, is_orderable, withdrawn_from
from grading.queries.dossiers import Dossier, dossier_of, pack_for
from grading.queries.policies import in_force_or_none
from grading.queries.reject_reports import is_over
from grading.queries.review_story import overrides_of
from grading.services.decisions import missing_for
from grading.web.documents import hashed_file
from grading.web.override_ending import may_end
from intake.domain.lifecycle import Status
from intake.models import Pack
from intake.queries.attachments import documents_of_pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability as C


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next with a pack."""

    label: str
    url: str


@requires(C.VIEW_INTERNAL)
@require_GET
def decision_evidence(request: HttpRequest, decision_id: int) -> HttpResponse:
    decision = get_object_or_404(decisions_for(viewer=person_of(request)), pk=decision_id)
    name = f"evidence-{decision.pk}-{decision.evidence_sha256[:12]}"
    return hashed_file(name=name, value=decision.evidence)


@requires(C.VIEW_PACKS)
def pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    viewer = person_of(request)
    shown = get_object_or_404(pack_for(viewer=viewer), pk=pack_id)
    dossier = dossier_of(pack=shown, viewer=viewer)
    disposition = disposition_of(pack_id=shown.pk)
    may_dispute = viewer.may(C.DISPUTE_RESULTS)
    context = {
        "dossier": dossier,
        "pack": shown,
        "is_internal": viewer.may(C.VIEW_INTERNAL),
        "may_review": viewer.may(C.VIEW_REVIEWS),
        "trail_links": viewer.may(C.VIEW_TRAIL),
        "next_step": next_step(dossier, viewer),
        "missing": missing_from(shown),
        "overrides": overrides_of(decisions=dossier.decisions),
        "may_end_override": may_end(pack=shown, decision=dossier.decision, viewer=viewer),
        "documents": documents_of_pack(pack_id=shown.pk),
        "may_dispute": may_dispute and not dossier.obstacle_to_dispute(at=timezone.now()),
        "may_test": viewer.may(C.RECORD_TESTS),
        "disposition": disposition,
        "withdrawn": None if disposition else withdrawn_from(pack=shown),
        "may_order": disposition is None and is_orderable(shown) and viewer.may(C.ORDER_DISPOSITIONS),
        "has_reject_report": is_over(shown, timezone.now()) and dossier.decision is not None,
        "earlier_stays": earlier_stays(pack=shown),
    }
    return render(request, "grading/dossier/pack.html", context)


def missing_from(pack: Pack) -> tuple[str, ...]:
    """Return what the bench could still find out for a grade; nothing unless the pack waits for it."""
    now = timezone.now()
    if pack.status != Status.INSPECTED or in_force_or_none(at=now) is None:
        return ()
    return missing_for(pack_id=pack.pk, at=now)


def next_step(dossier: Dossier, viewer: User) -> NextStep | None:
    """Return what ``viewer`` can do next with the pack, None when it waits for somebody else."""
    pack = dossier.pack
    steps = {
        Status.MISSING: (C.RECEIVE_PACKS, "Receive at the dock", ("dock_batch", pack.batch_id)),
        Status.ANNOUNCED: (C.RECEIVE_PACKS, "Receive at the dock", ("dock_batch", pack.batch_id)),
        Status.RECEIVED: (C.INSPECT_PACKS, "Inspect this pack", ("inspect_pack", pack.pk)),
        Status.INSPECTED: (C.RECORD_TESTS, "Record tests", ("bench_pack", pack.pk)),
    }
    if pack.status in steps:
        capability, label, (name, key) = steps[Status(pack.status)]
        return NextStep(label, reverse(name, args=[key])) if viewer.may(capability) else None
    review = getattr(dossier.decision, "review", None)
    if pack.status in (Status.IN_REVIEW, Status.QUARANTINED) and review and viewer.may(C.VIEW_REVIEWS):
        return NextStep("Open the review", reverse("review_case", args=[review.pk]))
    if pack.status == Status.QUARANTINED and viewer.may(C.DECIDE_REVIEWS):
        return NextStep("Re-open for inspection", reverse("reopen_pack", args=[pack.pk]))
    return None
