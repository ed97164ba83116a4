"""Tell suppliers, deliver what was told, and set up where it goes."""

from rebattery.notices.services.notifying import News, notify, notify_many

__all__ = ["News", "notify", "notify_many"]
