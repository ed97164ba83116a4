"""Files of strangers, handed out so that no browser opens or runs them."""

from pathlib import Path

from django.http import FileResponse

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
OPAQUE = "application/octet-stream"


def download(path: Path, *, file_name: str, media_type: str) -> FileResponse:
    """Return the file as a download; its type is told only for pictures, which a page may show."""
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=file_name,
        content_type=media_type if media_type in PICTURES else OPAQUE,
    )
    return locked(response)


def locked(response: FileResponse) -> FileResponse:
    """Let a file, whatever it is, neither run anything nor be taken for something else."""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
