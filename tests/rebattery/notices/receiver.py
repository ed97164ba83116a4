"""A real HTTP server that takes webhooks, and a mail back end that refuses some people."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.mail.backends.locmem import EmailBackend

REFUSED = "refused"
"""Mails to addresses that begin so are refused for good, and to those that begin with "busy" for now."""


class PickyMail(EmailBackend):
    """Refuses some recipients, as a mail server does, and is broken for others."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            [address] = message.to
            if address.startswith(REFUSED):
                raise smtplib.SMTPRecipientsRefused({address: (550, b"No such mailbox")})
            if address.startswith("busy"):
                raise smtplib.SMTPRecipientsRefused({address: (450, b"Try again later")})
            if address.startswith("broken"):
                raise ConnectionRefusedError("Connection refused")
        return super().send_messages(messages)


@dataclass
class Receiver:
    """What came in, and what is answered."""

    url: str = ""
    codes: list[int] = field(default_factory=list)
    """Answers in turn; 204 when there is none left."""
    headers: dict[str, str] = field(default_factory=dict)
    said: bytes = b""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    on_request: Callable[[], None] = lambda: None
    """Called before the answer."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.path, told, body))
            receiver.on_request()
            self.send_response(receiver.codes.pop(0) if receiver.codes else 204)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.said)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
