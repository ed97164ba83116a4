"""Pictures for tests, good and bad, made on the spot."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **save: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else 0).save(out, kind, **save)
    return out.getvalue()


def jpeg() -> bytes:
    return picture()


def phone_photo() -> bytes:
    """A JPEG as phones write it: sideways, with place and time of the shot and a comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SpyPhone"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:22 07:59:30"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return picture(exif=exif, comment=b"<script>alert(1)</script><?php evil(); ?>")


def uploaded(name: str = "label.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    """A picture as a form sends it."""
    return SimpleUploadedFile(name, jpeg() if content is None else content)
