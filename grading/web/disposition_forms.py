"""What people fill in to send packs off, and to hand them over."""

from datetime import date
from typing import Any

from django import forms

from grading.services.dispositions import Consignment
from intake.domain.dispositions import KIND_WORDS, OrderKind
from intake.models import WasteCode, WasteOperator
from intake.queries.waste import codes_to_choose, operators_to_choose


class OrderForm(forms.Form):
    """Where packs go, and why."""

    kind = forms.ChoiceField(
        label="What becomes of them",
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label="Address of the return",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only for a return.",
    )
    operator: "forms.ModelChoiceField[WasteOperator]" = forms.ModelChoiceField(
        queryset=None,
        label="Waste operator",
        required=False,
        empty_label="None",
        help_text="Only for recycling. Operators with a valid permit.",
    )
    waste_code: "forms.ModelChoiceField[WasteCode]" = forms.ModelChoiceField(
        queryset=None,
        label="Waste code",
        required=False,
        empty_label="None",
        help_text="For recycling, and for a return of what came as waste. Codes that apply today.",
    )
    transport_remark = forms.CharField(
        label="Transport remark",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed for damaged packs: who judged them, and by whose criteria, the maker's or an"
        " expert's.",
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands in the trail.",
    )

    def __init__(self, *args: Any, today: date, **options: Any):
        super().__init__(*args, **options)
        self.fields["operator"].queryset = operators_to_choose(on=today)  # type: ignore[attr-defined]
        self.fields["waste_code"].queryset = codes_to_choose(on=today)  # type: ignore[attr-defined]

    @property
    def consignment(self) -> Consignment:
        """Return what was filled in as the service takes it; what the other kind asks for is left out."""
        values = self.cleaned_data
        kind = OrderKind(values["kind"])
        is_return = kind is OrderKind.RETURN
        return Consignment(
            kind=kind,
            address=values["address"] if is_return else "",
            operator_id=None if is_return else getattr(values["operator"], "pk", None),
            waste_code_id=getattr(values["waste_code"], "pk", None),
            transport_remark=values["transport_remark"],
        )


class HandOverForm(forms.Form):
    """The paper that goes along, and serials that were scanned instead of ticked."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    serials = forms.CharField(
        label="Scan the packs",
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text="One serial in a line. A scanned pack counts as ticked.",
    )
    document_number = forms.CharField(
        label="Number of the paper",
        max_length=80,
        help_text="Of the consignment note, or of the waste document.",
    )

    @property
    def scanned(self) -> list[str]:
        """Return the serials that were scanned."""
        return self.cleaned_data["serials"].split()


class ReleaseForm(forms.Form):
    """Why packs do not go after all."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Reason", max_length=500, help_text="It stands in the trail.")
