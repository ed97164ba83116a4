"""Check the trail and say what does not hold."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from rebattery.audit.verify import event_count, guarded_tables, verify


class Command(BaseCommand):
    help = (
        "Check that every row has its events, that they agree, and that the guards stand. Exit 1 on any gap."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        gaps = 0
        for sentence in verify():
            gaps += 1
            self.stdout.write(sentence)
        if gaps:
            sys.exit(f"The trail has {gaps} gap{'s' if gaps > 1 else ''}.")
        self.stdout.write(
            f"The trail holds: {event_count()} events, {len(guarded_tables())} guarded tables, no gap."
        )
