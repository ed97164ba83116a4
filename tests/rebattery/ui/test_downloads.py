"""Files of strangers as downloads."""

import pytest

from rebattery.ui.downloads import download


class TestDownload:
    @pytest.mark.parametrize(
        ("content", "called", "told"),
        [
            (b"%PDF-1.7\n...", "application/pdf", "application/pdf"),
            (b"<script>alert(1)</script>", "application/pdf", "application/octet-stream"),
            (b" %PDF-1.7", "application/pdf", "application/octet-stream"),
            (b"", "application/pdf", "application/octet-stream"),
            (b"%PDF-1.7", "text/html", "application/octet-stream"),
            (b"any", "image/png", "image/png"),
            (b"any", "image/svg+xml", "application/octet-stream"),
        ],
    )
    def test_tells_the_type_of_what_may_be_shown_and_hands_all_bytes_out(
        self, tmp_path, content, called, told
    ):
        path = tmp_path / "file"
        path.write_bytes(content)

        response = download(path, file_name="any.pdf", media_type=called)

        assert response["Content-Type"] == told
        assert b"".join(response.streaming_content) == content

    def test_lets_nothing_run(self, tmp_path):
        path = tmp_path / "file"
        path.write_bytes(b"%PDF-1.7")

        response = download(path, file_name="any.pdf", media_type="application/pdf")

        assert response["Content-Disposition"] == 'attachment; filename="any.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
