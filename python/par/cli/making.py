"""Making a planned context and telling of it: what start, checkout and workspace start share."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from par.cli import asking, program
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import init as init_command
from par.commands import open as open_command
from par.contexts import creation
from par.contexts.plans import CreationPlan
from par.render import init as init_text
from par.render import start as start_text
from par.render import trust as trust_text
from par.setup import trust


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that makes a context."""
    for added in (
        option("--trust", "is_trusted", is_flag=True, help="Approve what .par.yaml asks to run, this once."),
        option("--json", "as_json", is_flag=True, help="Print the context as JSON."),
        option("--wait", "with_wait", is_flag=True, help="Wait until its commands have ended."),
        option("--open", "then_open", is_flag=True, help="Open the context when it is made."),
    ):
        command = added(command)
    return program.options(command)


def make(
    planned: CreationPlan, socket: Path, then_open: bool, as_json: bool, with_wait: bool = False
) -> None:
    """Make the context that was planned, and print what it is and what of it waits for approval.

    A person is asked for that first. `with_wait` raises CommandError where one of its commands fails, and
    UnsafeError where something waits for approval; the context stays.
    """
    planned = considered(planned)
    context = creation.create(planned)
    show = narrate if then_open else emit
    if not as_json:
        show(start_text.made(context, planned.init))
    for line in (*start_text.stacked(planned), *trust_text.held(planned)):
        narrate(line)
    report = init_command.wait(context.label, socket) if with_wait else None
    if as_json:
        emit(start_text.document(context, report.init.value if report and report.init else planned.init))
    elif report and report.runs:
        show(init_text.report(report))
    if report:
        init_command.check(report)
    if then_open:
        open_command.run(open_command.plan(open_command.Request(context.label, socket)))


def make_all(planned: Sequence[CreationPlan], socket: Path, as_json: bool, with_wait: bool) -> None:
    """As `make`, for several contexts of one repository: all of them are made, or none."""
    first = considered(planned[0])
    planned = [first, *(each if first is planned[0] else each.reconsidered() for each in planned[1:])]
    contexts = creation.create_all(planned)
    if not as_json:
        made = zip(contexts, planned, strict=True)
        emit("\n".join(start_text.made(context, each.init) for context, each in made))
    for line in (*start_text.stacked(first), *trust_text.held(first)):
        narrate(line)
    reports = [init_command.wait(each.label, socket) for each in contexts] if with_wait else []
    if as_json:
        inits = [each.init.value if each.init else "" for each in reports] or [each.init for each in planned]
        emit(start_text.documents_of(contexts, inits))
    for report in reports:
        init_command.check(report)


def considered(planned: CreationPlan) -> CreationPlan:
    """The plan, after a person was asked to approve what of it is not."""
    asked = planned.unapproved
    if not (asked and asking.is_answered() and asking.agrees(asked)):
        return planned
    trust.approve(asked)
    return planned.reconsidered()


def existing(path: str) -> Path:
    """The folder that `path` names as it was typed, with the `~` of `-p=~/x`, which no shell expands."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails where there is no such user
