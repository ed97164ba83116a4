"""Components of every page; loaded everywhere, so no template has to ask for them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from rebattery.ui.charts import Chart
from rebattery.ui.labels import BADGES, BRANCHES, GRADES, SCAN_TONES, STATE_TRACK
from rebattery.ui.templatetags.words import poll_interval

register = template.Library()


# Components around content


def _around(component: str, content: SafeString, **variables: Any) -> SafeString:
    return render_to_string(f"components/{component}.html", {"content": content, **variables})


@register.simple_block_tag
def page_head(
    content: SafeString, title: str, lead: str = "", back_url: str = "", back_label: str = ""
) -> SafeString:
    """Open a page: its one ``h1``; the content holds the actions."""
    return _around("page_head", content, title=title, lead=lead, back_url=back_url, back_label=back_label)


@register.simple_block_tag
def pane(
    content: SafeString,
    title: str = "",
    hint: str = "",
    id: str = "",
    is_flush: bool = False,
    actions: str = "",
    tone: Literal["", "danger"] = "",
) -> SafeString:
    """Frame a part of a page; ``is_flush`` lets a table or list touch the frame."""
    return _around(
        "pane", content, title=title, hint=hint, id=id, is_flush=is_flush, actions=actions, tone=tone
    )


@register.simple_block_tag
def data_table(content: SafeString, label: str, id: str = "") -> SafeString:
    """Hold a table's head and body; ``j`` and ``k`` walk the first links of its rows."""
    return _around("data_table", content, label=label, id=id)


@register.simple_block_tag
def list_rows(
    content: SafeString, page: Any, caption: str, no_match: str = "Nothing fits these filters."
) -> SafeString:
    """Frame the rows of a ``ListPage``, which are the content, where ``list_table`` cannot show them.

    Of a list that ``is_bare`` the page itself says what is missing, below.
    """
    return _around("list_rows", content, page=page, caption=caption, no_match=no_match)


@register.simple_block_tag
def hazard_bar(content: SafeString, title: str) -> SafeString:
    """Warn above the whole page of a hazardous pack; it cannot be dismissed."""
    return _around("hazard_bar", content, title=title)


@register.simple_block_tag
def empty(content: SafeString, title: str, text: str = "") -> SafeString:
    """Say that there is nothing and why; the content holds the next action."""
    return _around("empty", content, title=title, text=text)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: template.Context,
    content: SafeString,
    id: str,
    title: str,
    action: str,
    button: str,
    verb: str = "",
    key: str = "",
    is_danger: bool = False,
) -> SafeString:
    """Render a button which opens a dialog that posts to ``action``; the content holds text and fields."""
    variables: dict[str, Any] = {"id": id, "title": title, "action": action, "button": button}
    variables |= {
        "verb": verb or button,
        "key": key,
        "is_danger": is_danger,
        "csrf_token": context.get("csrf_token", ""),
    }
    return _around("confirm", content, **variables)


# Leaves


@register.inclusion_tag("components/status_badge.html")
def status_badge(code: Any, kind: str = "pack") -> dict[str, Any]:
    """Show a state in words, shape and color.

    :raises KeyError: when ``rebattery.ui.labels`` does not know the state.
    """
    return BADGES[kind][str(code)]._asdict()


@register.inclusion_tag("components/grade_chip.html")
def grade_chip(
    grade: str | None, policy: str = "", size: Literal["", "big"] = "", is_override: bool = False
) -> dict[str, Any]:
    """Show a grade with the policy that gave it or that people overrode, or "not graded".

    :raises KeyError: for an unknown letter.
    :raises ValueError: for a letter without its policy; it would mean nothing.
    """
    if grade and not policy:
        raise ValueError(f"grade {grade} is shown without its policy")
    source = f"override of {policy}" if is_override else policy
    return {"grade": grade, "word": GRADES[grade] if grade else "", "policy": source, "size": size}


@register.inclusion_tag("components/hazard_tag.html")
def hazard_tag(text: str, level: Literal["stop", "warning", ""] = "stop") -> dict[str, str]:
    """Show a hazard as shape, word and border; an empty level shows plain words."""
    return {"text": text, "level": level}


@register.inclusion_tag("components/state_track.html")
def state_track(
    status: str, times: Mapping[str, datetime] | None = None, reached: str = ""
) -> dict[str, Any]:
    """Show how far a pack has come; ``times`` maps states to when they were reached.

    :param reached: last step before a pack left the way, when the usual one is wrong.
    :raises KeyError: for an unknown state.
    """
    times, badge, steps = times or {}, BADGES["pack"][str(status)], list(STATE_TRACK)
    is_aside = status not in STATE_TRACK
    here = steps.index((reached or BRANCHES[str(status)]) if is_aside else str(status))
    rows: list[dict[str, Any]] = [
        {"label": STATE_TRACK[step], "at": times.get(step), "look": "done" if place <= here else ""}
        for place, step in enumerate(steps)
    ]
    if is_aside:
        rows[here + 1 :] = [
            {"label": badge.label, "at": times.get(str(status)), "look": f"here {_aside(badge.tone)}"}
        ]
    else:
        rows[here]["look"] = "here"
    return {"steps": rows}


def _aside(tone: str) -> str:
    return "aside" if tone == "stop" else ""


@register.inclusion_tag("components/scan_result.html")
def scan_result(outcome: str, code: str, text: str = "", url: str = "") -> dict[str, str]:
    """Show the outcome of a scan, large, with its sound.

    :raises KeyError: for an unknown outcome.
    """
    label = BADGES["scan"][str(outcome)].label
    return {"tone": SCAN_TONES[str(outcome)], "label": label, "code": code, "text": text, "url": url}


@register.inclusion_tag("components/progress.html")
def progress(
    label: str,
    done: int,
    total: int,
    url: str = "",
    running_for_s: float = 0,
    id: str = "progress",
    note: str = "",
) -> dict[str, Any]:
    """Show a job; while it runs, give the ``url`` that answers with this block anew."""
    percent = min(100, done * 100 // total) if total else 0
    variables = {"id": id, "label": label, "done": done, "total": total, "url": url, "note": note}
    return variables | {"percent": percent, "every": poll_interval(running_for_s)}


@register.inclusion_tag("components/tile.html")
def tile(
    number: Any, label: str, url: str = "", tone: Literal["", "ok", "wait", "stop"] = "", note: str = ""
) -> dict[str, Any]:
    """Show a number that leads to the list behind it; nothing to do (0) shows no tone."""
    return {
        "number": number,
        "label": label,
        "url": url,
        "tone": "" if str(number) == "0" else tone,
        "note": note,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any], trail_links: bool = False, current: int = 0) -> dict[str, Any]:
    """Show entries of the trail, newest first, as sentences with before and after on demand."""
    return {"entries": entries, "trail_links": trail_links, "current": current}


@register.inclusion_tag("components/list_table.html")
def list_table(page: Any, caption: str, row_url: str = "", empty_text: str = "") -> dict[str, Any]:
    """Show a whole ``ListPage``: filters, table, pager, exports. ``row_url`` names the URL of a row's key."""
    return {"page": page, "caption": caption, "row_url": row_url, "empty_text": empty_text}


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """Show a chart with the same figures as a table; the page loads ``chart_scripts``."""
    return {"chart": chart, "table": chart.table, "data": chart.to_json(), "data_id": f"{chart.id}-data"}


@register.inclusion_tag("components/chart_scripts.html")
def chart_scripts() -> dict[str, Any]:
    """Load what draws the charts of a page; belongs into its block ``scripts``."""
    return {}
