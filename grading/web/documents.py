"""JSON documents as people send them, and as the hashes of the trail are of them."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from grading.domain.canonical import canonical_json
from grading.domain.document_file import DocumentUnreadable, read_document
from rebattery.ui.exports import json_file


def uploaded_document(file: UploadedFile) -> Any:
    """Return what a JSON file says that a form brought.

    :raises ValidationError: when it says nothing, or two things at once.
    """
    try:
        return read_document(file.read())
    except DocumentUnreadable as exc:
        raise forms.ValidationError(str(exc)) from exc


def hashed_file(*, name: str, value: Any) -> HttpResponse:
    """Return ``value`` as a file in the form that is hashed: anybody can check it against the hash shown."""
    return json_file(name=name, text=canonical_json(value))
