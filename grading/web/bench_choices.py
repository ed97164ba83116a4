"""Lists of instruments and channels to choose from: what may not measure is shown and closed, with why."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms

from grading.models import Channel
from grading.queries.instruments import Standing

CHOOSE = ("", "Choose")


class ClosableSelect(forms.Select):
    """A list in which some choices can be seen but not taken; a scanner may choose by their codes."""

    closed: Sequence[int] = ()
    codes: Mapping[int, str] = MappingProxyType({})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.closed:
            option["attrs"]["disabled"] = True
        if value in self.codes:
            option["attrs"]["data-code"] = self.codes[value]
        return option


def offer_instruments(field: Any, standings: Sequence[Standing]) -> None:
    """Let a ``ClosableSelect`` offer instruments; one that may not measure is closed."""
    field.choices = [CHOOSE, *((each.instrument.pk, each.label) for each in standings)]
    field.widget.closed = [each.instrument.pk for each in standings if each.fault]


def offer_channels(field: Any, standings: Sequence[Standing], channels: Sequence[Channel]) -> None:
    """Let a ``ClosableSelect`` offer channels by instrument; one that may not measure is closed, with why."""
    against = {pk: found.why for each in standings for pk, found in each.channels.items()}
    closed = {each.instrument.pk: each.fault for each in standings if each.fault}
    groups: dict[str, list[tuple[int, str]]] = {}
    for channel in channels:
        why = closed.get(channel.instrument_id, "") or against.get(channel.pk, "")
        label = f"{channel.code} — {why}" if why else channel.code
        groups.setdefault(channel.instrument.code, []).append((channel.pk, label))
        if why:
            field.widget.closed = [*field.widget.closed, channel.pk]
    field.choices = [("", "None"), *groups.items()]
