"""Bench results: capacity tests and resistance tests, superseded but never edited."""

from django.db import models
from django.db.models import Q

from grading.models.declaration import InstrumentDeclaration
from grading.models.instrument import Channel, Instrument
from grading.models.procedure import ProcedureVersion

STANDS = Q(superseded_by__isnull=True, invalidated_by__isnull=True)
"""A result that neither a newer one nor a declaration against its instrument took out of force."""
STANDS_SQL = "{0}.superseded_by_id IS NULL AND {0}.invalidated_by_id IS NULL"
"""The same for a table named ``{0}``."""


def invalidated(name: str) -> models.Index:
    """Return the index by which a declaration finds its results again."""
    return models.Index(
        fields=["invalidated_by"], condition=Q(invalidated_by__isnull=False), name=f"{name}_invalidated"
    )


class MeasuredWith(models.Model):
    """What every bench result has: with what, by which procedure, from which file, and how sure it is."""

    channel = models.ForeignKey(
        Channel, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    procedure = models.ForeignKey(
        ProcedureVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    derivation = models.ForeignKey(
        "grading.Derivation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    """The tester file's derivation that the values come from; None when they were typed."""
    ambient_degc = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    uncertainty = models.JSONField(default=dict)
    """The budget by GUM, as :mod:`grading.domain.uncertainty` writes it; empty when it could not be made."""
    departures = models.JSONField(default=list)
    """How the test departs from the conditions of its procedure, or without one of the policy: {words,
    is_grave}. Gravely, and the value compares with no other."""
    invalidated_by = models.ForeignKey(
        InstrumentDeclaration, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    """What declared its instrument bad: the result stays to be seen and counts for nothing."""

    class Meta:
        abstract = True

    @property
    def gives_value(self) -> bool:
        """Whether it gives the policy a value: a test that departs gravely from its procedure gives none."""
        return not any(departure["is_grave"] for departure in self.departures)

    def depart(self, words: str) -> None:
        """Note what is odd about the test, and leaves its value as good as it is; the row is not saved."""
        self.departures = [*self.departures, {"words": words, "is_grave": False}]


class CapacityTest(MeasuredWith):
    """One full-to-empty capacity test of a pack, with the conditions that give it meaning."""

    class Method(models.TextChoices):
        CC_DISCHARGE = "cc_discharge", "Constant-current discharge, full to empty"
        CC_CV_CHARGE = "cccv_charge", "CC-CV charge, empty to full"

    class Basis(models.TextChoices):
        AH = "ah", "Charge (Ah)"
        KWH = "kwh", "Energy (kWh)"

    class Weakest(models.TextChoices):
        CELL = "cell", "Cell"
        SERIES_GROUP = "series_group", "Series group"
        MODULE = "module", "Module"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    certificate_number = models.CharField(max_length=60)
    """The instrument's calibration certificate on the day of the test."""
    method = models.CharField(max_length=20, choices=Method)
    basis = models.CharField(max_length=3, choices=Basis)
    measured_capacity_ah = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    measured_energy_kwh = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    reference_value = models.DecimalField(max_digits=9, decimal_places=3)
    """What 100 % means, in Ah or kWh as ``basis`` says."""
    reference_source = models.CharField(max_length=20)
    c_rate = models.DecimalField(max_digits=6, decimal_places=3)
    temperature_degc = models.DecimalField(max_digits=5, decimal_places=1)
    voltage_from_v = models.DecimalField(max_digits=7, decimal_places=2)
    voltage_to_v = models.DecimalField(max_digits=7, decimal_places=2)
    ended_by_cell_limit = models.BooleanField()
    """A cell reached its limit: the pack's Ah then bound the weakest series group from below."""
    weakest_soh_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    weakest_kind = models.CharField(max_length=12, choices=Weakest, blank=True)
    members = models.JSONField(default=list)
    """Of its cells, series groups or modules: {kind, label, measured_capacity_ah, soh_percent, dcir_mohm,
    voltage_v}, decimals as strings; what was not measured is left out."""
    spread_points = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    """Computed from ``members``: the best less the worst of one kind, in points of SOH."""
    soh_percent = models.DecimalField(max_digits=8, decimal_places=4)
    """Computed: measured over reference, never typed."""
    u_soh_points = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    """Standard uncertainty of ``soh_percent`` (k = 1), in points."""
    note = models.TextField(blank=True)
    measured_at = models.DateTimeField()
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "basis"], condition=STANDS, name="capacity_test_one_current"
            )
        ]
        indexes = [
            invalidated("capacity_test"),
            # Each recording out of a file asks for the same values among all that came out of files.
            models.Index(
                fields=["measured_capacity_ah"],
                condition=Q(derivation__isnull=False),
                name="capacity_test_of_files",
            ),
        ]

    def __str__(self) -> str:
        return f"capacity test {self.pk}"


class ResistanceTest(MeasuredWith):
    """One internal-resistance test; methods are kept apart because their values do not compare."""

    class Method(models.TextChoices):
        DC_PULSE = "dc_pulse", "DC pulse"
        AC_1KHZ = "ac_1khz", "AC 1 kHz"

    pack = models.ForeignKey("intake.Pack", on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    certificate_number = models.CharField(max_length=60)
    """The instrument's calibration certificate on the day of the test."""
    method = models.CharField(max_length=12, choices=Method)
    pulse_duration_s = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    pulse_current_a = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    soc_percent = models.DecimalField(max_digits=5, decimal_places=1)
    temperature_degc = models.DecimalField(max_digits=5, decimal_places=1)
    ir_mohm = models.DecimalField(max_digits=9, decimal_places=3)
    baseline_mohm = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    baseline_source = models.CharField(max_length=20, blank=True)
    # The baseline's own conditions, kept here because the catalog may be corrected later.
    baseline_method = models.CharField(max_length=12, blank=True)
    baseline_pulse_s = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    baseline_soc_percent = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    baseline_temperature_degc = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    ir_ratio = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    """Computed: measured over baseline; empty when there is no baseline to compare with."""
    u_ir_mohm = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    """Standard uncertainty of ``ir_mohm`` (k = 1)."""
    u_ratio = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    direction = models.CharField(
        max_length=10, choices=[("discharge", "Discharge"), ("charge", "Charge")], blank=True
    )
    """Of the pulse; empty for AC, and where it was not recorded."""
    is_comparable = models.BooleanField()
    incomparable_because = models.TextField(blank=True)
    note = models.TextField(blank=True)
    measured_at = models.DateTimeField()
    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    person_label = models.CharField(max_length=120)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "method", "pulse_duration_s"],
                condition=STANDS,
                nulls_distinct=False,
                name="resistance_test_one_current",
            )
        ]
        indexes = [invalidated("resistance_test")]

    def __str__(self) -> str:
        return f"resistance test {self.pk}"

    @property
    def gives_value(self) -> bool:
        """Whether it gives the policy a value: one that compares with no baseline gives no ratio."""
        return self.is_comparable
