"""States of health that somebody else reported of a pack."""

from grading.models import SohReport


def soh_reports_of(*, pack_id: int) -> list[SohReport]:
    """Return every report of a pack, superseded ones too, newest first."""
    reports = SohReport.objects.filter(pack_id=pack_id).select_related("procedure")
    return list(reports.order_by("-read_at", "-pk"))
