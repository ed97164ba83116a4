"""The form of triage and inspection: nothing is chosen until a person chooses."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dateparse import parse_datetime

from intake.domain.hazards import BY_CODE, HAZARDS, PHOTO_SLOTS, QUESTIONS, Answer, Finding, findings_of
from intake.domain.inspection import IDENTITY, ISOLATION_RANGE_KOHM, VOLTAGE_RANGE_V, Observation, differences
from intake.models import InspectionDraft, Pack
from intake.queries.inspections import observation_of
from rebattery.ui.forms import MeasuredDecimalField, TriStateField

_MEASURED = ("isolation_kohm", "pack_voltage_v")


class InspectionForm(forms.Form):
    """Answers about one pack; a question is "yes", "no" or untouched."""

    seen_draft_at = forms.CharField(required=False, widget=forms.HiddenInput)
    settled = forms.CharField(required=False)
    """The other person's draft that this one has seen and overrules; ticked, never filled in for them."""
    isolation_kohm = MeasuredDecimalField(
        label="Isolation resistance",
        unit="kΩ",
        low=ISOLATION_RANGE_KOHM[0],
        high=ISOLATION_RANGE_KOHM[1],
        decimal_places=2,
        required=False,
        help_text="Lower of plus and minus to case. Below 100 Ω per volt the pack is isolated.",
    )
    pack_voltage_v = MeasuredDecimalField(
        label="Pack voltage",
        unit="V",
        low=VOLTAGE_RANGE_V[0],
        high=VOLTAGE_RANGE_V[1],
        decimal_places=2,
        required=False,
        help_text="At the terminals; with the service plug out, the nominal voltage on the label.",
    )
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, pack: Pack, **options: Any):
        super().__init__(*args, **options)
        self.pack = pack
        self.conflict = ""
        self.fields[IDENTITY] = TriStateField(
            label=f"Does the serial on the label read {pack.serial}?",
            template_name="intake/inspect/_identity.html",
        )
        for question in QUESTIONS:
            self.fields[question.code] = TriStateField(label=question.text)
        for slot, label in PHOTO_SLOTS.items():
            self.fields[f"photo_{slot}"] = forms.FileField(label=label, required=False)

    @classmethod
    def of_draft(cls, draft: InspectionDraft | None, *, pack: Pack) -> "InspectionForm":
        """Return the form as the last person left it; untouched when nobody did."""
        return cls(initial=_values(observation_of(draft)) if draft else None, pack=pack)

    def joined_with(self, draft: InspectionDraft) -> "InspectionForm":
        """Return this form with what another person saved meanwhile wherever it was left open.

        Where both differ, ``conflict`` names the draft that the person must say to have seen.
        """
        data = dict(self.data.items())
        theirs = _values(observation_of(draft))
        seen = theirs.pop("seen_draft_at")
        data.update({name: text for name, text in theirs.items() if not data.get(name)})
        data.pop("settled", None)
        joined = type(self)(data, pack=self.pack)
        if differences(self.observation(), observation_of(draft)):
            joined.conflict = seen
        else:
            data["seen_draft_at"] = seen
        return joined

    def hazards(self) -> list[str]:
        """Return the codes of the hazards answered "yes", whatever else cannot be read."""
        return [question.code for question in HAZARDS if self[question.code].value() == "yes"]

    def findings(self) -> list[Finding]:
        """Return the hazards in what the form shows, posted or from a draft, as far as it can be read."""
        answers: dict[str, Answer] = dict.fromkeys(self.hazards(), "yes")
        return findings_of(answers, **{name: self._measured(name) for name in _MEASURED})

    def _measured(self, name: str) -> Decimal | None:
        try:
            return self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None

    def observation(self) -> Observation:
        """Return what the valid form says; untouched questions and blank numbers are absent."""
        given = self.cleaned_data
        return Observation(
            pack_id=self.pack.pk,
            answers={code: given[code] for code in (IDENTITY, *BY_CODE) if given[code]},
            isolation_kohm=given["isolation_kohm"],
            pack_voltage_v=given["pack_voltage_v"],
            note=given["note"],
            seen_draft_at=_moment(given["settled"] or given["seen_draft_at"]),
        )

    def pictures(self) -> Iterator[tuple[str, UploadedFile]]:
        """Yield slot and file of each photo that was chosen."""
        for slot in PHOTO_SLOTS:
            if upload := self.cleaned_data.get(f"photo_{slot}"):
                yield slot, upload

    def groups(self) -> dict[str, list[forms.BoundField]]:
        """Return the questions by their heading, in the order in which one walks round a pack."""
        found: dict[str, list[forms.BoundField]] = {"Identity": [self[IDENTITY]]}
        for question in QUESTIONS:
            found.setdefault(question.group, []).append(self[question.code])
        return found

    def faults(self) -> list[tuple[str, str, str]]:
        """Return name, label and message of every field that needs work, in the order of the page."""
        labels = {name: str(field.label or "Note") for name, field in self.fields.items()}
        order = [IDENTITY, *BY_CODE, *_MEASURED, "note", *(f"photo_{slot}" for slot in PHOTO_SLOTS)]
        return [(name, labels[name], str(text)) for name in order for text in self.errors.get(name, [])]


def _values(seen: Observation) -> dict[str, str]:
    values = {**seen.answers, **{name: getattr(seen, name) for name in _MEASURED}, "note": seen.note}
    values["seen_draft_at"] = seen.seen_draft_at.isoformat() if seen.seen_draft_at else ""
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
