"""A procedure as a person reads it, and what a version changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grading.domain.procedure_fields import GROUPS, STATUS_WORDS, Field, fields_of, value_at

Document = Mapping[str, Any]
NOT_KNOWN = "not known"
NOT_ASKED = "not asked for"


@dataclass(frozen=True)
class Section:
    """Fields that belong together."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """Label and value with its unit."""


@dataclass(frozen=True)
class Difference:
    """One field that two versions have differently; an empty side was not there."""

    label: str
    before: str
    after: str


def sections(document: Document) -> list[Section]:
    """Return all fields of a sound ``document`` in words, title and summary left out."""
    hidden = {"title", "summary"}
    if document["voltage_limits"]["by"] == "pack_type":
        hidden |= {"voltage_limits.min_v", "voltage_limits.max_v"}
    fields = [field for field in fields_of(document["kind"]) if field.path not in hidden]
    found = []
    for group in GROUPS:
        rows = tuple((f.label, in_words(f, document)) for f in fields if f.group == group)
        if rows:
            found.append(Section(group, rows))
    return found


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what ``after`` changed of ``before``, an earlier version of the same kind."""
    found = []
    for field in fields_of(after["kind"]):
        old, new = in_words(field, before), in_words(field, after)
        if old != new:
            found.append(Difference(field.label, old, new))
    old_sources, new_sources = ([_source(s) for s in d["sources"]] for d in (before, after))
    found += [Difference("Source", text, "") for text in old_sources if text not in new_sources]
    return found + [Difference("Source", "", text) for text in new_sources if text not in old_sources]


def in_words(field: Field, document: Document) -> str:
    """Return the value of ``field`` with its unit."""
    value = value_at(document, field.path)
    if field.path == "c_rate" and value is None:
        return "as each test states"
    if value is None or value == []:
        return NOT_KNOWN if field.path.startswith("uncertainty.") else NOT_ASKED
    if field.choices:
        words = dict(field.choices)
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(words[item] for item in chosen)
    unit = f" {field.unit}" if field.unit else ""
    if field.type == "window":
        return f"{value[0]} to {value[1]}{unit}"
    if isinstance(value, list):
        return f"{', '.join(value)}{unit}"
    return f"{value}{unit}"


def _source(source: Mapping[str, str]) -> str:
    return f"{STATUS_WORDS[source['status']]}: {source['text']}"
