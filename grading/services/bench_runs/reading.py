"""Read what is typed in a run: texts become the input of a result, what cannot be read is told by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grading.domain.bench_fields import FIELDS, NOTHING, Unreadable
from grading.domain.member_lines import read_members
from grading.queries.bench_runs import Means
from grading.services.test_runs import CapacityInput, ResistanceInput

FIELD_OF = {
    "instrument_id": "instrument",
    "channel_id": "channel",
    "procedure_id": "procedure",
    "reference_source": "reference",
    "basis": "reference",
}
"""What the services call what a row names otherwise."""


@dataclass(frozen=True)
class Reading:
    """A row as it was understood."""

    input: CapacityInput | ResistanceInput
    faults: dict[str, str]
    """What could not be read, by field of the row."""


def effective(kind: str, head: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that hold for a row: its own, else the head's where the head may speak for it."""
    texts = {}
    for name, field in FIELDS[kind].items():
        own = values.get(name, "").strip()
        text = own or (str(head.get(name, "")) if field.is_of_head else "")
        texts[name] = "" if text.strip() == NOTHING else text
    return texts


def read_row(kind: str, texts: Mapping[str, str], pack_id: int, means: Means) -> Reading:
    """Return what ``texts``, those that hold for a row, say."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, field in FIELDS[kind].items():
        try:
            values[name] = field.read(texts.get(name, ""))
        except Unreadable as exc:
            values[name] = None if field.kind in ("number", "moment", "yes_no") else ""
            faults[name] = str(exc)
    values |= _named(values, faults, means)
    values["pack_id"] = pack_id
    if kind == "resistance":
        return Reading(ResistanceInput(**values), faults)
    source, _, basis = values.pop("reference").partition(":")
    members, unread = read_members(values["members"])
    if unread:
        faults["members"] = "; ".join(f"{_place(key)}{text}" for key, text in list(unread.items())[:5])
    values |= {"reference_source": source, "basis": basis, "members": members}
    return Reading(CapacityInput(**values), faults)


def as_fields(faults: Mapping[str, str]) -> dict[str, str]:
    """Return the services' faults by the fields of a row."""
    found: dict[str, str] = {}
    for name, text in faults.items():
        if name.startswith("members."):
            text, name = f"{_place(name)}{text}", "members"
        name = FIELD_OF.get(name, name)
        found[name] = f"{found[name]} {text}" if name in found and text not in found[name] else text
    return found


def _place(key: str) -> str:
    parts = key.split(".")
    return f"Member {int(parts[1]) + 1}: " if len(parts) > 1 else ""


def _named(values: dict[str, Any], faults: dict[str, str], means: Means) -> dict[str, Any]:
    """Take the codes out of ``values`` and return the keys that they name."""
    code, channel_code, procedure = (values.pop(name) for name in ("instrument", "channel", "procedure"))
    instrument = means.instruments.get(code.casefold())
    if code and not instrument:
        faults["instrument"] = f"No instrument that can measure this has the code {code}."
    # The head names a channel with its instrument: channels of two instruments bear the same code.
    bare = channel_code.casefold().removeprefix(f"{code.casefold()}/")
    channel = means.channels.get((instrument.pk, bare)) if instrument else None
    if channel_code and instrument and not channel:
        faults["channel"] = f"{instrument.code} has no channel {channel_code}."
    version = means.procedures.get(procedure.casefold())
    if procedure and not version:
        faults["procedure"] = f"No procedure of this kind is called {procedure}."
    return {
        "instrument_id": instrument.pk if instrument else None,
        "channel_id": channel.pk if channel else None,
        "procedure_id": version.pk if version else None,
    }
