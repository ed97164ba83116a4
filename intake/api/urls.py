"""Endpoints of intake."""

from django.urls import URLPattern, path

from intake.api.batches import BatchDetail, BatchList
from intake.api.manifests import ManifestDetail, ManifestList

urlpatterns: list[URLPattern] = [
    path("manifests/", ManifestList.as_view(), name="api_manifests"),
    path("manifests/<int:pk>/", ManifestDetail.as_view(), name="api_manifest"),
    path("batches/", BatchList.as_view(), name="api_batches"),
    path("batches/<int:pk>/", BatchDetail.as_view(), name="api_batch"),
]
