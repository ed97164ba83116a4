"""A draft's decision tables and its other parts, edited by its author and checked as they are filled in."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from grading.domain.policy_own_tables import without_table
from grading.domain.policy_table import (
    Row,
    blank_row,
    chemistries_of,
    rows_of,
    table_faults,
    table_names,
    with_rows,
)
from grading.models import PolicyDraft
from grading.queries.policies import drafts, in_force_or_none, standing_of
from grading.services.policy_drafts import change_draft
from grading.web.policy_fault_words import with_form_words
from grading.web.policy_groups import GRADE_CHOICES, route_choices
from grading.web.policy_parts import PARTS, PartForm, added
from grading.web.policy_rows import MAX_ROWS, rows_sent, shown_rows
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.naming import counted
from rebattery.ui.forms import apply_rule_violation


@requires(Capability.MANAGE_POLICIES)
def draft_table(request: HttpRequest, draft_id: int, table: str) -> HttpResponse:
    draft = get_object_or_404(drafts(), pk=draft_id)
    if table not in table_names(draft.document):
        raise Http404
    if request.method != "POST":
        return _table_page(request, draft, table, rows_of(draft.document, table))
    rows, verb = rows_sent(request.POST), request.POST.get("act", "check")
    if verb == "save" and rows:
        return _saved_table(request, draft, table, rows)
    if verb == "drop":
        return _dropped_table(request, draft, table)
    changed, new = _changed(rows, verb)
    return _table_page(request, draft, table, changed, new)


def _changed(rows: list[Row], verb: str) -> tuple[list[Row], int | None]:
    """Add a blank row and say which it is, or take one away; nothing is saved by it."""
    if verb == "add" and len(rows) < MAX_ROWS:
        return [*rows, blank_row(rows[-1] if rows else None)], len(rows)
    if found := re.fullmatch(r"(remove|insert)-(\d{1,2})", verb, re.ASCII):
        number = int(found[2])
        if found[1] == "remove":
            return rows[:number] + rows[number + 1 :], None
        if number < len(rows) < MAX_ROWS:
            return [*rows[: number + 1], blank_row(rows[number]), *rows[number + 1 :]], number + 1
    return rows, None


def _saved_table(request: HttpRequest, draft: PolicyDraft, table: str, rows: list[Row]) -> HttpResponse:
    document = with_rows(draft.document, table, rows)
    try:
        _change(request, draft, document, f"the table of {table}")
    except RuleViolation as refused:
        messages.error(request, refused.message)
        return _table_page(request, draft, table, rows)
    count = table_faults(document, rows).count
    left = f", with {counted(count, 'fault')} still to mend" if count else ""
    messages.success(request, f"Table of {table} saved{left}.")
    return redirect("policy_draft_table", draft.pk, table)


def _dropped_table(request: HttpRequest, draft: PolicyDraft, table: str) -> HttpResponse:
    """Take a table away that no chemistry follows."""
    try:
        _change(request, draft, without_table(draft.document, table), f"the table of {table}, taken away")
    except RuleViolation as refused:
        messages.error(request, refused.message)
        return redirect("policy_draft_table", draft.pk, table)
    messages.success(request, f"Table of {table} taken away.")
    return redirect("policy_draft", draft.pk)


def _change(request: HttpRequest, draft: PolicyDraft, document: dict[str, Any], part: str) -> None:
    change_draft(
        draft_id=draft.pk,
        revision=_revision(request),
        document=document,
        part=part,
        actor=actor_of(request),
        at=timezone.now(),
    )


def _revision(request: HttpRequest) -> int:
    sent = request.POST.get("revision", "")
    return int(sent) if re.fullmatch(r"\d{1,9}", sent, re.ASCII) else 0


def _table_page(
    request: HttpRequest, draft: PolicyDraft, table: str, rows: list[Row], new: int | None = None
) -> HttpResponse:
    live = in_force_or_none(at=timezone.now())
    document = with_rows(draft.document, table, rows)
    faults = table_faults(document, rows)
    standing = with_form_words(standing_of(document=document, beside=live), document)
    comparison = None if table in standing.left_out else standing.comparison
    classes = document["chemistry_classes"]
    codes = chemistries_of(document, table)
    context: dict[str, Any] = {
        "draft": draft,
        "table": table,
        "live": live,
        "is_mine": draft.is_open and person_of(request).pk == draft.author_person_id,
        "rows": shown_rows(rows, faults, comparison, standing.policy, codes, new),
        "revision": request.POST.get("revision") or draft.revision,
        "faults": faults,
        "is_changed": document != draft.document,
        "standing": standing,
        "is_followed": bool(codes),
        "chemistries": [classes[code]["label"] for code in codes],
        "grades": GRADE_CHOICES,
        "routes": route_choices(document),
        "texts": sorted(document["texts"].items()),
        "warranties": sorted((key, entry["label"]) for key, entry in document["warranty"].items()),
    }
    is_live = request.headers.get("HX-Request") == "true"
    name = "_checks" if is_live else "table"
    return render(request, f"grading/policies/{name}.html", context | {"is_live": is_live})


@requires(Capability.MANAGE_POLICIES)
def draft_part(request: HttpRequest, draft_id: int, policy_part: str) -> HttpResponse:
    draft = get_object_or_404(drafts(), pk=draft_id)
    part, title = policy_part, dict(PARTS).get(policy_part)
    if title is None:
        raise Http404
    form = PartForm(part, draft.document, request.POST or None, initial={"revision": draft.revision})
    if form.is_valid():
        document = form.written()
        more = added(document, part) if request.POST.get("act") == "add" else None
        try:
            change_draft(
                draft_id=draft.pk,
                revision=form.cleaned_data["revision"],
                document=more or document,
                part=title.lower(),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"{title} saved.")
            return redirect("policy_draft_part", draft.pk, part)
    context = {
        "draft": draft,
        "part": part,
        "title": title,
        "form": form,
        "is_mine": draft.is_open and person_of(request).pk == draft.author_person_id,
        "standing": with_form_words(standing_of(document=draft.document, beside=None), draft.document),
        "takes_more": added(draft.document, part) is not None,
    }
    return render(request, "grading/policies/part.html", context)
