"""`par init`."""

from pathlib import Path

import click

from par.cli import asking
from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import init as init_command
from par.commands import init_report
from par.commands.init import Plan
from par.commands.init_report import Report
from par.errors import NotFoundError, UnsafeError
from par.render import init as init_text
from par.render import trust as trust_text
from par.setup import trust


@click.command(epilog="Example: par init feature-auth --retry --wait")
@click.argument("label", type=Label())
@option("--retry", is_flag=True, help="Run the commands again, from the first.")
@option("--log", "as_log", is_flag=True, help="Print what the commands said.")
@option("--wait", "with_wait", is_flag=True, help="Wait until they have ended; show what they say.")
@option("--dismiss", is_flag=True, help="Stop showing that they failed or are held.")
@option("-y", "--yes", is_flag=True, help="With --retry: approve what .par.yaml asks to run, without asking.")
@option("--json", "as_json", is_flag=True, help="Print how it went as JSON.")
@click.pass_obj
def init(
    socket: Path,
    label: str,
    retry: bool,
    as_log: bool,
    with_wait: bool,
    dismiss: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Show how the commands went that .par.yaml asks for in the new context LABEL.

    LABEL/REPO is one repository of a workspace. Of a workspace --retry runs again what did not go well, or
    has changed since; where there is no such, all.

    --retry reads .par.yaml again, and asks as `par start` does where it has changed. In a stranger's code
    it shows what would run and be copied, and asks each time. --wait has exit status 8 where a command
    failed, and 5 where something is held.
    """
    if as_log and (retry or with_wait or as_json or dismiss):
        raise click.UsageError("--log takes no other option")
    if dismiss and (retry or with_wait):
        raise click.UsageError("--dismiss takes neither --retry nor --wait")
    if yes and not retry:
        raise click.UsageError("--yes needs --retry")
    if as_log:
        emit(_log(init_command.look(label, socket)))
        return
    if dismiss:
        report = init_command.dismiss(label, socket)
    else:
        report = _again(label, socket, yes) if retry else init_command.look(label, socket)
    if with_wait:
        report = init_command.wait(label, socket)
    emit(init_text.document(report) if as_json else init_text.report(report))
    if with_wait:
        init_report.check(report)


def _log(report: Report) -> str:
    if not any(run.files.log.exists() for run in report.runs):
        raise NotFoundError(f"no command has run in '{report.label}'", hint=f"par init {report.label}")
    return init_text.log(report)


def _again(label: str, socket: Path, yes: bool) -> Report:
    planned = init_command.plan(label, socket)
    agreed = _agreed_to_stranger if planned.context.is_review else _approved
    return init_command.run(agreed(planned, yes))


def _agreed_to_stranger(planned: Plan, yes: bool) -> Plan:
    whole = planned.reconsidered(is_given=True)
    narrate(init_text.strange(whole))
    if not yes:
        if not asking.is_answered():
            message = f"'{planned.context.label}' holds the code of a stranger"
            raise UnsafeError(message, hint=f"par init {planned.context.label} --retry -y")
        click.confirm("Run them?", abort=True, err=True)
    return whole


def _approved(planned: Plan, yes: bool) -> Plan:
    asked = planned.unapproved
    if not asked:
        return planned
    if not yes:
        if not asking.is_answered():
            home = asked[0][0]
            message = f"what .par.yaml of {home.name} asks to run has not been approved"
            raise UnsafeError(message, hint=trust_text.command(home))
        if not asking.agrees(asked):
            raise click.Abort
    trust.approve(asked)
    return planned.reconsidered()
