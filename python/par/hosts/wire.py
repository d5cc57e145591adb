r"""What goes over a connection: words that every login shell leaves as they are.

The user's shell over there reads the command line first, and bash, dash, zsh, fish, csh and tcsh agree on
little: that nothing but a quote, `!`, a backslash and a line break means anything inside '...', and that
letters and digits are words. csh takes no word of more than 1023 bytes.
"""

import json
import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from par.errors import UsageError

# Linux takes 128 KiB in one argument, which the whole command line is for the shell over there
MOST_BYTES = 48_000
PIECE = 900
FOLDER = "case ${XDG_DATA_HOME:-} in /*) d=$XDG_DATA_HOME;; *) d=$HOME/.local/share;; esac; d=$d/par/remote; "
# What comes before the mark is from the shell's start files, and no answer
BEGIN = "n=$2; echo $n here; echo $n here >&2; "
FIND = FOLDER + (
    'r=$d/$1/scripts/remote.sh; [ -r "$r" ] || { echo $2 absent; exit 3; }; '
    f'{BEGIN}shift 2; exec sh "$r" "$@"'
)
# On a terminal, where a person reads all of it
SHOW = FOLDER + (
    'r=$d/$1/scripts/remote.sh; [ -r "$r" ] || { echo another version of par is here; exit 3; }; '
    'shift; exec sh "$r" "$@"'
)
INSTALL = (
    FOLDER
    + BEGIN
    + (
        'umask 077; mkdir -p "$d" && t=$(mktemp -d "$d/new.XXXXXX") && cd "$t" && tar xof - && '
        "exec sh scripts/remote.sh --settle $1; exit 3"
    )
)
UNINSTALL = FOLDER + BEGIN + 'rm -rf "$d"'
SAFE = re.compile(r"[^'!\\\n\r]*")


class Call(NamedTuple):
    """A command line for par on a host.

    `host` is what that is called here. `can_ask` is whether a person here can be asked; `answers` are the
    digests of the questions that were answered, and how. A question begins with the `mark`.
    `is_attached` is that the input is only open as long as somebody waits, `source` the URL of what it may
    clone, `columns` the width of the terminal that the answer goes to, None where it goes to none.
    """

    words: tuple[str, ...]
    host: str = ""
    can_ask: bool = False
    answers: Mapping[str, bool] = MappingProxyType({})
    mark: str = ""
    is_attached: bool = False
    source: str = ""
    columns: int | None = None


def nonce() -> str:
    """What nothing that a start file prints can look like."""
    return f"par-{os.urandom(12).hex()}"


def command(script: str, *words: str) -> str:
    """The command line for the login shell over there: `script` run by sh with these words as $1, $2 ..."""
    assert SAFE.fullmatch(script)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", each) for each in words)
    return f"sh -c '{script}' par {' '.join(words)}"


def encoded(call: Call) -> list[str]:
    """`call` as words of letters and digits. Raises UsageError where it is too long."""
    said = json.dumps({**call._asdict(), "answers": dict(call.answers)}, separators=(",", ":")).encode().hex()
    if len(said) > 2 * MOST_BYTES:
        hint = "par send LABEL - < FILE takes a long text"
        raise UsageError(f"a command line for a host may have {MOST_BYTES // 1000} KB", hint=hint)
    return [said[at : at + PIECE] for at in range(0, len(said), PIECE)]


def decoded(words: list[str]) -> Call:
    """The call that `words` stand for. Raises UsageError for anything but what `encoded` makes."""
    try:
        said: dict[str, Any] = json.loads(bytes.fromhex("".join(words)))
        return Call(**{**said, "words": tuple(said["words"])})
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError("these are no words of another par's") from error
