"""`par doctor`, `par adopt` and `par resurrect`."""

from pathlib import Path

import click

from par.cli.options import option
from par.cli.output import emit
from par.commands import adopt as adopt_command
from par.commands import doctor as doctor_command
from par.commands import doctor_environment as environment_command
from par.commands import resurrect as resurrect_command
from par.errors import CommandError, ConfigError, ConflictError
from par.render import adopt as adopt_text
from par.render import doctor as doctor_text
from par.render import resurrect as resurrect_text


@click.command(epilog="Example: par doctor --fix")
@option("--fix", "with_fix", is_flag=True, help="Repair what was found; nothing is lost by it.")
@option("--environment", is_flag=True, help="Instead, try what par needs from tmux.conf and shell.")
@option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def doctor(socket: Path, with_fix: bool, environment: bool, as_json: bool) -> None:
    """Compare index, worktrees, branches, sessions and disk, and say what does not agree.

    A line for each finding, with its repair; --fix does it: it adopts, ties together, makes again, or
    forgets what is gone, and never deletes work. Exit status 4 while something is left.

    --environment reads your tmux.conf on a scratch server, and tries there what par does. Exit status 6
    where a check fails.
    """
    if environment:
        if with_fix:
            raise click.UsageError("--environment changes nothing: there is no --fix for it")
        _try_environment(socket, as_json)
        return
    request = doctor_command.Request(socket, _here())
    planned = doctor_command.plan(request)
    report = doctor_command.run(request, planned) if with_fix else doctor_command.Report((), planned)
    emit(doctor_text.document(report) if as_json else doctor_text.lines(report))
    if count := len(report.left):
        message = f"{count} finding{'' if count == 1 else 's'} left"
        can_mend = any(each.fix for each in report.left) and not with_fix
        raise ConflictError(message, hint="par doctor --fix" if can_mend else "")


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was deleted: then it is no hint to where a repository is now
        return Path.home()


def _try_environment(socket: Path, as_json: bool) -> None:
    checks = environment_command.run(socket)
    emit(doctor_text.environment_document(checks) if as_json else doctor_text.environment(checks))
    if failed := [each for each in checks if each.is_failed]:
        message = f"{len(failed)} of {len(checks)} checks failed: {', '.join(each.name for each in failed)}"
        raise ConfigError(message, hint=failed[0].remedy)


@click.command(epilog="Example: par adopt ../my-app-hotfix --label hotfix")
@click.argument("place", metavar="PATH|SESSION")
@option("-l", "--label", metavar="LABEL", help="The label, if not that of its branch or session.")
@option("--json", "as_json", is_flag=True, help="Print the context as JSON.")
@click.pass_obj
def adopt(socket: Path, place: str, label: str | None, as_json: bool) -> None:
    """Take a worktree that git or another tool made, wherever it is, or a tmux session in one.

    It stays where it is, and yours: `par rm` only forgets it, and ends no session that was there before.
    """
    request = adopt_command.Request(place, Path(place).expanduser(), socket, label)
    done = adopt_command.run(adopt_command.plan(request))
    emit(adopt_text.document(done) if as_json else adopt_text.adopted(done))


@click.command(epilog="Example: par resurrect")
@option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.pass_obj
def resurrect(socket: Path, as_json: bool) -> None:
    """Make the sessions of all stopped contexts again, as after a reboot or `tmux kill-server`.

    The one opened last comes first. Broken contexts are skipped, with a note.
    """
    done = resurrect_command.run(resurrect_command.plan(socket))
    emit(resurrect_text.document(done) if as_json else resurrect_text.resurrected(done))
    failed = [each.context.label for each in done if each.fault and not each.is_broken]
    if failed:
        raise CommandError(f"not made: {', '.join(failed)}", hint=f"par open {failed[0]}")
