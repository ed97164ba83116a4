"""One row of a draft: what was understood of it, one cell of it, and leaving it out."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake.domain.manifest.corrections import Corrections, number_in
from intake.domain.manifest.explaining import explain_row
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.plan import Plan
from intake.models import Manifest, ManifestRow
from intake.queries.corrections import corrections_of, in_force
from intake.queries.draft_rows import rows_numbered
from intake.queries.repair import history_of
from intake.services import manifests
from intake.web.repair import back_to, draft_of, is_editable, page_url
from intake.web.repair_check import around
from intake.web.repair_grid import Conflicts, GridCell, GridLine, grid_of, value_text
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation

_MOST_SHOWN = 200


@require_safe
@requires(Capability.VIEW_BATCHES)
def manifest_row(request: HttpRequest, manifest_id: int, row: int) -> HttpResponse:
    """Show what was understood of a row."""
    shown = draft_of(request, manifest_id)
    corrections = corrections_of(manifest=shown)
    line = _line(shown, row, corrections)
    told = explain_row(Plan.from_json(shown.plan), corrections, line.row.cells, row=row)
    words = {each.header: each.rule for each in told}
    context = {
        "manifest": shown,
        "line": line,
        "facts": [(cell, words.get(cell.column.header, "")) for cell in line.cells],
        "others": _others(line),
        "may_edit": person_of(request).may(Capability.UPLOAD_MANIFEST)
        and is_editable(shown)
        and line.is_open,
        "page_url": page_url(shown.pk, {"stage": "check"}, start=row),
    }
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return render(request, "intake/manifests/_understood.html", context | {"is_dialog": True})
    return render(request, "intake/manifests/row.html", context)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_row_choice(request: HttpRequest, manifest_id: int, row: int) -> HttpResponse:
    """Leave a row out, or take it in again."""
    shown = draft_of(request, manifest_id)
    _row_of(shown, row)
    is_drop = request.POST.get("do") == "drop"
    act = manifests.drop_rows if is_drop else manifests.restore_rows
    try:
        changed = act(manifest_id=shown.pk, rows=[row], actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        return _refused(request, shown, row, refused)
    said = f"Row {row} is left out." if is_drop else f"Row {row} is taken in again."
    return _done(request, shown, row, said, also=[each.row for each in changed])


def _others(line: GridLine) -> list[tuple[str, str, str]]:
    """Return label, value and origin of what was understood without a column of its own."""
    given = {cell.column.field for cell in line.cells}
    filled = line.row.values.get("filled_from_catalogue", ())
    return [
        (
            FIELDS[name].label,
            value_text(value),
            "our catalogue" if name in filled else "your answer, or worked out",
        )
        for name, value in line.row.values.items()
        if name in FIELDS and name not in given and value is not None
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.UPLOAD_MANIFEST)
def manifest_cell(request: HttpRequest, manifest_id: int, row: int, column: int) -> HttpResponse:
    """Show a form for one cell, for browsers without script; by POST put a text into it."""
    shown = draft_of(request, manifest_id)
    cell = _cell(_line(shown, row, corrections_of(manifest=shown)), column)
    if request.method != "POST":
        return _cell_page(request, shown, row, cell, cell.text)
    text = request.POST.get("text", "").replace("\0", "").strip()
    try:
        changed = manifests.edit_cells(
            manifest_id=shown.pk,
            cells={row: {column: text}},
            expected={(row, column): _seen(request, cell)},
            actor=actor_of(request),
            at=timezone.now(),
        )
    except manifests.CellChanged:
        return _conflict(request, shown, row, column, text)
    except RuleViolation as refused:
        return _refused(request, shown, row, refused)
    said = f"Row {row} is changed." if text != cell.text else ""
    return _done(request, shown, row, said, also=[each.row for each in changed])


def _seen(request: HttpRequest, cell: GridCell) -> str:
    """Return what the person saw in the cell; forms turn its line ends into others, which changes nothing."""
    seen = request.POST.get("was", cell.text)
    return cell.text if seen.split() == cell.text.split() else seen


def _cell_page(
    request: HttpRequest, manifest: Manifest, row: int, cell: GridCell, text: str, status: int = 200
) -> HttpResponse:
    context = {
        "manifest": manifest,
        "row": row,
        "cell": cell,
        "text": text,
        "may_edit": is_editable(manifest),
        "page_url": page_url(manifest.pk, {"stage": "check"}, start=row),
    }
    return render(request, "intake/manifests/cell.html", context, status=status)


def _conflict(request: HttpRequest, manifest: Manifest, row: int, column: int, typed: str) -> HttpResponse:
    """Show both values; nothing was changed."""
    if request.htmx:  # type: ignore[attr-defined]
        return _fragment(request, manifest, row, [row], conflicts={(row, column): typed})
    cell = _cell(_line(manifest, row, corrections_of(manifest=manifest)), column)
    said = f"Somebody changed this cell to “{cell.text}” meanwhile; you typed “{typed}”."
    messages.error(request, f"{said} Nothing was changed. Save again to use yours.")
    return _cell_page(request, manifest, row, cell, typed)


def _done(
    request: HttpRequest, manifest: Manifest, row: int, said: str, also: list[int] | None = None
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _fragment(request, manifest, row, [row, *(also or ())])
    if said:
        messages.success(request, said)
    if "back" in request.POST:
        return back_to(request, manifest.pk)
    return redirect(f"{page_url(manifest.pk, {'stage': 'check'}, start=row)}#row-{row}")


def _refused(request: HttpRequest, manifest: Manifest, row: int, refused: RuleViolation) -> HttpResponse:
    said = f"{refused.message} Nothing was changed."
    if request.htmx:  # type: ignore[attr-defined]
        response = _fragment(request, manifest, row, [row])
        response["HX-Trigger"] = json.dumps({"rb:say": {"text": said, "tone": "error"}})
        return response
    messages.error(request, said)
    return redirect(page_url(manifest.pk, {"stage": "check"}, start=row))


def _fragment(
    request: HttpRequest,
    manifest: Manifest,
    row: int,
    rows: list[int],
    conflicts: Conflicts | None = None,
) -> HttpResponse:
    """Answer with the row, those changed rows that the page shows, and all that stands around them."""
    manifest = draft_of(request, manifest.pk)  # as it stands now
    if not is_editable(manifest):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    steps = history_of(manifest=manifest)
    shown = _numbers(request, "shown")
    found = rows_numbered(manifest=manifest, numbers=[n for n in {*rows} if n == row or n in shown])
    grid = grid_of(manifest, in_force(steps), order=_numbers(request, "columns"))
    lines = grid.lines(found, conflicts or {})
    asked = {"stage": "check", "show": request.POST.get("show", "")}
    context = {
        "manifest": manifest,
        "line": next(line for line in lines if line.row.row == row),
        "others": [line for line in lines if line.row.row != row],
        "may_edit": True,
        "swap": True,
        "today": timezone.localdate(),
        **around(manifest, asked, steps),
    }
    return render(request, "intake/manifests/_changed.html", context)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """Return what the page says that it shows: its rows, or its columns in their order."""
    texts = request.POST.get(name, "").split(",")[:_MOST_SHOWN]
    return [number for text in texts if (number := number_in(text)) is not None]


def _row_of(manifest: Manifest, number: int) -> ManifestRow:
    found = rows_numbered(manifest=manifest, numbers=[number])
    if not found:
        raise Http404
    return found[0]


def _line(manifest: Manifest, number: int, corrections: Corrections) -> GridLine:
    return grid_of(manifest, corrections).lines([_row_of(manifest, number)])[0]


def _cell(line: GridLine, index: int) -> GridCell:
    cell = next((cell for cell in line.cells if cell.column.index == index), None)
    if cell is None:
        raise Http404
    return cell
