"""Turn an uploaded picture into one that is safe to show: the pixels, and nothing else."""

import io
import struct
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.Image import Transpose

from rebattery.errors import RuleViolation

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""Formats taken in, told by their content, never by the name."""
PIXEL_LIMIT = 40_000_000
SHOWN_EDGE_PX = 2560
SHOWN_MEDIA_TYPE = "image/jpeg"
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What brings a picture upright, by the orientation that its camera noted."""


class PictureRefused(RuleViolation):
    """This is not a picture that we can take in."""

    code = "picture_refused"


@dataclass(frozen=True)
class Picture:
    """One picture, read and made anew."""

    media_type: str
    """Of the original, by its content."""
    shown: bytes
    """JPEG of at most 2,560 pixels each way, without any of the original's metadata."""
    taken_at: datetime | None
    """The camera's own clock, which knows no time zone."""


def read_picture(content: bytes) -> Picture:
    """Decode ``content`` and encode its pixels anew, upright.

    :raises PictureRefused: for anything but an intact JPEG, PNG or WebP of at most 40 megapixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as image:
            # The size stands in the header: look before any pixel is unpacked.
            if image.width * image.height > PIXEL_LIMIT:
                raise _refused(
                    f"The picture has {image.width} × {image.height} pixels; at most 40 megapixels."
                )
            # Phones write JPEGs with a second picture inside, which Pillow calls MPO.
            media_type, taken_at = MEDIA_TYPES.get(image.format or "", "image/jpeg"), _taken_at(image)
            image.draft("RGB", (SHOWN_EDGE_PX, SHOWN_EDGE_PX))
            image.load()
            return Picture(media_type, _encoded(image), taken_at)
    except Image.DecompressionBombError:
        raise _refused("The picture is too large; at most 40 megapixels.") from None
    except UnidentifiedImageError:
        raise _refused("This is not a JPEG, PNG or WebP picture. Take the photo again.") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error):
        raise _refused("The picture is damaged and cannot be read. Take the photo again.") from None


def _refused(message: str) -> PictureRefused:
    return PictureRefused(message, fields={"photo": message})


def _encoded(image: Image.Image) -> bytes:
    # Not by Pillow's own exif_transpose: it writes the metadata anew, and breaks where they are damaged.
    turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    upright = image if turn is None else image.transpose(turn)
    upright.thumbnail((SHOWN_EDGE_PX, SHOWN_EDGE_PX))
    rgba = upright.convert("RGBA")
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    # A copy made from bare pixels: comments, EXIF, position and profiles stay behind.
    clean = Image.frombytes("RGB", flat.size, flat.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85)
    return out.getvalue()


def _taken_at(image: Image.Image) -> datetime | None:
    try:
        exif = image.getexif()
        text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(
            ExifTags.Base.DateTime
        )
        return datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S") if text else None  # noqa: DTZ007
    except Exception:  # anything may stand there; a picture without its time is still a picture
        return None
