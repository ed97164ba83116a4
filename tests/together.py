"""What several people or workers do at the same moment."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(work: Callable[[Any], Any], each: Iterable[Any]) -> list[Any]:
    """Do ``work`` for each in a thread of its own, all from the same moment on, and return the answers.

    For tests with real commits alone: a thread has its own connection and sees nothing else.
    """
    items = list(each)
    start = Barrier(len(items))

    def begin(item: Any) -> Any:
        start.wait()
        try:
            return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(begin, items))
