"""Mend, announce or give up a draft: the same services as its page."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.api.manifest_outputs import ManifestAccepted, SummaryCount
from intake.domain.manifest.corrections import number_in
from intake.models import Intent, Manifest, ManifestCorrection
from intake.queries.corrections import told_steps
from intake.queries.manifests import manifests_for
from intake.services import manifests
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer


class CellTexts(serializers.DictField):
    """Row number to zero-based column to the text of the cell."""

    child = serializers.DictField(child=serializers.CharField(allow_blank=True, trim_whitespace=False))

    def to_internal_value(self, data: Any) -> dict[int, dict[int, str]]:
        texts = super().to_internal_value(data)
        return {self._number(row): self._columns(cells) for row, cells in texts.items()}

    def _columns(self, cells: dict[str, str]) -> dict[int, str]:
        return {self._number(index): text for index, text in cells.items()}

    def _number(self, key: str) -> int:
        number = number_in(key)
        if number is None:
            raise serializers.ValidationError(f"“{key}” is not a number of a row or column.")
        return number


class CorrectionInput(StrictSerializer):
    """One step: answers, cells, rows to leave out, or rows to take in again."""

    answers = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Id of a question or fix to its value."
    )
    cells = CellTexts(required=False, help_text='Row to column to text: {"5": {"3": "82.5"}}.')
    expected = CellTexts(
        required=False, help_text="What you saw in the cells; refused when one holds something else by now."
    )
    drop = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False)
    restore = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        steps = [name for name in ("answers", "cells", "drop", "restore") if attrs.get(name)]
        if len(steps) != 1:
            message = "Send one of answers, cells, drop and restore, with something in it."
            raise serializers.ValidationError({"corrections": [message]})
        if "expected" in attrs and steps != ["cells"]:
            raise serializers.ValidationError({"expected": ["This goes with cells."]})
        return attrs


class CorrectionOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ManifestCorrection.Kind.choices)
    label = serializers.CharField(help_text="What was done, in words.")  # type: ignore[assignment]
    payload = serializers.JSONField(help_text="As it was sent: answers, cells or rows.")
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(help_text="To a supplier, our staff are one.")
    is_undone = serializers.BooleanField()


class StepTaken(ManifestAccepted):
    """Where the draft stands after a step; while it is queued, the file is being read again."""

    accepted_count = SummaryCount(read_only=True)
    refused_count = SummaryCount(read_only=True)

    class Meta(ManifestAccepted.Meta):
        fields = [*ManifestAccepted.Meta.fields, "accepted_count", "refused_count"]


class SubmissionInput(StrictSerializer):
    intent = serializers.ChoiceField(choices=[Intent.ANNOUNCE_ALL, Intent.ANNOUNCE_VALID])
    expected_on = serializers.DateField(required=False, allow_null=True, default=None)
    difference = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=64,
        help_text="Digest of the difference that was looked at; when it is another now, nothing is applied.",
    )


def _draft(request: Request, pk: int) -> Manifest:
    return get_object_or_404(manifests_for(viewer=person_of(request)), pk=pk)


def _taken(request: Request, pk: int) -> Response:
    return Response(StepTaken(_draft(request, pk)).data)


class ManifestCorrections(APIView):
    """The steps in which a draft was mended, oldest first; POST takes one more."""

    capability = Capability.VIEW_BATCHES
    capabilities = {"POST": Capability.UPLOAD_MANIFEST}

    @extend_schema(responses={200: CorrectionOutput(many=True)})
    def get(self, request: Request, pk: int) -> Response:
        steps = told_steps(manifest=_draft(request, pk), viewer=person_of(request))
        return Response(CorrectionOutput(steps, many=True).data)

    @idempotent
    @extend_schema(request=CorrectionInput, responses={200: StepTaken})
    def post(self, request: Request, pk: int) -> Response:
        manifest = _draft(request, pk)
        payload = CorrectionInput(data=request.data)
        payload.is_valid(raise_exception=True)
        self._take(manifest, payload.validated_data, request)
        return _taken(request, pk)

    def _take(self, manifest: Manifest, step: dict[str, Any], request: Request) -> None:
        who: dict[str, Any] = {
            "manifest_id": manifest.pk,
            "actor": actor_of(request),
            "at": timezone.now(),
        }
        if "answers" in step:
            manifests.answer(answers=step["answers"], **who)
        elif "cells" in step:
            seen = step.get("expected", {}).items()
            expected = {(row, index): text for row, texts in seen for index, text in texts.items()}
            manifests.edit_cells(cells=step["cells"], expected=expected, **who)
        elif "drop" in step:
            manifests.drop_rows(rows=step["drop"], **who)
        else:
            manifests.restore_rows(rows=step["restore"], **who)


class ManifestUndo(APIView):
    """Take the last step of mending back."""

    capability = Capability.UPLOAD_MANIFEST

    @idempotent
    @extend_schema(request=None, responses={200: StepTaken})
    def post(self, request: Request, pk: int) -> Response:
        manifest = _draft(request, pk)
        manifests.undo(manifest_id=manifest.pk, actor=actor_of(request), at=timezone.now())
        return _taken(request, pk)


class ManifestSubmission(APIView):
    """Announce a draft: all of it, or the rows that can be packs."""

    capability = Capability.UPLOAD_MANIFEST

    @idempotent
    @extend_schema(request=SubmissionInput, responses={202: ManifestAccepted})
    def post(self, request: Request, pk: int) -> Response:
        manifest = _draft(request, pk)
        payload = SubmissionInput(data=request.data)
        payload.is_valid(raise_exception=True)
        queued = manifests.submit(
            manifest_id=manifest.pk, actor=actor_of(request), at=timezone.now(), **payload.validated_data
        )
        return Response(ManifestAccepted(queued).data, 202)


class ManifestDiscard(APIView):
    """Give a draft up; sending the file again opens it afresh."""

    capability = Capability.UPLOAD_MANIFEST

    @idempotent
    @extend_schema(request=None, responses={200: ManifestAccepted})
    def post(self, request: Request, pk: int) -> Response:
        manifest = _draft(request, pk)
        given_up = manifests.discard(manifest_id=manifest.pk, actor=actor_of(request), at=timezone.now())
        return Response(ManifestAccepted(given_up).data)
