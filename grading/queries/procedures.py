"""Published procedures: all of them, those that can be picked, and the version before another."""

from collections.abc import Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from grading.domain.procedure import Procedure, parse_procedure
from grading.models import ProcedureVersion


def procedures() -> QuerySet[ProcedureVersion]:
    """Return every published version."""
    return ProcedureVersion.objects.all()


def named(versions: QuerySet[ProcedureVersion], text: str) -> QuerySet[ProcedureVersion]:
    """Keep the versions whose code or title contains ``text``."""
    return versions.filter(Q(code__icontains=text) | Q(title__icontains=text))


def in_use(versions: QuerySet[ProcedureVersion]) -> QuerySet[ProcedureVersion]:
    """Keep what can be picked: the newest version of each code that is not retired."""
    newer = procedures().filter(
        code=OuterRef("code"), version__gt=OuterRef("version"), retired_at__isnull=True
    )
    return versions.filter(~Exists(newer), retired_at__isnull=True)


def pickable(*, kinds: Sequence[str]) -> list[ProcedureVersion]:
    """Return what new results of these ``kinds`` may follow, by title."""
    return list(in_use(procedures()).filter(kind__in=kinds).order_by("title", "pk"))


def previous_of(*, version: ProcedureVersion) -> ProcedureVersion | None:
    """Return the version before ``version``, None for the first."""
    earlier = procedures().filter(code=version.code, version__lt=version.version)
    return earlier.order_by("-version").first()


def next_version(*, code: str) -> int:
    """Return the number that the next version of ``code`` gets."""
    newest = procedures().filter(code=code).order_by(F("version").desc()).first()
    return newest.version + 1 if newest else 1


def compiled(version: ProcedureVersion) -> Procedure:
    """Return ``version`` ready for use; it is parsed once per process, being immutable."""
    if version.sha256 not in _COMPILED:
        _COMPILED[version.sha256] = parse_procedure(version.document)
    return _COMPILED[version.sha256]


_COMPILED: dict[str, Procedure] = {}
