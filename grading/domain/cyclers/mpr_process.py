"""The process in which the optional reader of BioLogic's .mpr runs, apart from the product.

Run as ``python -m grading.domain.cyclers.mpr_process FILE``. It prints one line of JSON, ``{"version",
"started_at", "columns": [...], "rows"}``, then the columns in that order as little-endian float64; nothing
else crosses. Exit 3 when the file is damaged.
"""

import json
import sys
from importlib.metadata import version

import numpy as np

DAMAGED = 3


def main() -> None:
    """Read the file that the command line names."""
    from galvani import BioLogic

    try:
        file = BioLogic.MPRfile(sys.argv[1])
        columns = [np.asarray(file.data[name], dtype="<f8") for name in file.data.dtype.names]
    except MemoryError:
        raise
    except Exception as fault:  # whatever a damaged file makes of its reader
        sys.stderr.write(f"{type(fault).__name__}: {fault}"[:300])
        sys.exit(DAMAGED)
    started = getattr(file, "timestamp", None) or getattr(file, "startdate", "")
    head = {
        "version": version("datalab-org-galvani"),
        "started_at": str(started),
        "columns": list(file.data.dtype.names),
        "rows": len(file.data),
    }
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for column in columns:
        sys.stdout.buffer.write(column.tobytes())


if __name__ == "__main__":
    main()
