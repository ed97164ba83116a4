"""Requests that are too large, sent over a real connection."""

import http.client
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from rebattery.wsgi import application

MB = 1024 * 1024


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def address(settings) -> Iterator[tuple[str, int]]:
    settings.UPLOAD_LIMIT_BYTES = 2 * MB
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address
        server.shutdown()
        thread.join()


@pytest.fixture
def kept(monkeypatch) -> list[object]:
    """Whatever Django began to write to disk."""
    begun: list[object] = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *args, **options: begun.append(args))
    return begun


def post(address, path: str, size: int, **headers: str) -> tuple[int, str, str]:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = head + bytes(size) + b"\r\n--x--\r\n"
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request(
        "POST", path, body, {"Host": "localhost", "Content-Type": "multipart/form-data; boundary=x"} | headers
    )
    response = connection.getresponse()
    return response.status, response.headers["Content-Type"], response.read().decode()


class TestUploadLimit:
    def test_refuses_on_a_page_with_a_sentence(self, address, kept):
        status, kind, text = post(address, "/batches/new/", 5 * MB)

        assert (status, kind) == (413, "text/html; charset=utf-8")
        assert "What you sent is larger than 2 MB. Send it in several parts." in text
        assert kept == []

    def test_refuses_under_the_same_content_policy_as_any_page(self, client, settings):
        settings.UPLOAD_LIMIT_BYTES = 1

        response = client.post("/", b"x" * 2 * MB, content_type="text/plain")

        assert response.status_code == 413 and "default-src 'self'" in response["Content-Security-Policy"]

    def test_refuses_a_program_in_its_language(self, address, kept):
        status, kind, text = post(address, "/api/v1/manifests/", 5 * MB)

        assert (status, kind) == (413, "application/json")
        assert '"code": "file_too_large"' in text and kept == []

    @pytest.mark.parametrize("headers", [{}, {"Content-Length": "rubbish"}])
    def test_lets_the_rest_through(self, client, settings, headers):
        settings.UPLOAD_LIMIT_BYTES = 2 * MB

        assert client.post("/healthz", b"x" * 2 * MB, content_type="text/plain").status_code != 413
        assert client.get("/healthz", headers=headers).status_code == 200
