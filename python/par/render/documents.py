"""The JSON documents that scripts read: one for each command, with a version of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a listing need not load what sends and removes
    pass

VERSION = 1
Document = dict[str, Any]


def dumped(content: Document) -> str:
    """`content` as a document, its version before it."""
    return json.dumps({"version": VERSION, **content}, indent=2)


def redumped(document: Document) -> str:
    """A document that has its version already."""
    return json.dumps(document, indent=2)
