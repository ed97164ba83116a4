"""What every page knows: the viewer's theme, density and menu."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability, Role
from rebattery.ui.navigation import ENTRIES, Entry

THEME_COOKIE = "theme"
THEMES = {"light": "Light", "dark": "Dark", "system": "As the system"}


@dataclass(frozen=True)
class Link:
    """A menu entry that the viewer may open."""

    label: str
    url: str
    shortcut: str
    is_main: bool
    is_current: bool


def theme(request: HttpRequest) -> dict[str, Any]:
    """Give ``theme``: light, dark or system, as the viewer chose."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else "system", "themes": THEMES}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give ``navigation`` (links), ``density`` (desk or warehouse) and ``scan_url`` (staff only)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": [], "density": "desk", "scan_url": ""}
    return {
        "navigation": _links(request.path, user),
        "density": "warehouse" if user.role == Role.WAREHOUSE else "desk",
        "scan_url": _url("scan") if user.may(Capability.VIEW_INTERNAL) else "",
    }


def _links(path: str, user: User) -> list[Link]:
    urls = {entry: _url(entry.url_name) for entry in ENTRIES if user.may(entry.capability)}
    here = max((url for url in urls.values() if url and _is_below(path, url)), key=len, default="")
    return [_link(entry, url, url == here) for entry, url in urls.items() if url]


def _link(entry: Entry, url: str, is_current: bool) -> Link:
    return Link(entry.label, url, entry.shortcut, entry.is_main, is_current)


def _is_below(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)


def _url(name: str) -> str:
    # An entry without a page must not take every other page down; a test refuses such an entry.
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
