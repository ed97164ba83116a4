"""Refuse a request that announces more than we take, before a byte of it is read or kept."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]
_AROUND_THE_FILES_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TOO_LARGE = 413


def upload_limit(get_response: GetResponse) -> GetResponse:
    """Answer 413 to a body larger than ``settings.UPLOAD_LIMIT_BYTES`` and the form around it.

    Django would write all of a form's files to disk before any view can refuse them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = _announced_bytes(request)
        if announced <= settings.UPLOAD_LIMIT_BYTES + _AROUND_THE_FILES_BYTES:
            return get_response(request)
        _read_away(request, announced)
        limit_mb = settings.UPLOAD_LIMIT_BYTES // 1024**2
        message = f"What you sent is larger than {limit_mb} MB. Send it in several parts. Nothing was kept."
        if request.path.startswith("/api/"):
            body = {"code": "file_too_large", "message": message, "fields": {}}
            return JsonResponse(body, status=_TOO_LARGE)
        return render(request, "413.html", {"message": message}, status=_TOO_LARGE)

    return middleware


def _announced_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _read_away(request: HttpRequest, announced: int) -> None:
    """Read what still comes without keeping it, up to some size: who is still sending hears no answer."""
    patience = min(announced, 4 * settings.UPLOAD_LIMIT_BYTES)
    try:
        while patience > 0 and (chunk := request.read(_CHUNK_BYTES)):
            patience -= len(chunk)
    except OSError:
        return
