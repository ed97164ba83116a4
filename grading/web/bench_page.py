"""The page of one pack at the bench: what is to be measured, blind to what others say of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grading.models import BenchDraft, ProcedureVersion
from grading.queries.bench import (
    Demand,
    catalog_baseline,
    channels_of,
    demands_on,
    references_of,
    retest_reason_of,
)
from grading.queries.bench_runs import KINDS, draft_of, fresh_results, open_runs_with
from grading.queries.ending import why_ended
from grading.queries.instruments import Standing, standings_of_kinds
from grading.queries.packs import packs_for
from grading.queries.procedures import pickable
from grading.queries.soh_reports import soh_reports_of
from grading.queries.test_runs import Results, claim_against, results_of
from grading.services.decisions import lack_for
from grading.services.test_runs import NOT_AT_BENCH, Preview, preview_capacity, preview_resistance
from grading.web.bench_forms import CapacityForm, ResistanceForm
from grading.web.soh_report_forms import SohReportForm
from intake.domain.hazards import HAZARDS
from intake.domain.lifecycle import TRANSITIONS, Move, Status
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.numbers import read_key

BARRED = "the reviewer wants another one for this retest"
TITLES = {"capacity": "Capacity test", "resistance": "Resistance test"}
HINTS = {"capacity": "SOH is computed from it", "resistance": "The ratio is computed from it"}
_PREVIEWS: Mapping[str, Any] = {"capacity": preview_capacity, "resistance": preview_resistance}
AnyForm = CapacityForm | ResistanceForm


@dataclass(frozen=True)
class Derived:
    """What the system computes of what is typed so far."""

    kind: str
    preview: Preview
    missing: Sequence[tuple[str, str, str]]
    """Address of the field, its label, and what is wrong or missing."""

    @property
    def doubts(self) -> Sequence[str]:
        return list(self.preview.unusual.values())


@dataclass(frozen=True)
class Section:
    """One kind of test on the page."""

    kind: str
    form: AnyForm
    draft: BenchDraft | None
    derived: Derived | None
    """None while nothing is typed."""
    word: str
    """What the policy makes of it now."""
    is_needed: bool
    seen: int
    conflict: int = 0
    """Version of the other person's draft that is to be settled."""
    newest: int = 0
    """The newest result of this kind that the page shows or keeps from who measures; 0 without one."""

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def hint(self) -> str:
        return HINTS[self.kind]


def pack_of(request: HttpRequest, pack_id: int) -> Pack:
    """Return a pack that the viewer may see."""
    return get_object_or_404(packs_for(viewer=person_of(request)), pk=pack_id)


def pack_page(
    request: HttpRequest,
    pack: Pack,
    *,
    section: Section | None = None,
    report_form: SohReportForm | None = None,
) -> HttpResponse:
    """Show the page of ``pack``, with a section or the report as it was refused."""
    everything = results_of(pack_id=pack.pk)
    results, hidden = fresh_results(pack=pack, results=everything)
    demand = demands_on(pack_ids=[pack.pk]).get(pack.pk, Demand())
    context: dict[str, Any] = {
        "pack": pack,
        "results": results,
        "hidden": hidden,
        "claim": claim_against(pack=pack, results=results),
        "is_open": pack.status == Status.INSPECTED,
        "demand": demand,
        "is_barred": person_of(request).pk in demand.person_ids,
        "soh_reports": soh_reports_of(pack_id=pack.pk),
        "report_form": report_form or blank_report_form(),
        "runs": open_runs_with(pack_id=pack.pk),
        "hazards": _hazards(request, pack),
    }
    if context["is_open"]:
        lack = lack_for(pack_id=pack.pk, at=timezone.now())
        shown = [
            section if section and section.kind == kind else section_of(request, pack, kind, everything)
            for kind in TITLES
        ]
        words = {kind: _word(kind, lack, results) for kind in TITLES}
        sections = [
            replace(each, word=word, is_needed=needed, newest=_newest(everything, each.kind))
            for each in shown
            for word, needed in [words[each.kind]]
        ]
        context |= {
            "retest_reason": retest_reason_of(pack=pack, viewer=person_of(request)),
            "why_ended": why_ended(pack_id=pack.pk),
            "missing": lack.words if lack.facts else "",
            # What was refused stands first, so that nobody looks for the reason; then what is needed.
            "sections": sorted(sections, key=lambda each: (not each.form.errors, not each.is_needed)),
            "capacity_form": shown[0].form,
            "resistance_form": shown[1].form,
        }
    return render(request, "grading/bench/pack.html", context)


