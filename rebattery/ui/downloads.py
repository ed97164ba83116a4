"""Files of strangers, handed out so that no browser opens or runs them."""

from pathlib import Path

from django.http import FileResponse

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
PDF = "application/pdf"
OPAQUE = "application/octet-stream"
_PDF_BEGINS = b"%PDF-"


def download(path: Path, *, file_name: str, media_type: str) -> FileResponse:
    """Return the file as a download; its type is told only for pictures, and for PDFs that really are some.

    Anything else stays bytes, whatever it was called when it came.
    """
    file = path.open("rb")
    is_pdf = media_type == PDF and file.read(len(_PDF_BEGINS)) == _PDF_BEGINS
    file.seek(0)
    is_told = is_pdf or media_type in PICTURES
    response = FileResponse(
        file, as_attachment=True, filename=file_name, content_type=media_type if is_told else OPAQUE
    )
    return locked(response)


def locked(response: FileResponse) -> FileResponse:
    """Let a file, whatever it is, neither run anything nor be taken for something else."""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
