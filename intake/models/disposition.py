"""Where rejected packs go: operators, waste codes, and the orders that take packs out of the house."""

from datetime import date

from django.db import models
from django.db.models import Q

from intake.domain.dispositions import (
    KIND_WORDS,
    LegalStatus,
    OrderKind,
    OrderState,
    PackState,
    code_applies,
)


class WasteOperator(models.Model):
    """A company that may take waste batteries, with its permit."""

    name = models.CharField(max_length=120)
    permit_number = models.CharField(max_length=80)
    permit_valid_until = models.DateField()
    """The last day on which the permit counts."""
    country = models.CharField(max_length=2)
    address = models.TextField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "permit_number"], name="waste_operator_once_per_permit"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def may_take_waste(self, *, on: date) -> bool:
        """Return whether an order of that day may name the operator."""
        return self.is_active and self.permit_valid_until >= on


class WasteCode(models.Model):
    """A code of the European list of waste; an asterisk marks hazardous waste."""

    code = models.CharField(max_length=12, unique=True)
    label = models.CharField(max_length=200, blank=True)
    """The list's words, once somebody has read them there."""
    applies_from = models.DateField(null=True)
    applies_until = models.DateField(null=True)
    """The last day; empty while no end is known."""
    is_confirmed = models.BooleanField(default=False)
    """Somebody has read it in the law; otherwise it stands here from memory."""
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.code

    @property
    def is_hazardous(self) -> bool:
        """Whether the list marks it as hazardous."""
        return self.code.endswith("*")

    def applies(self, *, on: date) -> bool:
        """Return whether an order of that day may name the code."""
        return code_applies(applies_from=self.applies_from, applies_until=self.applies_until, on=on)


class DispositionOrder(models.Model):
    """Packs that leave the house together: back to one supplier, or to one recycler."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, KIND_WORDS[kind]) for kind in OrderKind])
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value.capitalize().replace("_", " ")) for s in OrderState]
    )
    supplier = models.ForeignKey("intake.Supplier", null=True, on_delete=models.PROTECT, related_name="+")
    """Whose packs they are; empty when a recycling order takes packs of several suppliers."""
    operator = models.ForeignKey(WasteOperator, null=True, on_delete=models.PROTECT, related_name="orders")
    waste_code = models.ForeignKey(WasteCode, null=True, on_delete=models.PROTECT, related_name="+")
    consignee = models.JSONField()
    """Who takes the packs, as it was when they were ordered: {name, country, address, permit_number,
    permit_valid_until}; the last two for an operator."""
    pack_count = models.IntegerField()
    """Packs that are in it still."""
    reason = models.TextField()
    transport_remark = models.TextField(blank=True)
    """Who judged damaged packs, by whose criteria, and what the driver must know."""
    ordered_at = models.DateTimeField()
    ordered_by_person_id = models.BigIntegerField(null=True)
    ordered_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    """When it was handed over or cancelled."""
    ended_by_person_id = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    document_number = models.CharField(max_length=80, blank=True)
    """Of the consignment note or the waste transport document."""
    cancel_reason = models.TextField(blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="return", supplier__isnull=False, operator__isnull=True)
                | Q(kind="recycling", operator__isnull=False, waste_code__isnull=False),
                name="disposition_has_its_consignee",
            ),
            models.CheckConstraint(
                condition=Q(state="ordered", ended_at__isnull=True)
                | (Q(state="handed_over", ended_at__isnull=False) & ~Q(document_number=""))
                | (Q(state="cancelled", ended_at__isnull=False) & ~Q(cancel_reason="")),
                name="disposition_ends_with_its_paper",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"]), models.Index(fields=["ordered_at", "id"])]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether its packs are still in the house."""
        return self.state == OrderState.ORDERED


class DispositionPack(models.Model):
    """One pack of an order."""

    order = models.ForeignKey(DispositionOrder, on_delete=models.PROTECT, related_name="lines")
    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="dispositions")
    state = models.CharField(max_length=12, choices=[(s.value, s.value.capitalize()) for s in PackState])
    legal_status_before = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in LegalStatus]
    )
    """What a cancelled order gives back."""
    hazards = models.JSONField(default=list)
    """What is dangerous about it, in words, as known when it was ordered."""
    transport_class = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack"], condition=~Q(state="released"), name="disposition_pack_in_one_order"
            ),
            models.UniqueConstraint(fields=["order", "pack"], name="disposition_pack_once_per_order"),
        ]

    def __str__(self) -> str:
        return f"pack {self.pack_id} of order {self.order_id}"
