"""How far claimed and reported SOH agree with the bench, frozen whenever it is computed."""

from django.db import models


class AgreementFit(models.Model):
    """One fit over all groups; what was used with it can be followed for ever."""

    kind = models.CharField(max_length=14)
    """declared, bms or telematics: what is set against the bench."""
    version = models.IntegerField()
    fitted_at = models.DateTimeField()
    fitted_by = models.CharField(max_length=120)
    document = models.JSONField()
    """Groups with n, bias, spread, limits, slope and shrunk values, and the ids of the pairs behind them."""
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.kind} agreement v{self.version}"
