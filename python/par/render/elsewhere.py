"""What a host said, as it is shown: nothing in it acts on the terminal, and its commands work from here."""

import re

from par.names import visible

# What follows in a text of par's is a command of it; one with a label takes HOST:LABEL
VERBS = "open|rm|restore|init|diff|capture|path|code|cursor|wait|send|workspace add|workspace drop"
LABELLED = re.compile(rf"(?<![\w/.:-])par ({VERBS}) (?=\w)")
COMMAND = re.compile(rf"(?<![\w/.:-])par (?=[a-z]+\b)(?!--host)(?!({VERBS}) \w)")
COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
RESET = "\x1b[0m"
# How its texts name a context
NAMED = re.compile(r"\b(session|checkout|workspace|context|removed|restored|deleted) '(?=\w)")


def line(host: str, said: str) -> str:
    """One line of what par said on `host`."""
    said = NAMED.sub(rf"\1 '{host}:", shown(said))
    return LABELLED.sub(rf"par \1 {host}:", COMMAND.sub(f"par --host {host} ", said))


def coloured(said: str) -> str:
    """A line of text with its colours, and with nothing else that acts on the terminal."""
    parts = COLOUR.split(said)
    return "".join(each if COLOUR.fullmatch(each) else shown(each) for each in parts) + RESET * (
        len(parts) > 1
    )


def shown(said: str) -> str:
    """A line of text that is no word of par's."""
    return "\t".join(map(visible, said.split("\t")))
