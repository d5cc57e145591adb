"""Writes the man page docs/par.1 again, from the command line as click knows it and from the pages in docs/.

    .venv-test-*/bin/python docs/man.py [FILE]

What a command does comes from its `--help`; labels, keys, options, statuses, files and variables come from
the pages, so that nothing is said in two places.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from par import __version__
from par.cli.main import par
from par.cli.options import HELP
from par.cli.verbs import ALIASES, GROUPS, VERBS, load

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
TABLE_RULE = re.compile(r"^\|[-| ]+\|$")
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\*(?P<slant>[^*]+)\*|\[(?P<text>[^\]]*)\]\([^)]*\)"
)
SPECIAL = str.maketrans(
    {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "|": "|\\:"}
)


def page() -> str:
    """The whole man page."""
    released = re.search(r"^## \[?[\d.]+\]? - (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    lines = [
        '.\\" Written by docs/man.py: change the help of the commands, or the pages in docs/.',
        f'.TH PAR 1 "{released[1] if released else ""}" "par {__version__}" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        "par \\- parallel work in tmux: a git worktree, a branch and a session per task",
        ".SH SYNOPSIS",
        ".B par",
        "[\\fB\\-L\\fR \\fINAME\\fR | \\fB\\-S\\fR \\fIPATH\\fR] [\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]]",
        ".SH DESCRIPTION",
        *roff(part("README.md", "par: parallel work in tmux").partition("\n\n")[0]),
        *options(par),
        *commands(),
    ]
    for title, source, heading in (
        ("LABELS", "docs/commands.md", "Labels and branches"),
        ("MANY AT ONCE", "docs/commands.md", "Many at once"),
        ("AGENTS", "docs/agents.md", "Agents: who works, who waits for you"),
        ("KEYS", "docs/tmux.md", "Keys"),
        ("OPTIONS OF TMUX", "docs/tmux.md", "Options"),
        ("CONFIGURATION", "docs/par-yaml.md", "Keys"),
        ("SETTINGS", "docs/par-yaml.md", "Settings"),
        ("EXIT STATUS", "docs/commands.md", "Exit statuses"),
        ("ENVIRONMENT", "docs/files.md", "Environment"),
        ("FILES", "docs/files.md", "Files"),
        ("EXAMPLES", "README.md", "The first five minutes"),
    ):
        lines += [f".SH {title}", *roff(part(source, heading))]
    lines += [".SH SEE ALSO", ".BR tmux (1),", ".BR git\\-worktree (1),", ".BR fzf (1)"]
    text = "\n".join(lines) + "\n"
    return re.sub(r"^(\.S[HS] .*\n)\.PP\n", r"\1", text, flags=re.MULTILINE)


def part(source: str, heading: str) -> str:
    """What stands under a heading of a page, up to the next one."""
    text = (ROOT / source).read_text()
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{source} has no heading '{heading}'")
    return found[1].strip("\n")


def commands() -> Iterator[str]:
    """Each command, in the groups that `par --help` has."""
    yield ".SH COMMANDS"
    with par.make_context("par", [], resilient_parsing=True) as ctx:
        for title, verbs in GROUPS.items():
            yield f".SS {title}"
            for verb in verbs:
                yield from described(ctx, load(verb.name), ("par", verb.name))


def described(above: click.Context, command: click.Command, words: tuple[str, ...]) -> Iterator[str]:
    """One command, and those below it."""
    ctx = click.Context(command, parent=above, info_name=words[-1])
    arguments = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]")
    also = [alias for alias, full in ALIASES.items() if ("par", full) == words]
    yield ".TP"
    yield f"\\fB{plain(' '.join(words))}\\fR {plain(arguments)}" + (
        f" (also \\fB{also[0]}\\fR)" if also else ""
    )
    yield from indented(roff(re.sub(r"\n[ \t]+", "\n", (command.help or "").strip())))
    if listed := list(options(command)):
        yield from [".RS", *listed, ".RE"]
    if command.epilog:
        yield from (".IP", f"Example: \\fB{plain(command.epilog.removeprefix('Example: '))}\\fR")
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            if below and not any(name == verb.name and below is load(name) for verb in VERBS):
                yield from described(ctx, below, (*words, name))


def options(command: click.Command) -> Iterator[str]:
    """The options of a command, with their help."""
    for each in command.params:
        if not isinstance(each, click.Option) or each.hidden or each is HELP:
            continue
        names = ", ".join(f"\\fB{plain(name)}\\fR" for name in sorted(each.opts, key=len))
        value = (
            ""
            if each.is_flag or each.count
            else f" \\fI{plain(each.make_metavar(click.Context(command)))}\\fR"
        )
        yield from (".TP", names + value, inline(each.help or ""))


def roff(markdown: str) -> Iterator[str]:
    """Paragraphs, tables, lists and blocks of code as macros of man(7)."""
    for block in re.findall(r"^```.*?^```$|(?:^(?!```)[^\n]+\n?)+", markdown, re.MULTILINE | re.DOTALL):
        yield from _block(block.strip("\n"))


def _block(block: str) -> Iterator[str]:
    first, *rest = block.splitlines()
    if first.startswith("```"):
        yield from (".PP", ".EX", *(_guarded(plain(line)) for line in rest[:-1]), ".EE")
    elif first.startswith("|"):
        for row in rest[1:]:
            tag, *cells = (cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1])
            default = f" ({cells[0]})" if len(cells) > 1 and cells[0] else ""
            yield from (".TP", inline(tag + default), inline(cells[-1]))
    elif first.startswith("- "):
        for item in re.split(r"^- ", block, flags=re.MULTILINE)[1:]:
            yield from (".IP \\(bu 2", inline(" ".join(item.split())))
    elif not first.startswith("!["):
        yield from (".PP", inline(" ".join(block.split())))


def indented(lines: Iterator[str]) -> Iterator[str]:
    """The same paragraphs below a .TP: the first one is its body, the others keep its indent."""
    for number, line in enumerate(lines):
        if line != ".PP":
            yield line
        elif number:
            yield ".IP"


def inline(text: str) -> str:
    """A paragraph in one line: code and strong words bold, of a link its text."""
    found, end = "", 0
    for match in INLINE.finditer(text):
        bold, slant = match["code"] or match["bold"], match["slant"]
        found += plain(text[end : match.start()])
        found += (
            f"\\fB{plain(bold)}\\fR"
            if bold
            else f"\\fI{plain(slant)}\\fR"
            if slant
            else inline(match["text"])
        )
        end = match.end()
    return _guarded(found + plain(text[end:]))


def plain(text: str) -> str:
    """Text in which nothing means anything to roff."""
    return text.replace("\b", "").translate(SPECIAL)


def _guarded(line: str) -> str:
    return f"\\&{line}" if line.startswith((".", "'")) else line


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "par.1"
    target.write_text(page())


if __name__ == "__main__":
    main()
