"""Which labels are allowed, and what is named after them: folders, sessions, files. Pure."""

import re
import unicodedata
import zlib
from collections.abc import Container, Iterable
from pathlib import Path

from par.errors import UsageError

LABEL_BYTES = 100
ALLOWED = (
    "use letters, digits, '.', '_', '-' and '/' inside; no part may start with '.' or '-', "
    f"and {LABEL_BYTES} bytes are the most"
)
RESERVED = frozenset({"all"})
# The session of the control center
CENTER = "control-center"
# git would take `refs/heads/x` for the branch x
FULL_REF = r"^refs/(heads/|remotes/[^/]*/|tags/)?"
# Letters and marks that print as nothing (Unicode's Default_Ignorable_Code_Point): labels would look alike
INVISIBLE = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def label(text: str) -> str:
    """The label that `text` stands for, in Unicode's normal form NFC.

    Raises UsageError, naming what is allowed, for anything that git would refuse as a branch name or
    that tmux, a shell or a path would read as more than text (git-check-ref-format(1)).
    """
    name = unicodedata.normalize("NFC", text)
    if reason := _fault(name):
        raise UsageError(f"label '{visible(text)}' {reason}", hint=ALLOWED, meant=(text, _allowed(name)))
    return name


def _fault(name: str) -> str:
    is_no_branch = any(_is_odd(part) for part in name.split("/")) or ".." in name or name == "HEAD"
    faults = (
        (not name, "is empty"),
        (name.casefold() in RESERVED, "is reserved"),
        (any(not _is_plain(char) for char in name), "contains a character that is not allowed"),
        (len(name.encode("utf-8", "surrogatepass")) > LABEL_BYTES, "is too long"),
        (is_no_branch, "is not a valid branch name"),
        (re.match(FULL_REF, name), "is the full name of a ref, not that of a branch"),
    )
    return next((fault for is_there, fault in faults if is_there), "")


def _is_plain(char: str) -> bool:
    kind = unicodedata.category(char)
    return char in "._-/" or ((kind[0] in "LM" or kind == "Nd") and not re.match(INVISIBLE, char))


def _is_odd(part: str) -> bool:
    lead = part[:1]
    return (
        lead in {"", ".", "-"}
        or unicodedata.category(lead).startswith("M")
        or part.endswith(".")
        or part.casefold().endswith(".lock")
    )


def quoted(text: object) -> str:
    """`text` as one word of a command that can be pasted into a shell, whatever it holds."""
    return "'" + visible(str(text)).replace("'", "'\\''") + "'"


def key(name: str) -> str:
    """What two labels share when they are the same to par: case does not count."""
    return unicodedata.normalize("NFC", name.casefold())


def from_ref(text: str) -> str:
    """A label made from a branch name: what a label may not hold becomes '-'.

    Raises UsageError where that leaves none.
    """
    name = _allowed(unicodedata.normalize("NFC", text))
    if not name:
        raise UsageError(f"no label can be made of '{visible(text)}'", hint="use --label LABEL")
    return name


def _allowed(text: str) -> str:
    """The label that comes nearest to `text`, '' where nothing of it is left."""
    name = "".join(char if _is_plain(char) else "-" for char in re.sub(FULL_REF, "", text))
    parts = [part.strip(".-").removesuffix(".lock") for part in re.sub(r"\.\.+", ".", name).split("/")]
    name = "/".join(part for part in parts if part)
    return "" if _fault(name) else name


def digest(path: Path) -> str:
    """Eight digits that stand for a resolved path in names of folders and sessions."""
    return f"{zlib.crc32(bytes(path)):08x}"


def session(name: str, digits: str, taken: Container[str]) -> str:
    """The name of a session: the label `name`, with `digits` behind it where that is in `taken`.

    tmux reads it as nothing but a name.
    """
    short = session_name(name) or "_"
    if short not in taken and short != CENTER:
        return short
    return free(f"{short}-{digits}", taken)


def session_name(text: str) -> str:
    """`text` with nothing in it that tmux reads as more than the name of a session.

    tmux takes a letter for one only if its C library knows that, whatever the locale is: those do not stay
    that came to Unicode after version 3.2, or would take more than four digits in JSON.
    """
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: found[0] if _is_known(found[0]) else "_", text)


def _is_known(char: str) -> bool:
    return "\x80" < char <= "\uffff" and _is_plain(char) and unicodedata.ucd_3_2_0.category(char) != "Cn"


def free(name: str, taken: Container[str]) -> str:
    """The first of `name`, `name-2`, `name-3` ... that is not in `taken`."""
    return next(candidate for candidate in _numbered(name) if candidate not in taken)


def plain(text: str) -> str:
    """`text` with nothing in it that tmux reads as more than text: what a label may not hold becomes '_'."""
    return "".join(char if _is_plain(char) else "_" for char in text)


def folder(name: str, taken: Container[str]) -> str:
    """A name like `name` for a folder, with nothing a terminal would act on; its `key` is not in `taken`."""
    plain = "".join(char if _is_shown(char) else "_" for char in name)
    return next(each for each in _numbered(plain or "_") if key(each) not in taken)


def _numbered(name: str) -> Iterable[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of `known` that was probably meant by `name`, '' where none is near.

    Near is what a slip of the finger makes of it, or two in a word of eight letters, and what begins with
    all of `name`.
    """
    wanted, candidates = key(name), [*known]
    slips, best = min(((_slips(wanted, key(each)), each) for each in candidates), default=(1, ""))
    if slips <= (len(wanted) > 2) + (len(wanted) > 7):
        return best
    begun = (each for each in candidates if len(wanted) > 1 and key(each).startswith(wanted))
    return min(begun, key=len, default="")


def _slips(typed: str, meant: str) -> int:
    """How many letters were left out, put in, swapped or mistaken (the optimal string alignment)."""
    before: list[int] = []
    last: list[int] = [*range(len(meant) + 1)]
    for row, char in enumerate(typed, 1):
        line = [row]
        for column, other in enumerate(meant, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (char != other))
            if row > 1 < column and char == meant[column - 2] and other == typed[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def lines(said: str) -> list[str]:
    """The lines of what git or tmux said: only a newline ends one, where str.splitlines knows ten more."""
    return said.removesuffix("\n").split("\n") if said else []


def visible(text: str) -> str:
    r"""`text` with everything a terminal would act on, or hide, written as \u{..}."""
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else rf"\u{{{ord(char):x}}}" for char in text)


def _is_shown(char: str) -> bool:
    return char == " " or char.isprintable()
