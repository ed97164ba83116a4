"""ReBattery: from a supplier's claim to a graded, audited pack."""

from rebattery.celery import app as celery_app

__all__ = ["celery_app"]
