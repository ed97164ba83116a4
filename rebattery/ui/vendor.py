"""Fetch the vendored assets again and write down their hashes: ``python -m rebattery.ui.vendor``.

Developers run it to take a new version. Nothing runs it at install time: the files are in the tree.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("vendor.json")


def main() -> None:
    """Copy each listed file out of its npm package and record its SHA-256."""
    entries = json.loads(LIST.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for entry in entries:
            package = f"{entry['package']}@{entry['version']}"
            command = ["npm", "pack", "--silent", package]
            archive = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
            with tarfile.open(Path(folder) / archive.strip()) as tar:
                member = tar.extractfile(f"package/{entry['source']}")
                assert member is not None, entry
                content = without_source_map(member.read())
            (ROOT / entry["file"]).write_bytes(content)
            entry["sha256"] = hashlib.sha256(content).hexdigest()
    LIST.write_text(json.dumps(entries, indent=2) + "\n")


def without_source_map(content: bytes) -> bytes:
    """Drop the pointer to a map that we do not ship; hashed static names would fail on it."""
    lines = content.split(b"\n")
    return b"\n".join(line for line in lines if b"sourceMappingURL" not in line)


if __name__ == "__main__":
    main()
