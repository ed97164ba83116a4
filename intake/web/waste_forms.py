"""What administrators type in about waste operators and waste codes."""

from django import forms

_DAY = forms.DateInput(attrs={"type": "date"})
_WHY = "It stands in the trail."


class OperatorForm(forms.Form):
    """A company that may take waste batteries."""

    name = forms.CharField(max_length=120)
    permit_number = forms.CharField(max_length=80, label="Permit number")
    permit_valid_until = forms.DateField(label="Permit valid until", widget=_DAY)
    country = forms.RegexField(r"^[A-Za-z]{2}$", label="Country code", help_text="Two letters, such as DE.")
    address = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class EditOperatorForm(OperatorForm):
    """Changes of an operator, with the reason for them."""

    is_active = forms.BooleanField(required=False, label="May be chosen for new orders")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text=_WHY)


class WasteCodeForm(forms.Form):
    """What is known of a waste code."""

    label = forms.CharField(
        max_length=200, required=False, help_text="The list's own words, once somebody has read them there."
    )
    applies_from = forms.DateField(required=False, label="Applies from", widget=_DAY)
    applies_until = forms.DateField(required=False, label="Last day", widget=_DAY)
    is_confirmed = forms.BooleanField(required=False, label="Somebody has read it in the law")
    note = forms.CharField(max_length=300, required=False)


class NewWasteCodeForm(WasteCodeForm):
    """A new code, which stays for ever."""

    code = forms.RegexField(
        r"^\d\d \d\d \d\d\*?$",
        help_text="As the list writes it, such as 20 01 42*. An asterisk marks hazardous waste.",
    )
    field_order = ["code"]


class EditWasteCodeForm(WasteCodeForm):
    """Changes of a code, with the reason for them."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text=_WHY)
