"""The start page of each role."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from grading.queries.home import (
    files_that_need,
    machine_room,
    moved_since,
    pack_counts,
    waiting_for,
    wrong_for,
)
from grading.queries.told import news_for
from intake.queries.batches import batches_for
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability

NEWEST = 8
NEWS = timedelta(days=30)


@requires(Capability.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    viewer, now = person_of(request), timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    packs = pack_counts(viewer=viewer)
    context = {
        "viewer": viewer,
        "waiting": waiting_for(viewer=viewer, packs=packs, at=now),
        "wrong": wrong_for(viewer=viewer, packs=packs, at=now),
        "batches": batches_for(viewer=viewer).order_by("-id")[:NEWEST],
        "may_upload": viewer.may(Capability.UPLOAD_MANIFEST),
    }
    if viewer.is_supplier:
        news = news_for(viewer=viewer, since=now - NEWS)
        files = files_that_need(viewer=viewer, since=now - NEWS)
        context |= {"files": files[:NEWEST], "news": news}
    else:
        context["moved"] = moved_since(at=midnight)
    if viewer.may(Capability.MANAGE_PEOPLE) or viewer.role == "auditor":
        context["machine"] = machine_room()
    return render(request, "grading/home/home.html", context)