def section_of(request: HttpRequest, pack: Pack, kind: str, results: Results) -> Section:
    """Return a section as it was left: with the draft of whoever typed last."""
    draft = draft_of(pack_id=pack.pk, kind=kind)
    typed = dict(draft.values) if draft else {}
    if picked := _picked(request, kind):
        typed["instrument_id"] = picked
    make_form = forms_of(request, pack, kind, results)
    derived = None
    if draft and draft.values:
        derived = derived_of(request, make_form(prefixed(kind, typed)), pack)
    form = make_form(None, typed=typed)
    return Section(kind, form, draft, derived, "", False, draft.version if draft else 0)


def prefixed(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return typed values as the form posts them."""
    return {f"{kind}-{name}": text for name, text in values.items()}


def derived_of(request: HttpRequest, form: AnyForm, pack: Pack) -> Derived:
    """Return what follows from a filled form, and everything that it still lacks."""
    form.is_valid()
    row = form.result_for(pack.pk)
    kind = form.prefix or ""
    [preview] = _PREVIEWS[kind](rows=[row], actor=actor_of(request), at=timezone.now())
    unread = {name: str(texts[0]) for name, texts in form.errors.items()}
    form.add_faults(preview.faults)
    missing = [
        (
            f"#{form[name].id_for_label or form[name].auto_id}",
            str(form[name].label),
            unread.get(name, str(text)),
        )
        for name in form.fields
        for text in form.errors.get(name, [])
    ]
    missing += [("", "", preview.faults[NOT_AT_BENCH])] if NOT_AT_BENCH in preview.faults else []
    return Derived(kind, preview, missing)


def forms_of(request: HttpRequest, pack: Pack, kind: str, results: Results) -> Callable[..., AnyForm]:
    """Return what makes forms of ``kind``, of data as posted or of what was ``typed`` before.

    A page needs two, one to show and one to derive from; what both offer is looked up once.
    """
    if kind == "capacity":
        setting = _setting(request, pack, kind, results.standing_capacity is not None)
        return partial(CapacityForm, references=references_of(pack=pack), **setting)
    setting = _setting(request, pack, kind, results.standing_resistance is not None)
    return partial(ResistanceForm, catalog=catalog_baseline(pack_type=pack.pack_type), **setting)


def standings_for(*, pack: Pack, kinds: Sequence[str], on: date) -> list[Standing]:
    """Return the instruments of ``kinds``, with why one may not measure; a retest may bar one."""
    barred = demands_on(pack_ids=[pack.pk]).get(pack.pk, Demand()).instrument_ids
    return [
        replace(each, fault=each.fault or BARRED) if each.instrument.pk in barred else each
        for each in standings_of_kinds(kinds=kinds, on=on)
    ]


def newest_seen(request: HttpRequest) -> int | None:
    """Return the newest result that the page knew when it was opened; None where it does not say."""
    return read_key(request.POST.get("newest", ""))


def _newest(results: Results, kind: str) -> int:
    rows = results.capacity if kind == "capacity" else results.resistance
    return max((each.test.pk for each in rows), default=0)


def blank_report_form(data: Any = None) -> SohReportForm:
    """Return the form of a reported SOH."""
    return SohReportForm(data, screens=pickable(kinds=[ProcedureVersion.Kind.SCREEN]), at=timezone.now())


def _setting(request: HttpRequest, pack: Pack, kind: str, has_result: bool) -> dict[str, Any]:
    now = timezone.now()
    standings = standings_for(pack=pack, kinds=KINDS[kind], on=now.date())
    return {
        "standings": standings,
        "channels": channels_of(instrument_ids=[each.instrument.pk for each in standings]),
        "procedures": pickable(kinds=[kind]),
        "has_result": has_result,
        "retest_reason": retest_reason_of(pack=pack, viewer=person_of(request)) if has_result else "",
        "at": now,
    }


def _picked(request: HttpRequest, kind: str) -> str:
    """Return the instrument that a scan chose, where it can measure this."""
    key = request.GET.get("instrument", "")
    if not key.isdecimal():
        return ""
    known = standings_of_kinds(kinds=KINDS[kind], on=timezone.now().date())
    return key if any(str(each.instrument.pk) == key for each in known if not each.fault) else ""


def _word(kind: str, lack: Any, results: Results) -> tuple[str, bool]:
    if kind == "capacity":
        if lack.needs_capacity:
            return "Needed for a grade", True
        return ("Recorded" if results.capacity else "Not needed"), False
    if lack.needs_resistance:
        return "Needed for a grade", True
    if results.resistance:
        return "Recorded", False
    return "Cannot change the route: may be skipped" if lack.skips_resistance else "Not needed", False


def _hazards(request: HttpRequest, pack: Pack) -> Sequence[Any]:
    is_here = Status(pack.status) in TRANSITIONS[Move.QUARANTINE].sources
    return HAZARDS if is_here and person_of(request).may(Capability.INSPECT_PACKS) else ()
