"""Sample values for the page that shows every component once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from rebattery.ui.charts import Axis, Band, Chart, Line, Point, Series
from rebattery.ui.forms import MeasuredDecimalField, TriStateField
from rebattery.ui.labels import BADGES, GRADES
from rebattery.ui.listing import Chip, Column, Heading, ListPage

_AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
_COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, is_code=True),
    Column(key="chemistry", label="Chemistry", value=lambda row: row.chemistry),
    Column(key="soh", label="SOH (%)", value=lambda row: row.soh_percent, is_number=True),
)


@dataclass(frozen=True)
class _Pack:
    serial: str
    chemistry: str
    soh_percent: Decimal


@dataclass(frozen=True)
class _Entry:
    id: int
    at: datetime
    sentence: str
    reason: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()


class BenchForm(forms.Form):
    """One field of each kind."""

    measured_capacity_ah = MeasuredDecimalField(label="Measured capacity", unit="Ah", low=0, high=2000)
    soh_percent = MeasuredDecimalField(label="State of health", unit="%", low=0, high=105)
    instrument = forms.ChoiceField(
        label="Instrument", choices=[("", "Choose"), ("cy1", "CY-1, calibrated to 3 Mar 2027")]
    )
    tested_at = forms.CharField(label="Tested on", required=False, help_text="As 2026-11-22 14:05, in UTC.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 2}))
    is_repeat = forms.BooleanField(label="This repeats an earlier test", required=False)


class TriageForm(forms.Form):
    """Three questions, one in each state."""

    swelling = TriStateField(label="Case or cells swollen?")
    smoke = TriStateField(label="Smoke or sparks?")
    recalled = TriStateField(label="Open recall for this pack?")


def context() -> dict[str, Any]:
    """Return what the style guide shows."""
    bench = BenchForm({"measured_capacity_ah": "1.234,5", "soh_percent": "914", "instrument": ""})
    return {
        "badges": BADGES,
        "grades": [*GRADES, ""],
        "bench": bench,
        "triage": TriageForm({"swelling": "yes", "smoke": "no"}),
        "page": _page(),
        "drift": _drift(),
        "voltage": _voltage(),
        "entries": _entries(),
        "times": {
            "announced": _AT - timedelta(days=9),
            "received": _AT - timedelta(days=2),
            "inspected": _AT,
        },
        "facts": [
            ("Type", "Nissan Leaf, 40 kWh ZE1"),
            ("Rated (Ah)", Decimal("115")),
            ("Baseline (mΩ)", None),
        ],
    }


def _page() -> ListPage:
    rows = [
        _Pack("NC-24-118203", "NMC", Decimal("91.4")),
        _Pack("NC-24-118207", "NMC", Decimal("78.9")),
        _Pack("LF-23-004410", "LFP", Decimal("69.2")),
    ]
    return ListPage(
        rows=rows,
        headings=[
            Heading(label="Serial", sort_url="?sort=-serial", direction="ascending", is_number=False),
            Heading(label="Chemistry", sort_url="", direction="", is_number=False),
            Heading(label="SOH (%)", sort_url="?sort=soh", direction="", is_number=True),
        ],
        filters=[
            {"key": "q", "label": "Serial", "choices": (), "value": ""},
            {
                "key": "chemistry",
                "label": "Chemistry",
                "choices": [("NMC", "NMC"), ("LFP", "LFP")],
                "value": "NMC",
            },
        ],
        chips=[Chip(label="Chemistry", value="NMC", remove_url="?")],
        next_url="?after=2",
        previous_url="",
        query="?chemistry=NMC",
        columns=_COLUMNS,
    )


def _entries() -> list[_Entry]:
    return [
        _Entry(3, _AT, "Tom ordered a retest.", reason="The pulse was 2 s, not 10 s."),
        _Entry(
            2,
            _AT - timedelta(days=2),
            "Ana received the pack.",
            changes=(("status", "announced", "received"),),
        ),
        _Entry(1, _AT - timedelta(days=9), "Batch B-2026-00012 announced this pack (row 14)."),
    ]


def _drift() -> Chart:
    deviations = ("0.1", "0.2", "0.2", "0.5", "1.2")
    points = [
        Point(x=_AT + timedelta(days=7 * week), y=Decimal(value), is_marked=week == 4)
        for week, value in enumerate(deviations)
    ]
    return Chart(
        id="drift",
        title="Deviation of CY-1 from reference pack REF-1, with its tolerance",
        x=Axis(label="Measured", kind="time"),
        y=Axis(label="Deviation", unit="%", places=2, low=-1.5, high=1.5),
        series=[Series(name="Deviation", points=points, has_symbols=True)],
        lines=[
            Line(label="+1 %", value=1, tone="danger"),
            Line(label="−1 %", value=-1, tone="danger"),
        ],
    )


def _voltage() -> Chart:
    hours = [tenth / 10 for tenth in range(31)]
    return Chart(
        id="voltage",
        title="Voltage and current over time, the used range marked",
        x=Axis(label="Time", unit="h", low=0, high=3),
        y=Axis(label="Voltage", unit="V"),
        second_y=Axis(label="Current", unit="A"),
        series=[
            Series(name="Voltage", points=[(hour, 400 - 30 * hour) for hour in hours]),
            Series(
                name="Current",
                kind="step",
                tone="grade-c",
                on_second_axis=True,
                points=[(hour, -38 if 0.5 <= hour < 2.5 else 0) for hour in hours],
            ),
        ],
        bands=[Band(label="Used", start=0.5, end=2.5)],
        zoom=True,
    )
