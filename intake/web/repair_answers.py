"""Answers about a file as forms send them: one field per answer id, only what changes is kept."""

import re
from collections.abc import Mapping
from typing import Any

from intake.models import Manifest

_ID = re.compile(
    r"sheet|encoding|delimiter|header_row|hidden_rows|hidden_columns"
    r"|(?:column|unit|decimal|dates|percent|pad):\d{1,4}|fill:[a-z0-9_]{1,60}|accept:[a-z0-9_]{1,60}:\d{1,4}"
)
_LONGEST = 300


def answers_from(fields: Mapping[str, str], *, now: Mapping[str, str]) -> dict[str, str]:
    """Return the answers among form fields that say something else than ``now``; blanks say nothing."""
    return {
        name: value
        for name, text in fields.items()
        if _ID.fullmatch(name) and (value := _cleaned(name, text)) and value != now.get(name)
    }


def _cleaned(name: str, text: str) -> str:
    kept = text.replace("\0", "")[:_LONGEST]
    return kept if name == "delimiter" else kept.strip()  # a tab is a delimiter


def reading_now(manifest: Manifest, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return how the file was read last, in terms of answers; what nobody has settled is left out."""
    summary = manifest.summary
    now = {
        name: str(summary[name])
        for name in ("sheet", "encoding", "delimiter", "header_row")
        if summary.get(name)
    }
    for column in summary.get("columns", ()):
        index, use = column["index"], column["use"]
        if use == "field":
            now[f"column:{index}"] = column["field"]
            if column.get("unit"):
                now[f"unit:{index}"] = column["unit"]
        elif use != "unknown":
            now[f"column:{index}"] = use
    return now | {name: str(value) for name, value in answers.items()}
