"""What is mounted below a folder: another disk, or another folder of the same one (a bind mount)."""

import os
import re
import subprocess
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
PROGRAM = "/sbin/mount"
ESCAPED = rb"\\([0-7]{3})"


def below(folder: Path) -> list[Path]:
    """The places in `folder`, a resolved path, where something is mounted; and itself, if it is one."""
    return [each for each in _places() if each == folder or folder in each.parents]


def _places() -> list[Path]:
    try:
        lines = TABLE.read_bytes().splitlines()
    except OSError:  # only Linux has that table
        return _told()
    # proc(5): the fifth field, with blanks and backslashes in octal
    fields = [re.sub(ESCAPED, _plain, line.split(b" ")[4]) for line in lines]
    return [Path(os.fsdecode(each)) for each in fields]


def _plain(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)])


def _told() -> list[Path]:
    """What mount(8) of macOS says: `DEVICE on PLACE (KIND, ...)`, a line each."""
    try:
        said = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return []
    lines = os.fsdecode(said.stdout).splitlines()
    return [Path(line.partition(" on ")[2].rpartition(" (")[0]) for line in lines if " on " in line]


def of(descriptor: int) -> tuple[int, str]:
    """What an open file or folder is mounted with: the same for all that is on one mount."""
    try:
        lines = Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines()
    except OSError:  # not on Linux: there is no bind mount either
        lines = []
    return os.fstat(descriptor).st_dev, next((each for each in lines if each.startswith("mnt_id:")), "")
