"""A failure as every command prints it."""

import shlex
from collections.abc import Sequence

from par.errors import ParError
from par.names import visible

# A hint is read before it is pasted
LONGEST = 160


def failure(error: ParError, words: Sequence[str] = ()) -> str:
    """One line that names what is wrong, its details indented, and one hint where there is one.

    `words` are those of the command line: where the error knows which word was meant, the hint is the
    command with that.
    """
    lines = [f"par: {_one_line(error.message)}", *(f"  {visible(each)}" for each in error.details)]
    hint = _corrected(error, words) or error.hint
    return "\n".join([*lines, f"hint: {_one_line(hint)}"] if hint else lines)


def _corrected(error: ParError, words: Sequence[str]) -> str:
    typed, meant = error.meant
    if not meant or typed not in words:
        return f"did you mean '{meant}'?" if meant else ""
    place = words.index(typed)
    instead = [] if meant in words else [meant]  # `par rm feat feta`
    command = shlex.join(["par", *words[:place], *instead, *words[place + 1 :]])
    is_short = len(command) <= LONGEST and command.isprintable()
    return command if is_short else f"did you mean '{meant}'?"


def _one_line(text: str) -> str:
    return visible(" ".join(text.split("\n")).strip())
