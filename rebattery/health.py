"""Whether the process lives, and whether it can work."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from rebattery.accounts.guards import public


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; asks nobody else."""
    return JsonResponse({"alive": True})


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database and broker answer; 503 when the database does not."""
    checks = {"database": _answers(_ask_database), "broker": _answers(_ask_broker)}
    # Uploads and decisions survive a dead broker (the sweep finds them), so only the database decides.
    return JsonResponse(checks, status=200 if checks["database"] else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    cache.get("readyz")


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:  # whatever went wrong, the answer is no
        return False
    return True
