"""Components as template tags; the words and tones of every state come from the tables here."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from rebattery.ui.listing import ListPage

register = template.Library()

# Tone is one of: plain, busy, good, warn, stop.
STATUSES: dict[str, tuple[str, str]] = {
    "announced": ("Announced", "plain"),
    "received": ("Received", "busy"),
    "inspected": ("Inspected", "busy"),
    "tested": ("Tested", "busy"),
    "graded": ("Graded", "good"),
    "in_review": ("In review", "warn"),
    "quarantined": ("Quarantined", "stop"),
    "rejected": ("Rejected", "stop"),
    "missing": ("Missing", "warn"),
    "withdrawn": ("Withdrawn", "plain"),
    "queued": ("Waiting", "plain"),
    "running": ("Reading", "busy"),
    "imported": ("Imported", "good"),
    "refused": ("Refused", "warn"),
    "failed": ("Failed", "stop"),
    "open": ("Open", "busy"),
    "closed": ("Closed", "plain"),
    "override_requested": ("Second person", "warn"),
    "confirmed": ("Confirmed", "plain"),
    "overridden": ("Overridden", "warn"),
    "retest_ordered": ("Retest ordered", "busy"),
    "superseded": ("Superseded", "plain"),
    "active": ("Active", "good"),
    "inactive": ("Inactive", "plain"),
    "lapsed": ("Calibration lapsed", "stop"),
    "calibrated": ("Calibrated", "good"),
    "revoked": ("Revoked", "plain"),
    "expired": ("Expired", "plain"),
    "error": ("Error", "stop"),
    "warning": ("Warning", "warn"),
}
HAZARDS = {"critical": ("stop", "⯃"), "damaged": ("stop", "⯃"), "warning": ("warn", "▲")}
GRADES = {"A": "a", "B": "b", "C": "c", "D": "r", "H": "h", "Q": "r", "X": "r"}
GRADE_WORDS = {"D": "reject", "H": "hold", "Q": "quarantine", "X": "out of scope"}
TRACK = ("announced", "received", "inspected", "tested", "graded")
ROUTES = {
    "pack_reuse": "Pack reuse",
    "small_application": "Small application",
    "recycling": "Recycling",
    "hold": "Hold",
    "quarantine": "Quarantine",
    "out_of_scope": "Out of scope",
}


def _component(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)


@register.filter
def when(value: datetime | None) -> str:
    """Show a moment so that nobody can misread it: 2026-11-22 14:05 UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if value else "—"


@register.filter
def day(value: date | datetime | str | None) -> str:
    """Show a date as 22 Nov 2026."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return f"{value.day} {value:%b %Y}" if value else "—"


@register.filter
def places(value: Decimal | float | str | None, count: int = 1) -> str:
    """Show a number with ``count`` decimals and thousands apart; a missing one as a dash."""
    if value is None or value == "":
        return "—"
    return f"{Decimal(str(value)):,.{count}f}"


@register.filter
def or_dash(value: Any) -> Any:
    """Show a missing value as a dash."""
    return "—" if value is None or value == "" else value


@register.filter
def route_words(value: str) -> str:
    """Say a route in words."""
    return ROUTES[value]


@register.filter
def cells(page: ListPage, row: Any) -> list[Any]:
    """Give the cells of one row of a list page."""
    return page.cells(row)


@register.simple_tag
def status(code: str) -> SafeString:
    """Show a state as words with a tone; an unknown code is a mistake of ours and raises."""
    label, tone = STATUSES[code]
    return _component("status", label=label, tone=tone)


@register.simple_tag
def grade(letter: str | None, policy: str = "") -> SafeString:
    """Show a grade chip; a letter means nothing without its policy, so that stands beside it."""
    if not letter:
        return _component("grade", letter="")
    return _component(
        "grade", letter=letter, shape=GRADES[letter], word=GRADE_WORDS.get(letter, ""), policy=policy
    )


@register.simple_tag
def hazard(safety: str, text: str) -> SafeString:
    """Show a hazard by shape, word and border; plain words when there is none."""
    tone, shape = HAZARDS.get(safety, ("none", ""))
    return _component("hazard", tone=tone, shape=shape, text=text)


@register.simple_tag
def state_track(code: str) -> SafeString:
    """Show how far a pack has come; a state beside the way is named at the end."""
    reached = TRACK.index(code) if code in TRACK else -1
    steps = [
        {"label": STATUSES[step][0], "state": "done" if i < reached else "here" if i == reached else "ahead"}
        for i, step in enumerate(TRACK)
    ]
    aside = STATUSES[code] if reached < 0 else None
    return _component("state_track", steps=steps, aside=aside)


@register.simple_tag
def tile(number: Any, label: str, url: str = "", tone: str = "plain", note: str = "") -> SafeString:
    """Show one number that leads to the things behind it."""
    return _component("tile", number=number, label=label, url=url, tone=tone, note=note)


@register.simple_tag
def empty(title: str, text: str = "", url: str = "", action: str = "") -> SafeString:
    """Say that there is nothing, why, and what to do next."""
    return _component("empty", title=title, text=text, url=url, action=action)


@register.simple_tag
def timeline(entries: Iterable[Any], trail_links: bool = False) -> SafeString:
    """Show trail entries as sentences with before and after on demand."""
    return _component("timeline", entries=entries, trail_links=trail_links)


@register.simple_tag
def progress(
    label: str, done: int, total: int, url: str = "", every: int = 1, ident: str = "progress"
) -> SafeString:
    """Show a running job; with ``url`` it asks again every ``every`` seconds."""
    share = round(100 * done / total) if total else None
    return _component(
        "progress", label=label, done=done, total=total, url=url, every=every, share=share, ident=ident
    )


@register.simple_tag(takes_context=True)
def list_table(
    context: template.Context, page: ListPage, *, caption: str, row_url: str = "", empty_text: str = ""
) -> SafeString:
    """Show a list page: filters, chips, table, pager. ``row_url`` names the URL that takes a row's key."""
    values = {"page": page, "caption": caption, "row_url": row_url, "empty_text": empty_text}
    return render_to_string("components/list_table.html", values, request=context.get("request"))


@register.simple_block_tag
def pane(content: str, title: str = "", ident: str = "", note: str = "") -> SafeString:
    """Frame a part of a page under its heading."""
    return _component("pane", content=content, title=title, ident=ident, note=note)


@register.simple_block_tag
def dialog(
    content: str, ident: str, title: str, button: str, tone: str = "plain", key: str = ""
) -> SafeString:
    """Ask before an act: a button that opens a dialog holding the form."""
    return _component("dialog", content=content, ident=ident, title=title, button=button, tone=tone, key=key)
