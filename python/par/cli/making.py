"""Making a planned context and telling of it: what start, checkout and workspace start share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from par.cli import program
from par.cli.options import option
from par.cli.output import emit, narrate
from par.contexts import creation
from par.render import start as start_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from par.commands.init_report import Report
    from par.contexts.plans import CreationPlan
    from par.model import Context

path_option = option(
    "-p", "--path", "folder", default=".", metavar="PATH", help="Any folder in the repository."
)


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
        show(start_text.made(context, planned))
    _narrate_notes(planned)
    report = _waited(context, socket) if with_wait else None
    if as_json:
        emit(start_text.document(context, report.init.value if report and report.init else planned.init))
    if report:
        _conclude(report, None if as_json else show)
    if then_open:
        open_made(context.label, socket)


def make_all(planned: Sequence[CreationPlan], socket: Path, as_json: bool, with_wait: bool) -> None:
    """As `make`, for several contexts of one repository: all of them are made, or none."""
    first = considered(planned[0])
    planned = [first, *(each if first is planned[0] else each.reconsidered() for each in planned[1:])]
    contexts = creation.create_all(planned)
    if not as_json:
        made = zip(contexts, planned, strict=True)
        emit("\n".join(start_text.made(context, each) for context, each in made))
    _narrate_notes(first)
    reports = [_waited(each, socket) for each in contexts] if with_wait else []
    if as_json:
        inits = [each.init.value if each.init else "" for each in reports] or [each.init for each in planned]
        emit(start_text.documents_of(contexts, inits))
    for report in reports:
        _conclude(report)


def _narrate_notes(planned: CreationPlan) -> None:
    for line in start_text.stacked(planned):
        narrate(line)
    narrate_held(planned)


def narrate_held(planned: CreationPlan) -> None:
    """Say what of a context waits for approval, and what can be done about it."""
    if planned.is_held:
        from par.render import trust as text  # noqa: PLC0415 - most wait for nothing

        for line in text.held(planned):
            narrate(line)


def _waited(context: Context, socket: Path) -> Report:
    from par.commands import init  # noqa: PLC0415 - few are waited for

    return init.wait(context.label, socket)


def _conclude(report: Report, show: Callable[[str], None] | None = None) -> None:
    """Show how the commands went, and raise the error that says what did not go well."""
    from par.commands import init_report  # noqa: PLC0415 - as above
    from par.render import init as text  # noqa: PLC0415 - as above

    if show and report.runs:
        show(text.report(report))
    init_report.check(report)


def considered(planned: CreationPlan) -> CreationPlan:
    """The plan, after a person was asked to approve what of it is not."""
    if not (asked := planned.unapproved):
        return planned
    from par.cli import asking  # noqa: PLC0415 - most is approved, or asks for nothing
    from par.setup import trust  # noqa: PLC0415 - as above

    if not (asking.is_answered() and asking.agrees(asked)):
        return planned
    trust.approve(asked)
    return planned.reconsidered()


def check_can_open(socket: Path) -> None:
    """Raise the error that says why what is made cannot be shown here."""
    from par.tmux import clients  # noqa: PLC0415 - only with --open

    clients.check_can_show(socket)


def open_made(label: str, socket: Path) -> None:
    """Show a context that was made just now."""
    from par.commands import open as command  # noqa: PLC0415 - as above

    command.run(command.plan(command.Request(label, socket)))


def existing(path: str) -> Path:
    """The folder that `path` names as it was typed, with the `~` of `-p=~/x`, which no shell expands."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails where there is no such user
