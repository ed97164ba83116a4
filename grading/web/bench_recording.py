"""Record a test of one pack: it saves itself field by field, and says all that it lacks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from grading.domain.measurement import check_unusual
from grading.models import CapacityTest, ResistanceTest
from grading.queries.bench_runs import draft_of, next_waiting
from grading.queries.test_runs import conflict_in, results_of
from grading.services.bench_runs import (
    DraftChanged,
    differences,
    save_draft,
    submit_capacity,
    submit_resistance,
)
from grading.web.bench_page import (
    TITLES,
    AnyForm,
    Section,
    derived_of,
    forms_of,
    newest_seen,
    pack_of,
    pack_page,
    prefixed,
)
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation

_SUBMIT: Mapping[str, Any] = {"capacity": submit_capacity, "resistance": submit_resistance}


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_capacity(request: HttpRequest, pack_id: int) -> HttpResponse:
    return _record(request, pack_of(request, pack_id), "capacity")


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_resistance(request: HttpRequest, pack_id: int) -> HttpResponse:
    return _record(request, pack_of(request, pack_id), "resistance")


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_draft(request: HttpRequest, pack_id: int, kind: str) -> HttpResponse:
    """Keep what is typed so far, readable or not, and answer with what follows from it."""
    if kind not in TITLES:
        raise Http404
    pack = pack_of(request, pack_id)
    is_autosave = "HX-Request" in request.headers
    make_form = forms_of(request, pack, kind, results_of(pack_id=pack.pk))
    form = make_form(request.POST)
    values = form.typed_values()
    try:
        draft = save_draft(
            pack_id=pack.pk,
            kind=kind,
            values=values,
            seen_version=_seen(request),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DraftChanged as changed:
        return _differing(request, pack, kind, values, changed, is_autosave)
    except RuleViolation as refused:
        if is_autosave:
            return _swapped(
                render(request, "grading/bench/_not_saved.html", {"kind": kind, "why": refused}), kind
            )
        messages.error(request, refused.message)
        return redirect("bench_pack", pack.pk)
    if not is_autosave:
        messages.success(request, f"Draft of {pack.serial} saved.")
        return redirect("bench_pack", pack.pk)
    derived = derived_of(request, make_form(request.POST), pack)
    if request.POST.get("settled"):
        return _whole(request, pack, Section(kind, form, draft, derived, "", False, draft.version))
    context = {"pack": pack, "kind": kind, "draft": draft, "derived": derived, "swap": True}
    return render(request, "grading/bench/_saved.html", context)


def _record(request: HttpRequest, pack: Pack, kind: str) -> HttpResponse:
    form = forms_of(request, pack, kind, results_of(pack_id=pack.pk))(request.POST)
    form.is_valid()
    values, row = form.typed_values(), form.result_for(pack.pk)
    typed: dict[str, Any] = {
        "values": values,
        "seen_version": _seen(request),
        "actor": actor_of(request),
        "at": timezone.now(),
    }
    try:
        if form.errors:
            save_draft(pack_id=pack.pk, kind=kind, **typed)
            return pack_page(request, pack, section=_refused(request, pack, kind, form))
        result = _SUBMIT[kind](row=row, newest_seen=newest_seen(request), **typed)
    except DraftChanged as changed:
        return _differing(request, pack, kind, values, changed, is_autosave=False)
    except RuleViolation as refused:
        section = _refused(request, pack, kind, form)
        if not form.errors:
            apply_rule_violation(form, refused)
        return pack_page(request, pack, section=section)
    messages.success(request, _words(pack, result))
    _look_again(request, form, result)
    following = next_waiting(pack=pack, kind=kind, viewer=person_of(request)) if _goes_on(request) else None
    if following:
        return redirect("bench_pack", following)
    return redirect("bench") if _goes_on(request) else redirect("bench_pack", pack.pk)


def _refused(request: HttpRequest, pack: Pack, kind: str, form: AnyForm) -> Section:
    """Return the section with everything that it lacks, not only what cannot be read."""
    derived = derived_of(request, form, pack)
    draft = draft_of(pack_id=pack.pk, kind=kind)
    # What was posted is the draft now, so the next save goes on from there.
    return Section(kind, form, draft, derived, "", False, draft.version if draft else _seen(request))


def _differing(
    request: HttpRequest,
    pack: Pack,
    kind: str,
    mine: dict[str, str],
    changed: DraftChanged,
    is_autosave: bool,
) -> HttpResponse:
    """Join both drafts; where they differ, show both and let the person settle it."""
    theirs = changed.draft.values
    joined = prefixed(kind, theirs | mine)
    make_form = forms_of(request, pack, kind, results_of(pack_id=pack.pk))
    form, derived = make_form(joined), derived_of(request, make_form(joined), pack)
    form.is_valid()
    form.errors.clear()
    form.add_error(None, changed.message)
    for name, text in changed.fields.items():
        form.add_error(name, text) if name in form.fields else form.add_error(None, text)
    version = changed.draft.version
    is_open = bool(differences(mine, theirs))
    section = Section(
        kind, form, changed.draft, derived, "", False,
        seen=_seen(request) if is_open else version, conflict=version if is_open else 0,
    )  # fmt: skip
    return _whole(request, pack, section) if is_autosave else pack_page(request, pack, section=section)


def _whole(request: HttpRequest, pack: Pack, section: Section) -> HttpResponse:
    # Only the draft is shown anew: the results are those that the page has shown before.
    context = {"pack": pack, "section": replace(section, newest=newest_seen(request) or 0)}
    return reswap(
        retarget(render(request, "grading/bench/_section.html", context), f"#{section.kind}"), "outerHTML"
    )


def _swapped(response: HttpResponse, kind: str) -> HttpResponse:
    return reswap(retarget(response, f"#{kind}-saved"), "outerHTML")


def _seen(request: HttpRequest) -> int:
    """Return the version of the draft that the person had before them, or says to have seen."""
    text = request.POST.get("settled") or request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _goes_on(request: HttpRequest) -> bool:
    return request.POST.get("then") == "next"


def _words(pack: Pack, result: CapacityTest | ResistanceTest) -> str:
    if isinstance(result, CapacityTest):
        return f"Capacity test of {pack.serial} recorded: SOH {result.soh_percent:.1f} %."
    ratio = f", {result.ir_ratio:.2f}× its baseline" if result.ir_ratio else ""
    return f"Resistance of {pack.serial} recorded: {result.ir_mohm} mΩ{ratio}."


def _look_again(request: HttpRequest, form: AnyForm, result: CapacityTest | ResistanceTest) -> None:
    # Who goes on to the next pack does not see the page of this one again.
    if isinstance(result, CapacityTest) and (conflict := conflict_in(result)):
        messages.warning(request, f"{result.pack.serial}: {conflict}")
    for departure in result.departures:
        messages.warning(request, f"Departs from its conditions: {departure['words']}.")
    # Recorded all the same: only a person can tell a rare pack from a slipped decimal mark.
    for doubt in check_unusual(form.cleaned_data):
        messages.warning(request, f"{form.fields[doubt.field].label}: {doubt.message}")
