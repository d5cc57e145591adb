"""Writes the completion scripts again from the command line as click knows it, after it has changed.

    .venv-test-*/bin/python docs/completions.py [FOLDER]

They are kept ready in the package, so that no shell has to start Python for them. Labels come from a plain
file that par keeps beside its index, branches from git. Both are text from strangers: the scripts never let a
shell expand them.
"""

import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import click

from par.cli import elsewhere
from par.cli.labels import Label
from par.cli.main import par
from par.cli.verbs import ALIASES, VERBS, load
from par.commands.completion import SCRIPTS, SHELLS

TEMPLATES = Path(__file__).parent / "completions"


class Words(Enum):
    """What the positional arguments of a command are."""

    NOTHING = ""
    LABELS = "labels"
    LABELS_OR_ALL = "labels_or_all"
    BRANCHES = "branches"


class Option(NamedTuple):
    """An option by all its names; `choices` are the values it takes, where they are known."""

    names: tuple[str, ...]
    summary: str
    takes_value: bool = False
    choices: tuple[str, ...] = ()


class Verb(NamedTuple):
    """A command as a shell sees it; one that has commands below it has them as its `choices`."""

    names: tuple[str, ...]
    summary: str
    options: tuple[Option, ...]
    words: Words = Words.NOTHING
    choices: tuple[str, ...] = ()


# Of these click does not know what they are: send has its text behind labels, and forward wants HOST:LABEL
WORDS: Mapping[str, Words] = {
    "checkout": Words.BRANCHES,
    "forward": Words.LABELS,
    "send": Words.LABELS_OR_ALL,
}


def script(shell: str) -> str:
    """The completion script for `shell`: bash, zsh or fish."""
    with par.make_context("par", [], resilient_parsing=True) as ctx:
        known = tuple(_verb(ctx, verb.name) for verb in VERBS)
    template = (TEMPLATES / f"par.{shell}").read_text().rstrip("\n")
    if shell == "fish":
        return template.replace("@lines@", "\n".join(line for verb in known for line in _fish_lines(verb)))
    names = [name for verb in known for name in verb.names]
    filled = template.replace("@commands@", " ".join([*names, "-L", "-S", "--host", "--help", "--version"]))
    return filled.replace("@cases@", "\n".join(map(_case, known)))


def _case(verb: Verb) -> str:
    valued = [option for option in verb.options if option.takes_value]
    lines = [f"        {'|'.join(each.names)}:*) {_listed(each.choices)} ;;" for each in valued]
    lines = [line.replace("|", ":*|") for line in lines]
    hosts = [] if verb.names[0] in elsewhere.LOCAL | {"host"} else ["--host"]
    flags = _listed([*(name for option in verb.options for name in option.names), *hosts])
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


def _verb(ctx: click.Context, name: str) -> Verb:
    command = load(name)
    below = _below(ctx, command)
    names = (name, *(alias for alias, full in ALIASES.items() if full == name))
    # An option of a command below a group is completed after the group's own name
    parameters = [one for each in (command, *below.values()) for one in each.get_params(ctx)]
    options = {tuple(each.opts): _option(each) for each in parameters if isinstance(each, click.Option)}
    choices = [_choices(each) for each in parameters if isinstance(each, click.Argument)]
    words = WORDS.get(name) or _words(parameters)
    summary = command.get_short_help_str(80)
    return Verb(names, summary, tuple(options.values()), words, sum(choices, tuple(below)))


def _below(ctx: click.Context, command: click.Command) -> dict[str, click.Command]:
    """The commands of one that is a group."""
    if not isinstance(command, click.Group):
        return {}
    found = ((name, command.get_command(ctx, name)) for name in command.list_commands(ctx))
    return {name: each for name, each in found if each}


def _words(parameters: Iterable[click.Parameter]) -> Words:
    """Labels where one of the arguments is the label of a context that is there."""
    labels = [
        each for each in parameters if isinstance(each, click.Argument) and isinstance(each.type, Label)
    ]
    if not labels:
        return Words.NOTHING
    return Words.LABELS_OR_ALL if "all" in (labels[0].metavar or "") else Words.LABELS


def _option(option: click.Option) -> Option:
    takes_value = not (option.is_flag or option.count)
    # click keeps the names of its own --help in a set
    return Option(tuple(sorted(option.opts, key=len)), option.help or "", takes_value, _choices(option))


def _choices(parameter: click.Parameter) -> tuple[str, ...]:
    kind = parameter.type
    return tuple(map(str, kind.choices)) if isinstance(kind, click.Choice) else ()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SCRIPTS
    for shell in SHELLS:
        (folder / f"par.{shell}").write_text(script(shell) + "\n")


if __name__ == "__main__":
    main()
