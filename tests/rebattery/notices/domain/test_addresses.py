import pytest

from rebattery.notices.domain.addresses import is_public, shown, url_fault


class TestIsPublic:
    @pytest.mark.parametrize(
        "address",
        [
            "93.184.215.14", "8.8.8.8", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
            "100.63.255.255", "100.128.0.0", "169.253.255.255", "169.255.0.0", "9.255.255.255", "11.0.0.0",
            "126.255.255.255", "128.0.0.1", "223.255.255.255", "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        ],
    )  # fmt: skip
    def test_takes(self, address):
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255",
            "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255",
            "169.254.0.0", "169.254.169.254", "169.254.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
            "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
            "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1", "100::1", "localhost", "", "1.2.3", "0x7f000001",
        ],
    )  # fmt: skip
    def test_refuses(self, address):
        assert not is_public(address)


class TestUrlFault:
    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com", "https://example.com/", "https://hooks.example.com:8443/a?key=b&c=d",
            "https://example.com:443/", "https://example.com:1024/", "https://example.com:65535/",
            "https://93.184.215.14/hook", "https://xn--bcher-kva.example/x",
        ],
    )  # fmt: skip
    def test_finds_nothing(self, url):
        assert url_fault(url) == ""

    @pytest.mark.parametrize(
        ("url", "word"),
        [
            ("http://example.com/", "https://"),
            ("ftp://example.com/", "https://"),
            ("file:///etc/passwd", "no address"),
            ("gopher://127.0.0.1:70/_x", "https://"),
            ("https://", "no address"),
            ("example.com/hook", "no address"),
            ("https://example.com:99999/", "no address"),
            ("https://example.com:0/", "port 443"),
            ("https://example.com:22/", "port 443"),
            ("https://example.com:442/", "port 443"),
            ("https://example.com:444/", "port 443"),
            ("https://example.com:1023/", "port 443"),
            ("https://[::1", "no address"),
            ("https://user:secret@example.com/", "password"),
            ("https://example.com@127.0.0.1/", "password"),
            ("https://example.com/#part", "#"),
            ("https://exa mple.com/", "blanks"),
            ("https://example.com/\r\nHost: x", "blanks"),
            ("https://example.com\\@127.0.0.1/", "blanks"),
            ("https://bücher.example/", "signs"),
            ("https://localhost/", "private"),
            ("https://db/", "private"),
            ("https://printer.local/", "private"),
            ("https://metadata.google.internal/", "private"),
            ("https://a.localhost./", "private"),
            ("https://127.0.0.1/", "private"),
            ("https://127.1/", "private"),
            ("https://2130706433/", "private"),
            ("https://169.254.169.254/latest/meta-data/", "private"),
            ("https://[::1]/", "private"),
            ("https://[::ffff:10.0.0.1]/", "private"),
            ("https://[fe80::1]/", "private"),
            ("https://example.com/" + "a" * 500, "500"),
        ],
    )
    def test_says(self, url, word):
        assert word in url_fault(url)

    def test_lets_tests_stay_inside(self):
        assert url_fault("http://127.0.0.1:8000/hook", may_stay_inside=True) == ""
        assert url_fault("ftp://127.0.0.1/", may_stay_inside=True)


class TestShown:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [("https://a.example/x?key=1", "https://a.example/x"), ("https://a.example", "https://a.example")],
    )
    def test_leaves_out_the_query(self, url, expected):
        assert shown(url) == expected
