"""What `par hooks` prints."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from par.names import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from par.commands.hooks import Change, Standing


def changed(change: Change) -> str:
    """What was done to the settings of an agent."""
    place = _place(change.path)
    if not change.is_one:
        return f"{change.agent.name}: nothing to change in {place}"
    kept = f" (as it was: {_place(change.backup)})" if change.backup else ""
    return f"{change.agent.name}: {'deleted' if change.after is None else 'changed'} {place}{kept}"


def diff(change: Change) -> str:
    """What would be done, as a diff."""
    import difflib  # noqa: PLC0415 - 10 ms

    name = str(change.path)
    pairs = ((change.before, name), (change.after, name))
    before, after = ((text or "").splitlines(keepends=True) for text, _ in pairs)
    names = [os.devnull if text is None else name for text, name in pairs]
    lines = difflib.unified_diff(before, after, fromfile=names[0], tofile=names[1])
    whole = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(visible(line[:-1]) + "\n" for line in whole).rstrip("\n")


def standings(found: Iterable[Standing]) -> str:
    """A line for each agent: whether it has par's hooks."""
    hints = {
        "outdated": "outdated: par hooks install {}",
        "absent": "not installed",
        "installed": "installed",
    }
    return "\n".join(
        f"{each.name}\t{hints[each.state].format(each.name)}\t{_place(each.path)}" for each in found
    )


def others(line: str) -> str:
    """What to do for an agent that par does not know."""
    return f"any other agent can run in a hook: {visible(line)}"


def _place(path: Path) -> str:
    return visible(str(path))
