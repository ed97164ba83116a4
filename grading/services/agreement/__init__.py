"""Fit how far reported SOH agrees with the bench."""

from grading.services.agreement.fitting import fit_agreement, fit_all

__all__ = ["fit_agreement", "fit_all"]
