"""`par merge` and `par rebase`."""

from pathlib import Path

import click

from par.cli import remove
from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import merge as command
from par.commands import rebase as rebase_command
from par.commands.merge_steps import How, Wish
from par.render import merge as text
from par.render import rebase as rebase_text
from par.render import rm as rm_text


@click.command(epilog="Example: par merge feature-auth --squash -m 'Sign in with a token'")
@click.argument("label", type=Label())
@option("--into", metavar="BRANCH", help="Into this branch, not the one that it was begun from.")
@option("--squash", is_flag=True, help="As one commit.")
@option("--rebase", is_flag=True, help="Its commits on top, without a merge.")
@option("--ff-only", is_flag=True, help="Only if the branch just goes forward.")
@option("-m", "--message", metavar="MSG", help="The message of the merge, or of the one commit.")
@option("--keep", "is_kept", is_flag=True, help="Leave the context where it is.")
@option("--json", "as_json", is_flag=True, help="Print what was merged as JSON.")
@click.pass_obj
def merge(
    socket: Path,
    label: str,
    into: str | None,
    squash: bool,
    rebase: bool,
    ff_only: bool,
    message: str | None,
    is_kept: bool,
    as_json: bool,
) -> None:
    """Merge the work of LABEL into the branch that it was begun from, and put LABEL into the trash.

    `par undo` takes both back. Nothing is merged while something in LABEL is not committed, its agent works,
    or the merge would conflict. Where the branch is checked out the files follow; changes in the way there
    are never touched. The merge is made in memory: no hook runs. Where nothing new is on the branch it goes
    forward, as with git merge, unless a message is given.
    """
    wish = Wish(label, _how(squash, rebase, ff_only, message), into, message)
    planned = command.plan(command.Request(wish, socket, is_kept))
    tell = remove.telling([planned.status] if planned.removal else [])
    done = command.run(planned)
    emit(text.document(done) if as_json else text.merged(done))
    if tell:
        tell(text.notice(done))
    if done.expired:
        narrate(rm_text.expired(done.expired))


def _how(squash: bool, rebase: bool, ff_only: bool, message: str | None) -> How:
    if squash + rebase + ff_only > 1:
        raise click.UsageError("--squash, --rebase and --ff-only are three ways to merge: choose one")
    if message is not None and (rebase or ff_only):
        other = "--rebase" if rebase else "--ff-only"
        raise click.UsageError(f"-m is for a merge or --squash, not for {other}")
    if message is not None and not message.strip():
        raise click.UsageError("the message is empty")
    if squash:
        return How.SQUASH
    return How.REBASE if rebase else How.FF_ONLY if ff_only else How.MERGE


@click.command(epilog="Example: par rebase feature-auth")
@click.argument("label", type=Label())
@option("--onto", metavar="REV", help="On top of this, which becomes its base if it is a branch.")
@option("--json", "as_json", is_flag=True, help="Print what was rebased as JSON.")
@click.pass_obj
def rebase(socket: Path, label: str, onto: str | None, as_json: bool) -> None:
    """Put the work of LABEL on top of where the branch is now that it was begun from.

    Also where that is the branch of another context, and was rebased itself. Nothing changes while something
    in LABEL is not committed, its agent works, or a commit would conflict. `par undo` takes it back.
    """
    planned = rebase_command.plan(rebase_command.Request(label, socket, onto))
    done = rebase_command.run(planned)
    name = planned.context.label
    emit(rebase_text.document(name, done) if as_json else rebase_text.rebased(name, done))
