"""What programs are told of a file."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from intake.models import Manifest
from intake.queries.manifests import problems_of

PROBLEMS_TOLD = 1_000


class ProblemOutput(serializers.Serializer[Any]):
    row = serializers.IntegerField(allow_null=True, help_text="As the spreadsheet shows it; null: the file.")
    column = serializers.CharField()
    field = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "question", "warning"])
    value = serializers.CharField()
    message = serializers.CharField()
    fix = serializers.CharField()


class ColumnOutput(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Zero-based; cells and answers name columns by it.")
    header = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    use = serializers.ChoiceField(choices=["field", "extra", "ignore", "unknown", "hidden"])
    unit = serializers.CharField(allow_null=True)
    confidence = serializers.CharField(allow_null=True)
    candidates = serializers.ListField(child=serializers.CharField())
    samples = serializers.ListField(child=serializers.CharField())
    filled = serializers.IntegerField()
    conversions = serializers.ListField(child=serializers.CharField())


class OptionOutput(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # ours, not that of the field


class QuestionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Answer under this name.")
    rule = serializers.CharField()
    column = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    fix = serializers.CharField()
    options = OptionOutput(many=True)
    rows = serializers.IntegerField()
    samples = serializers.ListField(child=serializers.CharField())


class FixOutput(OptionOutput):
    id = serializers.CharField(help_text="Answer under this name to mend the whole group.")


class GroupOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "question", "warning"])
    field = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)
    index = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField(help_text="Exact.")
    message = serializers.CharField()
    fix = serializers.CharField()
    fixes = FixOutput(many=True)


class _SummaryList(serializers.ListField):
    """A list out of the summary of the last reading; empty before there is one."""

    def get_attribute(self, instance: Manifest) -> Any:
        return instance.summary.get(str(self.field_name), [])


class SummaryCount(serializers.IntegerField):
    """``x_count`` is the number x in the summary of the last reading; 0 before there is one."""

    def get_attribute(self, instance: Manifest) -> Any:
        return instance.summary.get(str(self.field_name).removesuffix("_count"), 0)


class ManifestOutput(serializers.ModelSerializer[Manifest]):
    """A file on its way, and everything that is to be mended in it."""

    rows_done = serializers.IntegerField(source="run.rows_done")
    sha256 = serializers.CharField(source="stored_file.sha256")
    batch_id = serializers.IntegerField(source="batch.pk", default=None)
    replaces_id = serializers.IntegerField(allow_null=True, help_text="The batch that this file corrects.")
    accepted_count = SummaryCount(read_only=True, help_text="Rows that can be announced as they are.")
    refused_count = SummaryCount(read_only=True, help_text="Rows with an error or an open question.")
    dropped_count = SummaryCount(read_only=True, help_text="Rows left out by a correction.")
    announced_count = SummaryCount(read_only=True, help_text="Rows that are packs of the batch.")
    columns = _SummaryList(child=ColumnOutput())
    questions = _SummaryList(child=QuestionOutput(), help_text="Open; each keeps every pack back.")
    groups = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField(help_text="The first 1,000; the groups count all.")

    class Meta:
        model = Manifest
        fields = [
            "id", "file_name", "sha256", "state", "intent", "expected_on", "received_at", "finished_at",
            "rows_done", "row_count", "error_count", "warning_count", "accepted_count", "refused_count",
            "dropped_count", "announced_count", "refusal", "batch_id", "replaces_id", "columns", "questions",
            "groups", "problems",
        ]  # fmt: skip

    @extend_schema_field(GroupOutput(many=True))
    def get_groups(self, manifest: Manifest) -> Any:
        groups = [group for group in manifest.summary.get("groups", ()) if group["count"] > 0]
        return GroupOutput(groups, many=True).data

    @extend_schema_field(ProblemOutput(many=True))
    def get_problems(self, manifest: Manifest) -> Any:
        return ProblemOutput(problems_of(manifest=manifest, limit=PROBLEMS_TOLD), many=True).data


class ManifestAccepted(serializers.ModelSerializer[Manifest]):
    """Where a file stands, and where to ask what becomes of it."""

    progress = serializers.SerializerMethodField(help_text="Ask here what becomes of it.")

    class Meta:
        model = Manifest
        fields = ["id", "state", "progress"]

    def get_progress(self, manifest: Manifest) -> str:
        return reverse("api_manifest", args=[manifest.pk])
