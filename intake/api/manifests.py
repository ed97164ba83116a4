"""Files in: the same service as the upload page."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake.api.manifest_outputs import ManifestAccepted, ManifestOutput
from intake.models import Intent, Manifest, Supplier
from intake.queries.manifests import manifests_for
from intake.queries.suppliers import supplier_by_code
from intake.services import manifests
from rebattery.accounts.guards import actor_of, person_of
from rebattery.accounts.roles import Capability
from rebattery.api.idempotency import idempotent
from rebattery.api.serializers import StrictSerializer


class ManifestUpload(StrictSerializer):
    file = serializers.FileField()
    supplier = serializers.CharField(required=False, help_text="Supplier code; staff only.")
    intent = serializers.ChoiceField(
        choices=Intent.choices,
        required=False,
        default=Intent.ANNOUNCE_ALL,
        help_text="announce_all: a batch at once if every row can be a pack, otherwise a draft to be mended; "
        "announce_valid: a batch of the rows that can be packs, a draft of the others; check: a draft.",
    )


class ManifestList(APIView):
    """Send a file. The same file twice is one: the second answer leads to what became of the first."""

    capability = Capability.UPLOAD_MANIFEST
    parser_classes = [MultiPartParser]

    @idempotent
    @extend_schema(request=ManifestUpload, responses={202: ManifestAccepted})
    def post(self, request: Request) -> Response:
        payload = ManifestUpload(data=request.data)
        payload.is_valid(raise_exception=True)
        upload = payload.validated_data["file"]
        manifest = manifests.accept(
            supplier=self._supplier(request, payload.validated_data.get("supplier")),
            file_name=upload.name,
            content=upload.file,
            actor=actor_of(request),
            at=timezone.now(),
            intent=payload.validated_data["intent"],
        )
        return Response(ManifestAccepted(manifest).data, status.HTTP_202_ACCEPTED)

    def _supplier(self, request: Request, code: str | None) -> Supplier:
        # A supplier's own comes from the token, whatever the payload says; staff have to name one.
        if own := person_of(request).supplier:
            if code is not None:
                raise serializers.ValidationError(
                    {"supplier": ["Leave this out: your token says who you are."]}
                )
            return own
        supplier = supplier_by_code(code=code or "")
        if supplier is None:
            raise serializers.ValidationError({"supplier": ["Name a supplier's code."]})
        return supplier


class ManifestDetail(RetrieveAPIView[Manifest]):
    """Follow a file, and read everything that is wrong with it."""

    capability = Capability.VIEW_BATCHES
    serializer_class = ManifestOutput

    def get_queryset(self) -> QuerySet[Manifest]:
        return manifests_for(viewer=person_of(self.request)).select_related("batch")
