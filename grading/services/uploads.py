"""Files that come with a form: read no further than needed, and told by their content."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from intake.domain.attachments import sniffing
from intake.services import files

FILE_LIMIT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """One file as it came; more than the limit need not be read."""

    file_name: str
    content: bytes

    @classmethod
    def read(cls, file_name: str | None, stream: BinaryIO) -> Self:
        """Read a byte beyond the limit at most: enough to see that it is crossed."""
        return cls(file_name or "", stream.read(FILE_LIMIT_BYTES + 1))

    @property
    def is_too_large(self) -> bool:
        return len(self.content) > FILE_LIMIT_BYTES

    @property
    def shown_name(self) -> str:
        """Return its name as a page may show it, without folders; empty when nothing of it can be shown."""
        return files.printable_name(self.file_name).replace("/", "_").replace("\\", "_")

    def media_type(self) -> str:
        """Return what it is by its content.

        :raises Refused: as :func:`intake.domain.attachments.sniffing.media_type_of`.
        """
        with tempfile.NamedTemporaryFile() as spool:
            spool.write(self.content)
            spool.flush()
            return sniffing.media_type_of(Path(spool.name))
