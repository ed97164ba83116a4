"""Who does something: a person, a person's token, a task, or the system itself."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["user", "token", "task", "system"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One author of trail events."""

    kind: ActorKind
    label: str
    """Name shown in the trail; a snapshot, never looked up again."""
    id: int | None = None
    """Key of the user or token; None for tasks and the system."""
    person_id: int | None = None
    """The human behind it, the same by page and by token; None for tasks and the system."""
    request_id: str = ""
    """Binds all effects of one web request or command together."""
    job_id: str = ""
    """Binds all effects of one background job together."""


SYSTEM = Actor(kind="system", label="ReBattery")


def task_actor(name: str, *, job_id: str) -> Actor:
    """Return the author of a background job's effects."""
    return Actor(kind="task", label=name, job_id=job_id)
