"""Judgment is plain Python: whatever only reads a file or judges a pack loads no framework."""

import subprocess
import sys

from django.conf import settings

PROGRAM = """
import importlib, pkgutil, sys
import grading.domain, intake.domain, rebattery.errors
for package in (grading.domain, intake.domain):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
print({name.partition(".")[0] for name in sys.modules} & {"django", "rest_framework", "celery"})
"""


def test_the_domain_loads_neither_the_web_framework_nor_the_job_queue():
    command = [sys.executable, "-c", PROGRAM]

    ended = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR)

    assert ended.stdout == "set()\n", ended.stderr
