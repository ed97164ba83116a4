"""Tell suppliers, deliver what was told, and set up where it goes."""

from rebattery.notices.services.notifying import News, notify

__all__ = ["News", "notify"]
