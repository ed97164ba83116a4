"""Where a webhook may lead: to the public Internet by https, never into a private network."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

MOST_CHARACTERS = 500
_HTTPS, _FIRST_FREE = 443, 1024


def url_fault(url: str, *, may_stay_inside: bool = False) -> str:
    """Return what is wrong with a webhook's address, or nothing.

    :param may_stay_inside: also take http and private addresses; for tests on one machine.
    """
    if len(url) > MOST_CHARACTERS:
        return f"Use at most {MOST_CHARACTERS} characters."
    if not url.isascii() or any(not sign.isprintable() or sign in ' \\"<>' for sign in url):
        return "Use letters, digits and the usual signs of an address, without blanks."
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "This is no address, such as https://example.com/notices."
    if parts.scheme != "https" and not (may_stay_inside and parts.scheme == "http"):
        return "The address must start with https://."
    if "@" in parts.netloc:
        return "Leave user name and password out; each message is signed instead."
    if "#" in url:
        return "Leave out what follows the # sign; it is never sent."
    # Lower ports belong to other services, such as mail and remote sign-in, which a notice must not reach.
    if parts.port not in (None, _HTTPS) and parts.port < _FIRST_FREE:
        return f"Use port {_HTTPS}, or one from {_FIRST_FREE} on."
    if not may_stay_inside and _is_inside(parts.hostname):
        return "This address is inside a private network."
    return ""


def shown(url: str) -> str:
    """Return a webhook's address without its query, which may hold a key of its owner."""
    return url.partition("?")[0]


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public Internet.

    Loopback, private, link-local, shared, multicast and reserved ranges are not, nor are IPv6 addresses
    that carry an IPv4 address inside and might be translated to it on the way (RFC 6890, RFC 6052).
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour is not None or ip.teredo is not None or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _is_inside(host: str) -> bool:
    name = host.rstrip(".")
    is_literal = name.startswith("[") or ":" in name or name.rpartition(".")[2].isdigit()
    if is_literal:
        return not is_public(name)
    return "." not in name or name.endswith((".localhost", ".local", ".internal"))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError:
        return None
    return parts
