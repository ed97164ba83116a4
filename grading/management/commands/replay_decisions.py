"""manage.py replay_decisions"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from grading.models import Decision
from grading.queries.decisions import replayed_decisions


class Command(BaseCommand):
    help = "Judge every stored decision again from its evidence and policy; exit 1 when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(Decision.Kind.values, 0)
        different = 0
        for replayed in replayed_decisions():
            counts[replayed.kind] += 1
            different += bool(replayed.differences)
            for difference in replayed.differences:
                self.stdout.write(f"decision {replayed.decision_id}, pack {replayed.pack_id}: {difference}")
        self.stdout.write(
            f"{counts['policy']} decisions judged again, {counts['override']} overrides traced to their base,"
            f" {counts['failed']} failures skipped: {different} differences."
        )
        if different:
            sys.exit(1)
