"""`par completion`: a script for a shell that completes without starting Python.

docs/completions.py writes the scripts; the launcher prints them itself, so that no shell waits for Python.
"""

from pathlib import Path

SHELLS = ("bash", "zsh", "fish")
SCRIPTS = Path(__file__).parent / "completions"


def script(shell: str) -> str:
    """The completion script for `shell`: bash, zsh or fish."""
    return (SCRIPTS / f"par.{shell}").read_text().rstrip("\n")
