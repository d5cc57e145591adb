"""Writes the schemas of docs/json.md as the file by which par checks what a host says.

.venv-test-*/bin/python docs/documents.py [FILE]
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from par.hosts.shape import FILE

PAGE = Path(__file__).with_name("json.md")
BLOCK = re.compile(r"^## `(par [^`]*) --json`\n\n```json\n(.*?)^```", re.M | re.S)


def schemas() -> dict[str, Any]:
    """The schema of each command on the page."""
    return {command: json.loads(block) for command, block in BLOCK.findall(PAGE.read_text("utf-8"))}


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    place.write_text(json.dumps(schemas(), indent=1) + "\n", "utf-8")
