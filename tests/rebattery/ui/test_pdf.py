"""A document is set from data: equal for equal data, and no text in it is code."""

from datetime import UTC, datetime

import pytest

from rebattery.ui.pdf import pdf_response, typeset

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NOTE = {
    "title": "Delivery note RT-1",
    "issuer": "ReBattery",
    "footer": "RT-1",
    "facts": [["To", "Somebody"]],
    "packs": [["RB-1", "–", "NMC", "UN 3480", "P903", "–"]],
    "remarks": [],
    "signatures": ["Handed over", "Taken over"],
}


def note(tmp_path, **changes) -> bytes:
    return typeset(sheet="delivery_note", document=NOTE | changes, at=AT, pictures=tmp_path)


class TestTypeset:
    def test_gives_equal_bytes_for_equal_data(self, tmp_path):
        assert note(tmp_path) == note(tmp_path / "elsewhere")
        assert note(tmp_path).startswith(b"%PDF-")
        assert note(tmp_path) != note(tmp_path, facts=[["To", "Another"]])

    def test_is_an_archive_pdf_where_the_fonts_have_every_letter(self, tmp_path):
        assert b"pdfaid" in note(tmp_path)
        assert b"pdfaid" not in note(tmp_path, facts=[["To", "电池"]])

    @pytest.mark.parametrize(
        "text",
        ['#panic("x")', '#read("/etc/passwd")', "$", "*", "[", "]#", "\\", "`", "//", "@nobody", "<x>"],
    )
    def test_runs_nothing_that_somebody_typed(self, tmp_path, text):
        assert note(tmp_path, facts=[["To", text]], remarks=[text]).startswith(b"%PDF-")


class TestPdfResponse:
    def test_is_shown_and_taken_for_nothing_else(self):
        response = pdf_response(name="RT-1", content=b"%PDF-")

        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'inline; filename="RT-1.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
