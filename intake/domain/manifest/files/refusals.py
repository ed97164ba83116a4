"""Refusals that more than one reader of workbooks gives, in the same words."""

from intake.domain.manifest.problems import Unreadable


def broken(why: str = "The workbook is damaged. Open it, save it again and send that.") -> Unreadable:
    """Return the refusal of a damaged workbook."""
    return Unreadable("broken_workbook", why)


def protected() -> Unreadable:
    """Return the refusal of a workbook with a password."""
    return Unreadable("password_protected", "The workbook is protected by a password. Save it without one.")


def with_macros(instead: str = ".xlsx") -> Unreadable:
    """Return the refusal of a workbook with macros; ``instead`` says as what to save it."""
    return Unreadable("macros", f"Workbooks with macros are not accepted. Save it as {instead}.")


def binary() -> Unreadable:
    """Return the refusal of an XLSB workbook."""
    message = "Binary workbooks (.xlsb) are not read. Save it as .xlsx and send it again."
    return Unreadable("binary_workbook", message)
