"""Documents of a batch: taken in, opened and matched by a worker, assigned and withdrawn by people."""

from intake.services.attachments.accepting import accept
from intake.services.attachments.changing import AttachmentWithdrawn, UnknownSerial, assign, withdraw
from intake.services.attachments.lease import sweep
from intake.services.attachments.running import run

__all__ = ["AttachmentWithdrawn", "UnknownSerial", "accept", "assign", "run", "sweep", "withdraw"]
