"""The tiles of the start page, as a person reads them."""

from html.parser import HTMLParser


class Tiles(HTMLParser):
    """Collects label, number and address of every tile of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.found: dict[str, tuple[int, str]] = {}
        self._href, self._slot, self._number = "", "", 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        classes = (values.get("class") or "").split()
        if "tile" in classes:
            self._href = values.get("href") or ""
        self._slot = next((name for name in ("big", "tile-label") if name in classes), "")

    def handle_data(self, data):
        if self._slot == "big":
            self._number = int(data)
        elif self._slot == "tile-label":
            self.found[data] = (self._number, self._href)
        self._slot = ""
