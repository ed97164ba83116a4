"""What a person fills in about a tester file: shape only; nothing measured is among it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from grading.domain.resistance import Baseline
from grading.domain.tester_files.moment import ZONE_RULE
from grading.domain.tester_files.soh_by import soh_by
from grading.models import CapacityTest, Channel, ProcedureVersion
from grading.queries.bench import Reference
from grading.queries.instruments import Standing
from grading.services.tester_files import CapacityAnswers, Head, ResistanceAnswers
from grading.web.bench_choices import ClosableSelect, offer_channels, offer_instruments
from grading.web.bench_forms import ON_LABEL, UNITS, confirming, measured
from rebattery.ui.forms import FilesField, FilesInput, Grouped, MeasuredDecimalField, MomentInput


class SendForm(forms.Form):
    """Files to take in."""

    file = FilesField(
        label="Tester files",
        help_text=(
            "Neware .nda .ndax, Arbin .res, BioLogic .mpt, Maccor, Basytec, Novonix, Landt, PEC, Bitrode, "
            "Digatron, BDF, as binary file, text, XLSX or Parquet."
        ),
        widget=FilesInput(attrs={"data-drop": "", "multiple": True}),
    )


class PlaceForm(forms.Form):
    """On which channel and by which procedure a file was measured."""

    channel_id = forms.TypedChoiceField(
        label="Our channel",
        coerce=int,
        empty_value=None,
        required=False,
        widget=ClosableSelect,
        help_text="A gray one may not measure; beside it stands why.",
    )
    procedure_id = forms.TypedChoiceField(
        label="Procedure whose limits apply",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Another one has the file derived again.",
    )

    def __init__(
        self,
        data: Any,
        *,
        standings: Sequence[Standing],
        channels: Sequence[Channel],
        procedures: Sequence[ProcedureVersion],
        initial: Mapping[str, Any] | None = None,
    ):
        super().__init__(data, initial=dict(initial or {}))
        offer_channels(self.fields["channel_id"], standings, channels)
        self.fields["procedure_id"].choices = [("", "None"), *((each.pk, str(each)) for each in procedures)]  # type: ignore[attr-defined]


class RecordForm(Grouped):
    """What the file cannot say: confirmed by a person before its results are recorded."""

    grouping = (
        ("How", ("instrument_id", "channel_id", "measured_at", "ambient_degc", "temperature_degc")),
        (
            "Capacity",
            (
                "with_capacity",
                "reference",
                "reference_value",
                "capacity_procedure_id",
                "ended_by_cell_limit",
                "weakest_soh_percent",
                "weakest_kind",
            ),
        ),
        (
            "Resistance",
            (
                "with_resistance",
                "pulse",
                "why_this_pulse",
                "resistance_procedure_id",
                "soc_percent",
                "baseline_source",
            ),
        ),
    )

    instrument_id = forms.TypedChoiceField(
        label="Instrument",
        coerce=int,
        widget=ClosableSelect,
        help_text="A gray one may not measure; beside it stands why.",
    )
    channel_id = forms.TypedChoiceField(
        label="Channel", coerce=int, empty_value=None, required=False, widget=ClosableSelect
    )
    measured_at = forms.DateTimeField(
        label="Measured at (UTC)",
        widget=MomentInput,
        help_text=f"The end of the test. Filled in by the file's own clock if it has one. {ZONE_RULE}",
    )
    ambient_degc = measured("ambient_degc", "Ambient temperature", required=False)
    temperature_degc = measured(
        "temperature_degc", "Temperature of the pack", required=False, help_text="The file has none."
    )
    with_capacity = forms.BooleanField(label="Record the capacity", required=False, initial=True)
    reference = forms.ChoiceField(
        label="Reference: what 100 % means",
        required=False,
        help_text="Chosen is what the file was derived with; beside each stands the SOH that it gives.",
    )
    reference_value = MeasuredDecimalField(
        label="Value on the label (Ah or kWh)",
        unit="",
        required=False,
        help_text="Only when the label is the reference.",
    )
    capacity_procedure_id = forms.TypedChoiceField(
        label="Procedure of the capacity test", coerce=int, empty_value=None, required=False
    )
    ended_by_cell_limit = forms.TypedChoiceField(
        label="Did the discharge end because a cell reached its voltage limit?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    weakest_soh_percent = measured("weakest_soh_percent", "SOH of the weakest member", required=False)
    weakest_kind = forms.ChoiceField(
        label="The weakest member is a",
        choices=[("", "Not measured"), *CapacityTest.Weakest.choices],
        required=False,
    )
    with_resistance = forms.BooleanField(label="Record the resistance", required=False, initial=True)
    pulse = forms.TypedChoiceField(label="Pulse that counts", coerce=int, empty_value=None, required=False)
    why_this_pulse = forms.CharField(
        label="Why another pulse than the proposed one", required=False, max_length=500
    )
    resistance_procedure_id = forms.TypedChoiceField(
        label="Procedure of the pulse test", coerce=int, empty_value=None, required=False
    )
    soc_percent = measured(
        "soc_percent", "State of charge at the pulse", required=False, help_text="The file does not tell it."
    )
    baseline_source = forms.ChoiceField(label="Baseline: its resistance when new", required=False)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    confirmation = confirming()
    reason = forms.CharField(
        label="Why these take the place of current results",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed when there is one of the same kind. Both stay visible, with this reason.",
    )

    def __init__(
        self,
        data: Any,
        *,
        test: Mapping[str, Any],
        standings: Sequence[Standing],
        channels: Sequence[Channel],
        procedures: Sequence[ProcedureVersion],
        references: Sequence[Reference],
        baseline: Baseline | None,
        pulses: Sequence[tuple[int, str]],
        initial: Mapping[str, Any],
    ):
        super().__init__(data, initial=dict(initial))
        fields: Any = self.fields
        offer_instruments(fields["instrument_id"], standings)
        offer_channels(fields["channel_id"], standings, channels)
        for kind in ("capacity", "resistance"):
            named = [(each.pk, str(each)) for each in procedures if each.kind == kind]
            fields[f"{kind}_procedure_id"].choices = [("", "None"), *named]
        known = [(f"{each.source}:{each.basis}", _of_reference(test, each)) for each in references]
        fields["reference"].choices = [*known, *ON_LABEL]
        fields["pulse"].choices = pulses
        catalog = [("type_catalogue", "Catalog value of its type")] if baseline else []
        fields["baseline_source"].choices = [*catalog, ("", "None known")]
        fields["baseline_source"].initial = "type_catalogue" if baseline else ""
        self._leave_out(test, has_pulses=bool(pulses))

    def _leave_out(self, test: Mapping[str, Any], *, has_pulses: bool) -> None:
        """Take away what the file says itself, and what it cannot give."""
        gone: list[str] = []
        has_capacity = test["capacity_chain"] is not None
        if not has_capacity:
            gone += ["with_capacity", "reference", "reference_value", "capacity_procedure_id"]
            gone += ["ended_by_cell_limit", "weakest_soh_percent", "weakest_kind"]
        if not has_pulses:
            gone += ["with_resistance", "pulse", "why_this_pulse", "resistance_procedure_id"]
            gone += ["soc_percent", "baseline_source"]
        if all(pulse["soc_percent"] is not None for pulse in test["pulses"]) and "soc_percent" not in gone:
            gone.append("soc_percent")
        if test["temperature"] is not None:
            gone.append("temperature_degc")
        for name in gone:
            del self.fields[name]

    def head(self) -> Head:
        """Return what holds for every result."""
        values = self.cleaned_data
        names = ("instrument_id", "channel_id", "measured_at", "ambient_degc")
        texts = ("note", "reason", "confirmation")
        return Head(**{name: values.get(name) for name in (*names, *texts)})  # type: ignore[arg-type]

    def capacity(self) -> CapacityAnswers | None:
        """Return what was confirmed of the capacity; None when it is not to be recorded."""
        values = self.cleaned_data
        if not values.get("with_capacity"):
            return None
        source, _, basis = values["reference"].partition(":")
        return CapacityAnswers(
            procedure_id=values["capacity_procedure_id"],
            reference_source=source,
            basis=basis,
            reference_value=values["reference_value"],
            ended_by_cell_limit=values["ended_by_cell_limit"],
            weakest_soh_percent=values["weakest_soh_percent"],
            weakest_kind=values["weakest_kind"],
            temperature_degc=values.get("temperature_degc"),
        )

    def resistance(self) -> ResistanceAnswers | None:
        """Return which pulse was confirmed; None when none is to be recorded."""
        values = self.cleaned_data
        if not values.get("with_resistance") or values.get("pulse") is None:
            return None
        return ResistanceAnswers(
            pulse=values["pulse"],
            why_this_pulse=values["why_this_pulse"],
            procedure_id=values["resistance_procedure_id"],
            baseline_source=values["baseline_source"],
            soc_percent=values.get("soc_percent"),
            temperature_degc=values.get("temperature_degc"),
        )


def _of_reference(test: Mapping[str, Any], reference: Reference) -> str:
    soh = soh_by(test, basis=reference.basis, reference=reference.value)
    told = f": SOH {soh:.1f} %" if soh is not None else ""
    return f"{reference.label} {float(reference.value):g} {UNITS[reference.basis]}{told}"
