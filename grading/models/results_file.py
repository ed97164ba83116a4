"""Files of bench results as received, and the rows that they hold."""

from django.db import models
from django.db.models import Q

from intake.models.run import Run
from rebattery.accounts.models import User


class ResultsFileQuerySet(models.QuerySet["ResultsFile"]):
    def visible_to(self, viewer: User) -> "ResultsFileQuerySet":
        """Keep what ``viewer`` may see: a supplier's people see no files of results."""
        return self.none() if viewer.is_supplier else self


class ResultsFile(models.Model):
    """One file of results. Its bytes never change; the same bytes twice are one."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be read"
        DRAFT = "draft", "To be mended or recorded"
        IN_RUN = "in_run", "In bench runs"
        RECORDED = "recorded", "Recorded"
        REFUSED = "refused", "Cannot be read"

    stored_file = models.OneToOneField("intake.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    record_if_clean = models.BooleanField(default=False)
    why = models.TextField(blank=True)
    """Why it cannot be read, or why it was not recorded."""
    sheets = models.JSONField(default=list)
    """Of each table: kind, name, columns, unknown headings, conversions (see domain.results_file.reading)."""
    unread_sheets = models.JSONField(default=list)
    capacity_run = models.ForeignKey(
        "grading.BenchRun", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    resistance_run = models.ForeignKey(
        "grading.BenchRun", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField()
    received_by_person_id = models.BigIntegerField(null=True)
    received_by = models.CharField(max_length=120)
    received_actor = models.JSONField(default=dict)
    """Kind and key of whoever sent it: the results that a worker records are theirs."""
    version = models.IntegerField(default=1)
    """Counts the changes of its rows, so that nobody overwrites rows that they have not seen."""

    objects = ResultsFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state="queued"), name="results_file_queued"),
            models.Index(fields=["state", "id"], name="results_file_state"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ResultsFileWork(Run):
    """Where the reading of a file stands: lease, attempts, progress. Bookkeeping, not history."""

    results_file = models.OneToOneField(ResultsFile, on_delete=models.CASCADE, related_name="work")
    rows_read = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"work on results file {self.results_file_id}"


class ResultsFileRow(models.Model):
    """One row of a results file as it stands, mended or not. Bookkeeping: a result has its own trail."""

    results_file = models.ForeignKey(ResultsFile, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=12)
    """capacity, resistance, members or reported."""
    number = models.IntegerField()
    """As the spreadsheet program shows it."""
    cells = models.JSONField()
    """As they stand in the file, by column."""
    values = models.JSONField()
    """Field to what it says."""
    problems = models.JSONField(default=list)
    """{column, field, rule, severity, value, message, fix} each."""
    has_error = models.BooleanField()
    pack = models.ForeignKey(
        "intake.Pack", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result_id = models.BigIntegerField(null=True)
    """The result that came of it: of the table that its kind says."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["results_file", "kind", "number"], name="results_file_row_once")
        ]
        indexes = [
            models.Index(
                fields=["kind", "result_id"],
                condition=Q(result_id__isnull=False),
                name="results_file_row_result",
            )
        ]

    def __str__(self) -> str:
        return f"row {self.number} of results file {self.results_file_id}"
