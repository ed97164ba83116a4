"""Pictures are taken apart to pixels and made anew."""

import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageChops, ImageOps, ImageStat

from intake.domain.pictures import PictureRefused, read_picture
from tests.intake.pictures import jpeg, phone_photo, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(read_picture(content).shown))


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
class TestReadPicture:
    @pytest.mark.parametrize(
        ("kind", "mode", "media_type"),
        [
            ("JPEG", "RGB", "image/jpeg"),
            ("JPEG", "CMYK", "image/jpeg"),
            ("JPEG", "L", "image/jpeg"),
            ("PNG", "RGBA", "image/png"),
            ("PNG", "P", "image/png"),
            ("PNG", "I;16", "image/png"),
            ("WEBP", "RGBA", "image/webp"),
        ],
    )
    def test_takes_what_cameras_and_phones_write(self, kind, mode, media_type):
        read = read_picture(picture(kind, mode=mode))

        assert read.media_type == media_type
        assert Image.open(io.BytesIO(read.shown)).format == "JPEG"

    def test_drops_place_comment_and_camera_and_turns_the_picture_upright(self):
        read = read_picture(phone_photo())
        image = Image.open(io.BytesIO(read.shown))

        assert image.size == (48, 64)
        assert not image.getexif()
        assert not {"comment", "exif", "icc_profile"} & set(image.info)
        assert all(word not in read.shown for word in (b"<script", b"<?php", b"SpyPhone", b"Exif", b"GPS"))

    @pytest.mark.parametrize("orientation", range(1, 10))
    def test_turns_it_as_the_camera_was_held(self, orientation):
        taken = Image.new("RGB", (64, 48), "white")
        taken.paste("black", (0, 0, 32, 16))
        exif, out = Image.Exif(), io.BytesIO()
        exif[ExifTags.Base.Orientation] = orientation
        taken.save(out, "PNG", exif=exif)

        with Image.open(out) as original:
            upright = ImageOps.exif_transpose(original)

        different = ImageChops.difference(shown(out.getvalue()), upright.convert("RGB"))
        assert max(ImageStat.Stat(different).mean) < 2

    def test_shows_a_picture_whose_metadata_are_damaged(self):
        damaged = bytearray(phone_photo())
        damaged[143] = 0

        assert shown(bytes(damaged)).format == "JPEG"

    def test_keeps_the_time_of_the_shot(self):
        assert read_picture(phone_photo()).taken_at == datetime(2026, 11, 22, 7, 59, 30)
        assert read_picture(jpeg()).taken_at is None

    def test_drops_what_hangs_behind_the_picture(self):
        read = read_picture(jpeg() + b"<html><script>alert(1)</script></html>")

        assert b"<script" not in read.shown

    def test_drops_the_text_of_a_png(self):
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        text.add_text("Comment", "<script>alert(1)</script>")

        assert b"<script" not in read_picture(picture("PNG", pnginfo=text)).shown

    @pytest.mark.parametrize(("size", "expected"), [((2560, 10), (2560, 10)), ((5120, 2560), (2560, 1280))])
    def test_shrinks_to_2560_pixels(self, size, expected):
        assert shown(picture(size=size)).size == expected

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            SVG,
            b"%PDF-1.7",
            b"GIF89a" + b"\0" * 40,
            picture("GIF"),
            picture("BMP"),
            picture("TIFF"),
            b"\xff\xd8\xff<script>alert(1)</script>",
            jpeg()[:200],
            picture("PNG")[:60],
            picture("WEBP")[:30],
        ],
    )
    def test_refuses_everything_else_in_a_sentence(self, content):
        with pytest.raises(PictureRefused, match="not a JPEG, PNG or WebP|damaged"):
            read_picture(content)

    @pytest.mark.parametrize("size", [(8000, 5001), (12_000, 12_000)])
    def test_refuses_too_many_pixels_before_it_unpacks_them(self, size):
        with pytest.raises(PictureRefused, match="40 megapixels"):
            read_picture(picture("PNG", size=size, mode="1"))

    @given(place=st.integers(0, 700), byte=st.integers(0, 255), cut=st.integers(0, 60))
    @settings(max_examples=300, deadline=None)
    def test_reads_or_refuses_damaged_bytes_and_never_breaks(self, place, byte, cut):
        for good in (phone_photo(), picture("PNG"), picture("WEBP")):
            damaged = bytearray(good[: len(good) - cut])
            damaged[place % len(damaged)] = byte
            try:
                read_picture(bytes(damaged))
            except PictureRefused as refused:
                assert refused.fields
