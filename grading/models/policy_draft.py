"""Policies on their way: written by one person, published by another."""

from django.db import models


class PolicyDraft(models.Model):
    """A policy document that its author still changes; it decides nothing."""

    class State(models.TextChoices):
        WRITING = "writing", "Being written"
        PROPOSED = "proposed", "Proposed for publication"
        PUBLISHED = "published", "Published"
        DISCARDED = "discarded", "Discarded"

    OPEN = (State.WRITING, State.PROPOSED)

    document = models.JSONField()
    """May be unsound while it is written; its version and dates are given at publication."""
    based_on = models.ForeignKey(
        "grading.PolicyVersion", models.PROTECT, null=True, related_name="+", db_index=False
    )
    revision = models.IntegerField(default=1)
    """Rises with every change, so that nobody publishes what they have not read."""
    state = models.CharField(max_length=9, choices=State, default=State.WRITING)
    author = models.CharField(max_length=120)
    author_person_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    became = models.OneToOneField("grading.PolicyVersion", models.PROTECT, null=True, related_name="draft")
    """The version that was published from this draft."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="published", became__isnull=False, closed_at__isnull=False)
                | models.Q(state="discarded", became__isnull=True, closed_at__isnull=False)
                | models.Q(state__in=("writing", "proposed"), became__isnull=True, closed_at__isnull=True),
                name="policy_draft_state_fits",
            )
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}, {self.title}"

    @property
    def is_open(self) -> bool:
        """Tell whether the draft can still become a policy."""
        return self.state in self.OPEN

    @property
    def title(self) -> str:
        """Return the document's own title, or a word where it has none yet."""
        title = self.document.get("title")
        return title if isinstance(title, str) and title.strip() else "Untitled policy"
