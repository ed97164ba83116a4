"""What readers say of records that a file should hold and does not."""

from grading.domain.cyclers.table import Flag, Unreadable


def no_record() -> Unreadable:
    """Return the refusal of a file that is whole and holds no record."""
    return Unreadable("E_EMPTY", "The file holds no record. Check that the test had begun.")


def fewer_than_announced(*, announced: int, held: int) -> Flag:
    """W_TRUNCATED: the file counts more records than it holds."""
    return Flag(
        "W_TRUNCATED",
        f"The file announces {announced:,} records and holds {held:,}: it is cut off, or was copied while"
        " the test ran. Copy it again.",
    )


def numbers_missing(*, gone: int, last: int) -> Flag:
    """W_TRUNCATED: the numbers of the records leave some out."""
    message = f"{gone:,} numbers of records up to {last:,} are missing. Copy the file again."
    return Flag("W_TRUNCATED", message)
