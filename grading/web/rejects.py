"""Rejects counted by rule, finding, supplier, type or month; every count leads to its packs."""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from grading.domain.rejects import pareto
from grading.queries.rejects import (
    BY,
    NONE,
    RejectScope,
    choices_of_scope,
    count_rejects,
    count_with_finding,
    labels_of,
)
from grading.web.rejects_chart import Row, chart_of
from rebattery.accounts.guards import requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import csv_response, xlsx_response
from rebattery.ui.forms import with_days_in_order

MOST_OF = 80
"""Percent of all: how few bars make up so much is what such a chart is for."""


class ScopeForm(forms.Form):
    """Which rejects are counted."""

    since = forms.DateField(
        label="Rejected from", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="Rejected until", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    supplier = forms.ChoiceField(label="Supplier", required=False)
    type = forms.ChoiceField(label="Type", required=False)
    by = forms.ChoiceField(choices=list(BY.items()), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        suppliers, types = choices_of_scope()
        fields["supplier"].choices = [("", "All suppliers"), *suppliers]
        fields["type"].choices = [("", "All types"), (NONE, "No type in the catalog"), *types]

    def clean(self) -> dict[str, Any]:
        return with_days_in_order(super().clean() or {})

    @property
    def scope(self) -> RejectScope:
        data = self.cleaned_data
        return RejectScope(
            since=data["since"], until=data["until"], supplier=data["supplier"], pack_type=data["type"]
        )


@requires(Capability.VIEW_INTERNAL)
def reject_pareto(request: HttpRequest) -> HttpResponseBase:
    form = ScopeForm(request.GET)
    by = request.GET.get("by") or "rule"
    context: dict[str, Any] = {"form": form, "tabs": _tabs(request.GET, by), "by": by, "word": BY.get(by)}
    if not form.is_valid():
        return render(request, "grading/rejects/pareto.html", context)
    rows = _rows(by, form.scope)
    if "export" in request.GET:
        return _export(by, rows, request.GET["export"])
    context |= {
        "rows": rows,
        "chart": chart_of(by, rows) if rows else None,
        "lead": _lead(by, rows),
        "query": f"?{urlencode({key: value for key, value in request.GET.items() if value})}",
        "is_narrowed": any(form.cleaned_data[name] for name in ("since", "until", "supplier", "type")),
    }
    if by == "finding":
        context |= _without_finding(form.scope)
    return render(request, "grading/rejects/pareto.html", context)


def _tabs(data: Mapping[str, str], by: str) -> list[dict[str, Any]]:
    kept = {key: data[key] for key in ("since", "until", "supplier", "type") if data.get(key)}
    return [
        {"label": f"By {word.lower()}", "url": f"?{urlencode(kept | {'by': key})}", "is_here": key == by}
        for key, word in BY.items()
    ]


def _rows(by: str, scope: RejectScope) -> list[Row]:
    bars = pareto(count_rejects(by=by, scope=scope))
    labels = labels_of(by=by, keys=[bar.key for bar in bars])
    return [Row(bar, labels[bar.key], packs_url(scope, by, bar.key)) for bar in bars]


def packs_url(scope: RejectScope, by: str = "", key: str = "") -> str:
    """Return the address of the list of exactly the rejects of ``scope`` that count under ``key``."""
    since, until = scope.since, scope.until
    if by == "month":
        year, month = map(int, key.split("-"))
        first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        since, until = max(first, since or first), min(last, until or last)
    asked = {
        "rejected": "yes",
        "supplier": scope.supplier,
        "type": scope.pack_type,
        "rejected_since": since,
        "rejected_until": until,
    } | ({} if by in ("", "month") else {by: key})
    return f"{reverse('packs')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _lead(by: str, rows: list[Row]) -> str:
    total = sum(row.bar.count for row in rows)
    if not rows or by == "month":
        return ""
    few = next(place for place, row in enumerate(rows, 1) if row.bar.cumulative_percent >= MOST_OF)
    share = rows[few - 1].bar.cumulative_percent
    what = "findings" if by == "finding" else "rejects"
    first = "The first one makes" if few == 1 else f"The first {few} make"
    return f"{first} up {share} % of {total:,} {what}."


def _without_finding(scope: RejectScope) -> dict[str, Any]:
    total = sum(count for _, count in count_rejects(by="rule", scope=scope))
    found = count_with_finding(scope=scope)
    return {
        "with_finding": found,
        "without_finding": total - found,
        "without_url": packs_url(scope, "finding", NONE),
    }


def _export(by: str, rows: list[Row], kind: str) -> HttpResponseBase:
    respond = xlsx_response if kind == "xlsx" else csv_response
    return respond(
        name=f"rejects-by-{by}",
        headings=[
            BY[by],
            "Code",
            "Findings" if by == "finding" else "Rejects",
            "Share (%)",
            "Cumulative (%)",
        ],
        rows=[
            (row.label, row.bar.key, row.bar.count, row.bar.share_percent, row.bar.cumulative_percent)
            for row in rows
        ],
    )
