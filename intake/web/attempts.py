"""What a person asks for, done or refused, and said on the next page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from rebattery.errors import RuleViolation


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Do something and say so, or say why not; return whether it was done."""
    try:
        act()
    except RuleViolation as refused:
        messages.error(request, f"{refused.message} Nothing was changed.")
        return False
    if done:
        messages.success(request, done)
    return True
