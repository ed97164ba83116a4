"""A corrected file for a batch, and the difference that it would make."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.api.manifests import ManifestAccepted
from intake.models import Intent, ManifestState
from intake.queries.batches import batches_for
from intake.queries.differences import LISTED, Difference, Kind, difference_of
from intake.queries.manifests import manifests_for
from intake.services import manifests
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer

TOLD = (Kind.CHANGED, Kind.ADDED, Kind.WITHDRAWN, Kind.HERE_DIFFERS, Kind.HERE_UNLISTED)


class CorrectedFile(StrictSerializer):
    file = serializers.FileField(help_text="The whole file, with every pack that is still to come.")


class ChangeOutput(serializers.Serializer[dict[str, str]]):
    field = serializers.CharField()
    now = serializers.CharField()
    then = serializers.CharField()


class PackDifferenceOutput(serializers.Serializer[dict[str, object]]):
    serial = serializers.CharField()
    row = serializers.IntegerField(allow_null=True, help_text="In the corrected file.")
    pack_id = serializers.IntegerField(allow_null=True)
    changes = ChangeOutput(many=True)


class DifferenceOutput(serializers.Serializer[dict[str, object]]):
    batch_id = serializers.IntegerField()
    digest = serializers.CharField(help_text="Send it with the submission: then this is applied, or nothing.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Exact, per kind.")
    changed = PackDifferenceOutput(many=True, help_text=f"Of each kind at most {LISTED}, by serial.")
    added = PackDifferenceOutput(many=True)
    withdrawn = PackDifferenceOutput(many=True, help_text="No longer listed, and not here yet.")
    here_differs = PackDifferenceOutput(many=True, help_text="Already here: not touched.")
    here_unlisted = PackDifferenceOutput(many=True, help_text="Already here: not touched.")


class BatchCorrected(APIView):
    """Send a corrected file for a batch. It is a draft until it is submitted; see its difference first."""

    capability = Capability.UPLOAD_MANIFEST
    parser_classes = [MultiPartParser]

    @idempotent
    @extend_schema(request=CorrectedFile, responses={202: ManifestAccepted})
    def post(self, request: Request, pk: int) -> Response:
        batch = get_object_or_404(batches_for(viewer=person_of(request)), pk=pk)
        payload = CorrectedFile(data=request.data)
        payload.is_valid(raise_exception=True)
        upload = payload.validated_data["file"]
        manifest = manifests.accept(
            supplier=batch.supplier,
            file_name=upload.name,
            content=upload.file,
            actor=actor_of(request),
            at=timezone.now(),
            intent=Intent.CHECK,
            replaces=batch,
        )
        return Response(ManifestAccepted(manifest).data, status.HTTP_202_ACCEPTED)


class ManifestDifference(APIView):
    """What a corrected file that waits would change in its batch, by serial."""

    capability = Capability.UPLOAD_MANIFEST

    @extend_schema(responses=DifferenceOutput)
    def get(self, request: Request, pk: int) -> Response:
        manifest = get_object_or_404(manifests_for(viewer=person_of(request)), pk=pk)
        if manifest.replaces_id is None or manifest.state != ManifestState.DRAFT:
            raise manifests.NotADraft("This file is no corrected file that waits.")
        return Response(DifferenceOutput(_plain(manifest.replaces_id, difference_of(manifest=manifest))).data)


def _plain(batch_id: int, difference: Difference) -> dict[str, object]:
    packs = {
        kind.value: [
            {
                "serial": pack.serial,
                "row": pack.row,
                "pack_id": pack.pack_id,
                "changes": [{"field": name, "now": old, "then": new} for name, old, new in pack.changes],
            }
            for pack in difference.packs[kind]
        ]
        for kind in TOLD
    }
    counts = {kind.value: count for kind, count in difference.counts.items()}
    return {"batch_id": batch_id, "digest": difference.digest, "counts": counts, **packs}
