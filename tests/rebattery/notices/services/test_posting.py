import datetime
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rebattery.notices.services import posting
from rebattery.notices.services.posting import NotDelivered, post
from tests.rebattery.notices.receiver import receiving


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    with receiving() as running:
        yield running


def send(url):
    return post(url=url, body=b"{}", headers={"content-type": "application/json"})


def refusal(url):
    with pytest.raises(NotDelivered) as refused:
        send(url)
    return refused.value


def names(monkeypatch, *addresses):
    """Let every name lead to each of ``addresses`` in turn."""
    asked, real = iter(addresses), socket.getaddrinfo

    def answer(host, port, *args, **how):
        if host in addresses:  # no question of names any more: the address that was settled before
            return real(host, port, *args, **how)
        found = next(asked)
        family = socket.AF_INET6 if ":" in found else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


class TestPost:
    def test_returns_the_answers_code(self, receiver):
        assert send(f"{receiver.url}?key=1") == 204
        [(path, headers, body)] = receiver.requests
        assert (path, body, headers["content-type"]) == ("/hook?key=1", b"{}", "application/json")

    @pytest.mark.parametrize("code", [400, 404, 429, 500, 503])
    def test_tells_what_was_answered(self, receiver, code):
        receiver.codes, receiver.said = [code], b"not\x00 now\n<b>" + b"x" * 5_000

        refused = refusal(receiver.url)

        assert (refused.code, refused.is_final) == (code, False)
        assert str(refused).startswith(f"It answered {code}: not now <b>xxx")
        assert len(str(refused)) == len("It answered 500: ") + 120

    def test_takes_gone_for_an_answer(self, receiver):
        receiver.codes = [410]

        assert refusal(receiver.url).is_final

    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_follows_no_redirect(self, receiver, code):
        receiver.codes, receiver.headers = [code], {"Location": receiver.url}

        assert "follow none" in str(refusal(receiver.url))
        assert len(receiver.requests) == 1

    def test_says_when_nobody_answers(self, settings):
        settings.WEBHOOKS_MAY_STAY_INSIDE = True
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

        assert str(refusal(f"http://127.0.0.1:{port}/")) == "It refused the connection."

    def test_cuts_a_slow_trickle_at_the_limit(self, settings, monkeypatch):
        settings.WEBHOOKS_MAY_STAY_INSIDE = True
        monkeypatch.setattr(posting, "TIMEOUT_S", 1)
        server = socket.create_server(("127.0.0.1", 0))

        def trickle():
            taken, _ = server.accept()
            with taken:
                for sign in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100:
                    try:
                        taken.send(bytes([sign]))
                    except OSError:
                        return
                    time.sleep(0.2)

        threading.Thread(target=trickle, daemon=True).start()
        began = time.monotonic()

        refused = refusal(f"http://127.0.0.1:{server.getsockname()[1]}/")
        server.close()

        assert str(refused) == "No answer within 1 seconds."
        assert time.monotonic() - began < 5

    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1"]
    )
    def test_sends_nothing_where_a_name_leads_inside(self, monkeypatch, address):
        names(monkeypatch, address)

        assert "private network" in str(refusal("https://harmless.example/"))

    def test_looks_a_name_up_once(self, receiver, monkeypatch):
        names(monkeypatch, "127.0.0.1")  # a second question would find no answer
        port = receiver.url.split(":")[2].split("/")[0]

        assert send(f"http://rebind.example:{port}/hook") == 204
        assert receiver.requests[0][1]["host"] == f"rebind.example:{port}"

    def test_says_when_a_name_is_unknown(self, monkeypatch):
        def unknown(*_, **__):
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)

        assert str(refusal("https://nowhere.example/")) == "The name nowhere.example is not known."

    def test_refuses_plain_http_outside_tests(self, receiver, settings):
        settings.WEBHOOKS_MAY_STAY_INSIDE = False

        assert refusal(receiver.url).is_final
        assert receiver.requests == []

    def test_trusts_no_certificate_of_somebody_else(self, settings, tmp_path):
        settings.WEBHOOKS_MAY_STAY_INSIDE = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=shake_hands, args=(context, server), daemon=True).start()

        refused = refusal(f"https://127.0.0.1:{server.getsockname()[1]}/")
        server.close()

        assert "certificate is not trusted" in str(refused)


def shake_hands(context, server):
    taken, _ = server.accept()
    try:
        context.wrap_socket(taken, server_side=True)
    except OSError:
        taken.close()


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
