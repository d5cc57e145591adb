"""The same command on several machines at once, this one too or not: one answer, in the order asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from par.cli import forwarding
from par.cli.hearing import Heard, answer, shown
from par.cli.output import emit, is_answered, narrate, width
from par.cli.parts import place
from par.commands import several
from par.commands.several import Done, Outcomes, Task
from par.errors import UsageError
from par.hosts.ssh import Listener
from par.names import visible
from par.render import elsewhere as lines_text
from par.render import several as text
from par.render.failure import failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from par.cli.parts import Part

# Those that say the same in lines of text; all others go by their documents
IN_LINES = frozenset({"wait", "rm", "restore"})
OVERVIEWS = frozenset({"labels", "status"})
VERBS = frozenset({*text.TABLES, *IN_LINES})
NOT_FOUND = 3
PLAIN = "--plain"
# A hint that is no command of par's is for over there
HINT = re.compile(r"^(hint: )(?!par |did you )")
# How `par run --output` begins what a command said in one worktree
HEADING = re.compile(r"--- (?=\S+ \(.+\): )")


def run(
    options: Sequence[str],
    parts: Sequence[Part],
    targets: Sequence[str],
    socket: Path,
    seconds: float | None = None,
) -> int:
    """Run the command of `parts` on each machine, and show all of it; the exit status is the highest of them.

    `targets` are the labels in the order asked, `socket` is the tmux server of here, `seconds` is what
    each host may take. Raises UsageError for a command that takes only one machine.
    """
    verb = parts[0].words[0]
    if verb in OVERVIEWS:
        from par.cli import everywhere  # noqa: PLC0415 - they ask for another document than they print

        return everywhere.overview(verb, socket, [each.host for each in parts], parts[0].words)
    if verb not in VERBS or "empty" in parts[0].words[1:2]:
        raise UsageError("these contexts are not all on one host", hint=f"par {verb} for one after the other")
    flags = forwarding.flags(parts[0].words)
    as_json = forwarding.JSON in flags and verb != "wait"
    is_rows = as_json or not (verb in IN_LINES or "--output" in flags)
    heard = [Heard(each) for each in parts]
    tasks = _tasks(options, parts, heard, seconds, with_json=is_rows and not as_json)
    outcomes = several.run(tasks, is_rows, is_any=verb == "wait" and "--any" in flags)
    for each in heard:
        each.end()
    done = _settled(parts, outcomes)
    reasons = [_reason(*each) for each in zip(parts, heard, done, strict=True)]
    if is_rows:
        columns = None if PLAIN in flags else width()
        _show_rows(verb, _rows(parts, done, reasons, targets), as_json, columns)
    else:
        _show_lines(verb, parts, done, targets)
    _show_failures(parts, heard, outcomes, done)
    if outcomes.is_interrupted:
        raise click.Abort
    # A list is one also where a host that nobody named is silent
    is_free = [verb == "ls" and part.may_be_empty and bool(part.host) for part in parts]
    return max((each.status for each, free in zip(done, is_free, strict=True) if not free), default=0)


def _tasks(
    options: Sequence[str],
    parts: Sequence[Part],
    heard: Sequence[Heard],
    seconds: float | None,
    with_json: bool,
) -> list[Task]:
    """What each machine is asked; what is read from standard input is read once, for all."""
    is_text = parts[0].words[0] == "send" and forwarding.INPUT in parts[0].words
    read = forwarding.with_input(parts[0].words)[1] if is_text else None
    can_ask = read is None and is_answered()
    return [
        Task(
            part.host,
            options,
            forwarding.with_json(part.words) if with_json else part.words,
            read,
            Listener(error=one.add),
            answer(part) if can_ask else None,
            seconds,
        )
        for part, one in zip(parts, heard, strict=True)
    ]


def _settled(parts: Sequence[Part], outcomes: Outcomes) -> list[Done]:
    """What is left of each when those count for nothing that nobody minds."""
    done = outcomes.done
    if outcomes.is_enough:
        return [each if each.status == 0 else Done(0) for each in done]
    is_any_found = any(each.status != NOT_FOUND for each in done)
    return [
        Done(0) if is_any_found and part.may_be_empty and each.status == NOT_FOUND else each
        for part, each in zip(parts, done, strict=True)
    ]


def _reason(part: Part, heard: Heard, done: Done) -> str:
    """Why a machine gave no answer; empty where it did."""
    if done.status == 0 or done.document:
        return ""
    if done.error:
        return visible(done.error.message)
    said = heard.failure[0].removeprefix("par: ") if heard.failure else f"exit status {done.status}"
    return shown(part, said)


def _show_rows(
    verb: str,
    found: tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]],
    as_json: bool,
    columns: int | None,
) -> None:
    lists, hosts = found
    if as_json:
        emit(text.document(lists, hosts))
        return
    emit(text.TABLES[verb](lists[text.KEYS[verb]], columns))
    for each in lists.get("damaged", ()):
        emit(visible(f"'{each['label'] or each['id']}' is damaged: {each['message']}"))


def _rows(
    parts: Sequence[Part], done: Sequence[Done], reasons: Sequence[str], targets: Sequence[str]
) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]]]:
    """The rows of all machines, and what became of each host.

    A machine without an answer has a row for each label that it was to tell of.
    """
    verb = parts[0].words[0]
    lists = text.merged(each.document for each in done if each.document)
    rows = lists.setdefault(text.KEYS[verb], [])
    for part, each, reason in zip(parts, done, reasons, strict=True):
        if reason and verb in text.MISSING:
            rows += [text.MISSING[verb](label, reason, not each.is_broken) for label in part.labels]
    rows.sort(key=lambda row: place(row["label"], targets))
    hosts = [text.host(each.name, why or None) for each, why in zip(parts, reasons, strict=True) if each.host]
    return lists, hosts


def _show_lines(verb: str, parts: Sequence[Part], done: Sequence[Done], targets: Sequence[str]) -> None:
    lines: list[str] = []
    for part, each in zip(parts, done, strict=True):
        said = [line.decode("utf-8", "replace") for line in each.output.splitlines()]
        prefix = f"{part.name}:" if part.host else ""
        if verb == "wait":
            lines += [prefix + visible(line) for line in said]
        elif verb == "run":
            lines += [HEADING.sub(rf"--- {prefix}", lines_text.shown(line), count=1) for line in said]
        else:
            lines += [shown(part, line) for line in said]
    if verb == "wait":
        lines.sort(key=lambda label: place(label, targets))
    if lines:
        emit("\n".join(lines))


def _show_failures(
    parts: Sequence[Part], heard: Sequence[Heard], outcomes: Outcomes, done: Sequence[Done]
) -> None:
    for part, one, each in zip(parts, heard, done, strict=True):
        if each.error:
            narrate(failure(each.error))
        elif each.status and one.failure and not outcomes.is_interrupted:
            first, *more = one.failure
            prefix = f"par: {part.name}: " if part.host else "par: "
            narrate(prefix + shown(part, first.removeprefix("par: ")))
            for line in more:
                narrate(HINT.sub(rf"\1on {part.name}: ", shown(part, line)) if part.host else line)
