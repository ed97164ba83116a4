"""Post to an address that somebody outside chose, without letting it lead us inside."""

import contextlib
import http.client
import socket
import ssl
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from rebattery.notices.domain.addresses import is_public, url_fault

TIMEOUT_S = 10
_READ_BYTES = 2_000
_SHOWN = 120
_GONE = 410


class NotDelivered(Exception):
    """The message was not taken; the text says why."""

    def __init__(self, why: str, *, code: int | None = None, is_final: bool = False):
        super().__init__(why)
        self.code = code
        self.is_final = is_final
        """Trying again would be useless, or unwelcome."""


@dataclass(frozen=True)
class _Target:
    """Where to connect, settled once: the name is not looked up a second time."""

    address: str
    host: str
    port: int
    path: str
    is_tls: bool


class _Connection(http.client.HTTPConnection):
    """A connection to one settled address, which a timer can cut whatever it is doing."""

    def __init__(self, target: _Target):
        super().__init__(target.host, target.port, timeout=TIMEOUT_S)
        self.target = target
        self.is_cut = False
        if target.is_tls:
            self.default_port = http.client.HTTPS_PORT  # for the header Host

    def connect(self) -> None:
        plain = socket.create_connection((self.target.address, self.target.port), TIMEOUT_S)
        self.sock: Any = plain
        if self.target.is_tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(
                plain, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End the connection from another thread: a timeout per read would never end a slow trickle."""
        self.is_cut = True
        if (sock := self.sock) is not None:
            with contextlib.suppress(OSError):  # it may have just ended by itself
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def post(*, url: str, body: bytes, headers: dict[str, str]) -> int:
    """Post ``body`` and return the answer's code, which is 2xx.

    Redirects are not followed, 10 s are the limit for all of it, and only public addresses are called.

    :raises NotDelivered: in every other case, with the reason in words.
    """
    connection = _Connection(_target(url))
    timer = Timer(TIMEOUT_S, connection.cut)
    timer.start()
    try:
        connection.request("POST", connection.target.path, body, headers)
        answer = connection.getresponse()
        said = answer.read(_READ_BYTES)
    except (OSError, http.client.HTTPException) as exc:
        why = f"No answer within {TIMEOUT_S} seconds." if connection.is_cut else _reason(exc)
        raise NotDelivered(why) from exc
    finally:
        timer.cancel()
        connection.close()
    if 200 <= answer.status < 300:
        return answer.status
    raise NotDelivered(_refusal(answer.status, said), code=answer.status, is_final=answer.status == _GONE)


def _target(url: str) -> _Target:
    if fault := url_fault(url, may_stay_inside=settings.WEBHOOKS_MAY_STAY_INSIDE):
        raise NotDelivered(fault, is_final=True)
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise NotDelivered(f"The name {host} is not known.") from exc
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOKS_MAY_STAY_INSIDE and not all(is_public(address) for address in addresses):
        raise NotDelivered(f"The name {host} leads into a private network; nothing was sent.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(addresses[0], host, port, path, is_tls)


def _reason(exc: Exception) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {exc.verify_message}."
    if isinstance(exc, TimeoutError):
        return f"No answer within {TIMEOUT_S} seconds."
    if isinstance(exc, ConnectionRefusedError):
        return "It refused the connection."
    return f"The connection failed: {type(exc).__name__}."


def _refusal(code: int, said: bytes) -> str:
    if 300 <= code < 400:
        return f"It answered {code}, a redirect; we follow none. Enter the address where it leads."
    text = " ".join(said.decode("utf-8", "replace").split())
    shown = "".join(sign for sign in text if sign.isprintable())[:_SHOWN]
    return f"It answered {code}: {shown}" if shown else f"It answered {code}."
