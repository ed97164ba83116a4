"""What the check of a draft shows: questions, problems by rule, rows, figures and the next effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.domain.manifest.corrections import Corrections, number_in
from intake.models import Manifest, ManifestCorrection
from intake.queries.draft_rows import (
    RowCounts,
    RowFilter,
    RowPage,
    counts_of,
    narrowed,
    problem_before,
    problem_beyond,
    row_page,
)
from intake.queries.outlines import outline_of
from intake.queries.repair import groups_of
from intake.web.repair import page_url
from intake.web.repair_columns import questions_of
from intake.web.repair_grid import grid_of

_CHIPS = (
    ("", "All", "all"),
    ("error", "Errors", "error"),
    ("question", "Questions", "question"),
    ("warning", "Warnings", "warning"),
    ("duplicate", "Duplicates", "duplicate"),
    ("ready", "Ready", "ready"),
    ("dropped", "Left out", "dropped"),
    ("announced", "Announced", "announced"),
)
_FEW = 4
"""So many options are shown as buttons; more as a choice."""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter of the grid with the number of its rows."""

    label: str
    count: int
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What announcing would do, in the words of the button, and why it cannot be done."""

    valid: str
    """Label of the button for the ready rows alone."""
    everything: str
    """Label of the button for all rows or nothing."""
    refused_valid: str
    """Why not the ready rows; empty when it can be done."""
    refused_everything: str
    held: int
    is_end: bool
    """Packs were announced and no row is open: all that is left is to say that no more will come."""


def effect_of(counts: RowCounts, questions: Sequence[Mapping[str, Any]]) -> Effect:
    """Tell what announcing would do now."""
    packs, held = counts.ready, counts.held
    stay = f"; {held} {_plural(held, 'stays', 'stay')} in the draft" if held else ""
    is_end = bool(counts.announced) and not packs and not held
    refused = ""
    if questions:
        asked = len(questions)
        refused = f"Answer {asked} {_plural(asked, 'question', 'questions')} about the file first."
    elif not packs and not is_end:
        refused = "No row is ready yet." if held else "There is no row to announce."
    them = _plural(held, "it", "them")
    unready = f"{held} {_plural(held, 'row is', 'rows are')} not ready: mend {them} or leave {them} out."
    blocked = refused or (unready if held else "")
    everything = f"Announce all {packs + held} {_plural(packs + held, 'pack', 'packs')}"
    return Effect(
        valid=f"Announce {packs} {_plural(packs, 'pack', 'packs')}{stay}",
        everything="Finish: the rows left out are not sent" if is_end else everything,
        refused_valid=refused,
        refused_everything=blocked,
        held=held,
        is_end=is_end,
    )


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def around(
    manifest: Manifest, asked: Mapping[str, str], steps: Sequence[ManifestCorrection]
) -> dict[str, Any]:
    """Return all that stands around the rows and changes with every one of them."""
    counts, questions = counts_of(manifest=manifest), questions_of(manifest)
    effect = effect_of(counts, questions)
    asked_about = {(question["rule"], question.get("column") or "") for question in questions}
    return {
        "counts": counts,
        "chips": _chips(manifest, asked, counts),
        "questions": [question | {"is_long": len(question["options"]) > _FEW} for question in questions],
        "groups": [
            (group, page_url(manifest.pk, {}, stage="check", rule=group.rule, column=group.column))
            for group in groups_of(manifest=manifest)
            if (group.rule, group.column) not in asked_about and not effect.is_end
        ],
        "outline": outline_of(manifest=manifest),
        "effect": effect,
        "last_step": _last_step(manifest, steps),
        "steps": steps,
        "back": page_url(manifest.pk, asked).partition("?")[2],
    }


def _last_step(manifest: Manifest, steps: Sequence[ManifestCorrection]) -> ManifestCorrection | None:
    """Return the step that can be taken back; none that went into the batch can."""
    announced = manifest.summary.get("announced_up_to", 0)
    return next((step for step in steps if step.undone_at is None and step.position > announced), None)


def check_context(
    manifest: Manifest,
    asked: Mapping[str, str],
    steps: Sequence[ManifestCorrection],
    corrections: Corrections,
    *,
    today: date,
) -> dict[str, Any]:
    """Return all that the stage "check" shows; ``corrections`` are what ``steps`` come to."""
    rule, column = asked.get("rule", ""), asked.get("column", "")
    wanted = RowFilter(show=asked.get("show", ""), rule=rule, column=column if rule else "")
    rows = narrowed(manifest=manifest, wanted=wanted)
    start, before = (number_in(asked.get(name, "")) or 0 for name in ("start", "before"))
    page = row_page(rows=rows, start=start, before=before)
    grid = grid_of(manifest, corrections)
    context = around(manifest, asked, steps)
    return context | {
        "columns": grid.columns,
        "lines": grid.lines(page.rows),
        "page": _pager(manifest, asked, page),
        "rule": next((group for group, _ in context["groups"] if rule and group.rule == rule), None),
        "without_rule_url": page_url(manifest.pk, asked, rule="", column="", start="", before=""),
        "today": today,
        **_beyond(manifest, page),
    }


def _chips(manifest: Manifest, asked: Mapping[str, str], counts: RowCounts) -> list[Chip]:
    return [
        Chip(
            label=label,
            count=getattr(counts, name),
            url=page_url(manifest.pk, {}, stage="check", show=show),
            is_current=not asked.get("rule") and show == asked.get("show", ""),
        )
        for show, label, name in _CHIPS
        if show != "announced" or counts.announced
    ]


def _pager(manifest: Manifest, asked: Mapping[str, str], page: RowPage) -> dict[str, str]:
    previous, following = page.previous_row, page.next_row
    return {
        "previous_url": page_url(manifest.pk, asked, before=previous, start="") if previous else "",
        "next_url": page_url(manifest.pk, asked, start=following, before="") if following else "",
    }


def _beyond(manifest: Manifest, page: RowPage) -> dict[str, str]:
    """Return where the keys for problems lead when this page has no more of them."""
    if not page.rows:
        return {"next_problem_url": "", "previous_problem_url": ""}
    after = problem_beyond(manifest=manifest, row=page.rows[-1].row)
    earlier = problem_before(manifest=manifest, row=page.rows[0].row)
    stage = {"stage": "check"}
    return {
        "next_problem_url": f"{page_url(manifest.pk, stage, start=after)}#row-{after}" if after else "",
        "previous_problem_url": f"{page_url(manifest.pk, stage, before=earlier + 1)}#row-{earlier}"
        if earlier
        else "",
    }
