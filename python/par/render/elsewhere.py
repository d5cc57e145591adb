"""What a host said, as it is shown: nothing in it acts on the terminal, and its commands work from here."""

import re
from collections.abc import Iterable

from par.names import visible

# The commands whose first word may be HOST:LABEL, and all others
LABELLED = (
    *("open", "rm", "restore", "undo", "init", "diff", "capture", "path", "code", "cursor", "wait", "send"),
    *("rename", "merge", "rebase", "forward", "workspace add", "workspace drop"),
)
OTHERS = (
    *("start", "checkout", "workspace", "batch", "adopt", "ls", "run", "control-center", "next", "status"),
    *("compare", "prune", "conflicts", "trash", "resurrect", "doctor", "host", "config", "trust", "untrust"),
    *("hooks", "completion", "demo", "labels", "state", "whoami"),
)
HERE = rf"(?<![\w/.:-])par ({'|'.join(LABELLED)}) (?=\w)"
WITH_LABEL = re.compile(HERE)
COMMAND = re.compile(rf"(?!{HERE})(?<![\w/.:-])par (?=(?:{'|'.join((*LABELLED, *OTHERS))})(?![\w-]))")
COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
RESET = "\x1b[0m"
# How its texts name a context
NAMED = re.compile(r"\b(session|checkout|workspace|context|removed|restored|deleted) '(?=\w)")


def line(host: str, said: str, labels: Iterable[str] = ()) -> str:
    """One line of what par said on `host`, where it was asked about these `labels`."""
    said = NAMED.sub(rf"\1 '{host}:", shown(said))
    for each in labels:
        said = said.replace(f"'{each}'", f"'{host}:{each}'")
    return WITH_LABEL.sub(rf"par \1 {host}:", COMMAND.sub(f"par --host {host} ", said))


def coloured(said: str) -> str:
    """A line of text with its colours, and with nothing else that acts on the terminal."""
    parts = COLOUR.split(said)
    return "".join(each if COLOUR.fullmatch(each) else shown(each) for each in parts) + RESET * (
        len(parts) > 1
    )


def shown(said: str) -> str:
    """A line of text that is no word of par's."""
    return "\t".join(map(visible, said.split("\t")))
