"""`par completion`: a script for a shell, made once, that completes without starting Python.

Labels come from a plain file that par keeps beside its index, branches from git. Both are text from
strangers: the scripts never let a shell expand them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Words(Enum):
    """What the positional arguments of a command are."""

    NOTHING = ""
    LABELS = "labels"
    LABELS_OR_ALL = "labels_or_all"
    BRANCHES = "branches"


@dataclass(frozen=True, slots=True)
class Option:
    """An option by all its names; `choices` are the values it takes, where they are known."""

    names: tuple[str, ...]
    summary: str
    takes_value: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """A command as a shell sees it; one that has commands below it has them as its `choices`."""

    names: tuple[str, ...]
    summary: str
    options: tuple[Option, ...]
    words: Words = Words.NOTHING
    choices: tuple[str, ...] = ()


WORDS: Mapping[str, Words] = {
    **dict.fromkeys(("open", "path", "code", "cursor", "init", "workspace"), Words.LABELS),
    **dict.fromkeys(("send", "rm"), Words.LABELS_OR_ALL),
    "checkout": Words.BRANCHES,
}

SHELLS = ("bash", "zsh", "fish")
TEMPLATES = Path(__file__).parent / "completions"


def script(shell: str, verbs: Iterable[Verb]) -> str:
    """The completion script for `shell`: bash, zsh or fish."""
    known = tuple(verbs)
    template = (TEMPLATES / f"par.{shell}").read_text().rstrip("\n")
    if shell == "fish":
        return template.replace("@lines@", "\n".join(line for verb in known for line in _fish_lines(verb)))
    names = [name for verb in known for name in verb.names]
    filled = template.replace("@commands@", " ".join([*names, "-L", "-S", "--help", "--version"]))
    return filled.replace("@cases@", "\n".join(map(_case, known)))


def _case(verb: Verb) -> str:
    valued = [option for option in verb.options if option.takes_value]
    lines = [f"        {'|'.join(each.names)}:*) {_listed(each.choices)} ;;" for each in valued]
    lines = [line.replace("|", ":*|") for line in lines]
    flags = _listed(name for option in verb.options for name in option.names)
    labels = [f"_par_{verb.words.value}"] if verb.words.value else []
    own = "; ".join([*([_listed(verb.choices)] if verb.choices or not labels else []), *labels])
    body = [
        "      case $previous:$current in",
        *lines,
        f"        *:-*) {flags} ;;",
        f"        *) {own} ;;",
        "      esac ;;",
    ]
    return "\n".join([f"    {'|'.join(verb.names)})", *body])


def _listed(words: Iterable[str]) -> str:
    quoted = " ".join(map(_quoted, words))
    return f"printf '%s\\n' {quoted}" if quoted else ":"


def _fish_lines(verb: Verb) -> Iterable[str]:
    for name in verb.names:
        yield f"complete -c par -n __fish_use_subcommand -a {name} -d {_quoted(verb.summary)}"
    seen = f"-n {_quoted('__fish_seen_subcommand_from ' + ' '.join(verb.names))}"
    if verb.words.value:
        yield f"complete -c par {seen} -a '(__par_{verb.words.value})'"
    if verb.choices:
        yield f"complete -c par {seen} -a {_quoted(' '.join(verb.choices))}"
    for option in verb.options:
        names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
        value = f" -x -a {_quoted(' '.join(option.choices))}" if option.takes_value else ""
        yield f"complete -c par {seen} {names}{value} -d {_quoted(option.summary)}"


def _quoted(text: str) -> str:
    return text if text and text.replace("-", "").isalnum() else "'" + text.replace("'", "'\\''") + "'"
