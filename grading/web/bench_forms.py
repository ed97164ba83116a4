"""What an operator fills in at the bench; shape only, the services check meaning."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from grading.domain.bench_fields import as_kept
from grading.domain.measurement import PLAUSIBLE
from grading.domain.member_lines import HEADINGS, read_members
from grading.domain.members import Member
from grading.domain.resistance import Baseline
from grading.models import CapacityTest, Channel, ProcedureVersion, ResistanceTest
from grading.queries.bench import Reference
from grading.queries.instruments import Standing
from grading.services.test_runs import CapacityInput, ResistanceInput
from grading.web.bench_choices import CHOOSE, ClosableSelect, offer_channels, offer_instruments
from rebattery.ui.forms import MeasuredDecimalField, MomentInput, minute_of

UNITS = {"ah": "Ah", "kwh": "kWh"}
"""Unit of each basis of an SOH."""
ON_LABEL = [(f"label:{basis}", f"Label on the pack, in {unit}") for basis, unit in UNITS.items()]
"""References whose value a person reads off the pack."""
_FIELD_OF = {"reference_source": "reference", "basis": "reference"}
"""What the services call what a form asks for otherwise."""


def measured(name: str, label: str, *, help_text: str = "", required: bool = True) -> MeasuredDecimalField:
    """Return the field of a measured value with its unit and plausible range."""
    limits = PLAUSIBLE[name]
    return MeasuredDecimalField(
        label=label,
        unit=limits.unit,
        low=limits.low,
        high=limits.high,
        help_text=help_text,
        required=required,
    )


def confirming() -> forms.CharField:
    """Return the field of what is said where a value is hardly plausible."""
    return forms.CharField(
        label="Why a hardly plausible value is right",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed only when a value is asked about: read it again first.",
    )


_TEXTS = (forms.CharField, forms.ChoiceField)


class ResultForm(forms.Form):
    """What every result has."""

    instrument_id = forms.TypedChoiceField(
        label="Instrument",
        coerce=int,
        widget=ClosableSelect,
        help_text="A gray one may not measure; beside it stands why.",
    )
    channel_id = forms.TypedChoiceField(
        label="Channel",
        coerce=int,
        empty_value=None,
        required=False,
        widget=ClosableSelect,
        help_text="Of the instrument; the uncertainty follows from its accuracy.",
    )
    procedure_id = forms.TypedChoiceField(
        label="Procedure",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Where the test departs from it, the result says so.",
    )
    measured_at = forms.DateTimeField(
        label="Measured at (UTC)",
        widget=MomentInput,
    )
    temperature_degc = measured("temperature_degc", "Temperature")
    ambient_degc = measured("ambient_degc", "Ambient temperature", required=False)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    confirmation = confirming()
    reason = forms.CharField(
        label="Why it takes the place of the current result",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed when there is one of the same kind. Both stay visible, with this reason.",
    )

    def __init__(
        self,
        data: Any,
        *,
        standings: Sequence[Standing],
        channels: Sequence[Channel],
        procedures: Sequence[ProcedureVersion],
        has_result: bool,
        retest_reason: str,
        at: datetime,
        typed: Mapping[str, str] = MappingProxyType({}),
    ):
        reason = f"Retest ordered: {retest_reason}" if retest_reason else ""
        super().__init__(data, initial={"measured_at": minute_of(at), "reason": reason} | dict(typed))
        field: Any = self.fields["instrument_id"]
        offer_instruments(field, standings)
        field.widget.codes = {each.instrument.pk: each.instrument.code for each in standings}
        offer_channels(self.fields["channel_id"], standings, channels)
        self._offer("procedure_id", [(each.pk, str(each)) for each in procedures])
        if not has_result:
            del self.fields["reason"]

    def typed_values(self) -> dict[str, str]:
        """Return what stands in the fields as typed, readable or not; blanks are left out."""
        texts = {name: as_kept(str(self[name].value() or "")) for name in self.fields}
        return {name: text for name, text in texts.items() if text.strip()}

    def so_far(self) -> dict[str, Any]:
        """Return what can be read of the fields; the rest is blank."""
        blanks = {name: "" if type(f) in _TEXTS else None for name, f in self.fields.items()}
        return blanks | self.cleaned_data

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """Show the services' faults at their fields, beside what could not be read."""
        for name, text in faults.items():
            name = _FIELD_OF.get(name, "members" if name.startswith("members.") else name)
            if name in self.errors:
                continue
            self.add_error(name if name in self.fields else None, text)

    def _offer(self, name: str, choices: Sequence[tuple[int, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", "None"), *choices]


class CapacityForm(ResultForm):
    """A capacity test; SOH is not here, because it is computed."""

    prefix = "capacity"
    method = forms.ChoiceField(choices=[CHOOSE, *CapacityTest.Method.choices])
    reference = forms.ChoiceField(
        label="Reference: what 100 % means", help_text="SOH is computed against it, in the same unit."
    )
    reference_value = MeasuredDecimalField(
        label="Value on the label (Ah or kWh)",
        unit="",
        required=False,
        help_text="Only when the label is the reference.",
    )
    measured_capacity_ah = measured(
        "measured_capacity_ah", "Measured charge", required=False, help_text="Needed for a reference in Ah."
    )
    measured_energy_kwh = measured(
        "measured_energy_kwh", "Measured energy", required=False, help_text="Needed for a reference in kWh."
    )
    c_rate = measured("c_rate", "C-rate")
    voltage_from_v = measured("voltage_from_v", "Voltage at the start")
    voltage_to_v = measured("voltage_to_v", "Voltage at the end")
    ended_by_cell_limit = forms.TypedChoiceField(
        label="Did the test end because a cell reached its voltage limit?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        help_text="Then the measured Ah also bound the weakest cell group.",
    )
    weakest_soh_percent = measured("weakest_soh_percent", "SOH of the weakest member", required=False)
    weakest_kind = forms.ChoiceField(
        label="The weakest member is a",
        choices=[("", "Not measured"), *CapacityTest.Weakest.choices],
        required=False,
    )
    members = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
        help_text=f"Paste from a spreadsheet, one member a line: {', '.join(HEADINGS)}. Instead of the"
        " weakest member above: that one and the spread are then computed.",
    )
    field_order = [
        "instrument_id", "channel_id", "procedure_id",
        "measured_at", "method", "reference", "reference_value", "measured_capacity_ah",
        "measured_energy_kwh", "c_rate", "temperature_degc", "ambient_degc", "voltage_from_v", "voltage_to_v",
        "ended_by_cell_limit", "weakest_soh_percent", "weakest_kind", "members", "note", "confirmation",
        "reason",
    ]  # fmt: skip

    def __init__(self, data: Any, *, references: Sequence[Reference], **more: Any):
        super().__init__(data, **more)
        known = [
            (f"{r.source}:{r.basis}", f"{r.label} {r.value.normalize():f} {UNITS[r.basis]}")
            for r in references
        ]
        field: Any = self.fields["reference"]
        field.choices = [CHOOSE, *known, *ON_LABEL]

    def clean_members(self) -> list[Member]:
        members, faults = read_members(self.cleaned_data["members"])
        if faults:
            raise ValidationError([_of_member(name, text) for name, text in faults.items()])
        return members

    def result_for(self, pack_id: int) -> CapacityInput:
        """Return what was filled in, as the service takes it; blank where it cannot be read."""
        values = self.so_far()
        source, _, basis = values.pop("reference").partition(":")
        values["members"] = values["members"] or ()
        return CapacityInput(pack_id=pack_id, reference_source=source, basis=basis, **values)

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """Name the member that a fault is about."""
        super().add_faults({name: _of_member(name, text) for name, text in faults.items()})


def _of_member(name: str, text: str) -> str:
    parts = name.split(".")
    return f"Member {int(parts[1]) + 1}: {text}" if len(parts) > 1 else text


class ResistanceForm(ResultForm):
    """A resistance test; the ratio is not here, because it is computed."""

    prefix = "resistance"
    method = forms.ChoiceField(choices=[CHOOSE, *ResistanceTest.Method.choices])
    ir_mohm = measured("ir_mohm", "Internal resistance")
    soc_percent = measured("soc_percent", "State of charge")
    pulse_duration_s = measured("pulse_duration_s", "Pulse length", required=False, help_text="DC pulse only")
    pulse_current_a = measured("pulse_current_a", "Pulse current", required=False, help_text="DC pulse only")
    direction = forms.ChoiceField(
        label="Direction of the pulse",
        choices=[("", "Not recorded"), ("discharge", "Discharge"), ("charge", "Charge")],
        required=False,
        help_text="DC pulse only",
    )
    baseline_source = forms.ChoiceField(
        label="Baseline: its resistance when new",
        required=False,
        help_text="Without one there is no ratio, and some packs are held.",
    )
    baseline_mohm = measured("baseline_mohm", "Data sheet resistance", required=False)
    baseline_pulse_s = measured("baseline_pulse_s", "Data sheet pulse length", required=False)
    baseline_soc_percent = measured("baseline_soc_percent", "Data sheet state of charge", required=False)
    baseline_temperature_degc = measured(
        "baseline_temperature_degc", "Data sheet temperature", required=False
    )
    field_order = [
        "instrument_id", "channel_id", "procedure_id", "measured_at", "method", "ir_mohm", "soc_percent",
        "temperature_degc", "ambient_degc", "pulse_duration_s", "pulse_current_a", "direction",
        "baseline_source", "baseline_mohm", "baseline_pulse_s",
        "baseline_soc_percent", "baseline_temperature_degc", "note", "confirmation", "reason",
    ]  # fmt: skip

    def __init__(self, data: Any, *, catalog: Baseline | None, **more: Any):
        super().__init__(data, **more)
        field: Any = self.fields["baseline_source"]
        choices = [("", "None known"), ("pack_datasheet", "Data sheet of this pack, filled in below")]
        if catalog:
            choices.insert(1, ("type_catalogue", "Catalog value of its type"))
            field.initial, field.help_text = "type_catalogue", f"The catalog says {_words(catalog)}."
        field.choices = choices

    def result_for(self, pack_id: int) -> ResistanceInput:
        """Return what was filled in, as the service takes it; blank where it cannot be read."""
        return ResistanceInput(pack_id=pack_id, **self.so_far())


def _words(baseline: Baseline) -> str:
    method = dict(ResistanceTest.Method.choices).get(baseline.method, "method not recorded")
    conditions = (
        (baseline.pulse_duration_s, "s"), (baseline.soc_percent, "% SOC"), (baseline.temperature_degc, "°C")
    )  # fmt: skip
    known = [f"{value.normalize():f} {unit}" for value, unit in conditions if value is not None]
    return ", ".join([f"{baseline.ir_mohm.normalize():f} mΩ", method, *known])
