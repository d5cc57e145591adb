"""What is there now: the index joined with tmux sessions and with what is checked out."""

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError, ConflictError, NotFoundError
from par.git import links
from par.model import Context, ContextStatus, Session
from par.names import visible
from par.state import index, paths
from par.state.index import Index
from par.tmux import agents, sessions, started


class Survey(NamedTuple):
    """The index, and a status for each of its contexts in the same order."""

    known: Index
    statuses: tuple[ContextStatus, ...]

    def find(self, label: str) -> ContextStatus:
        """The status of the context called `label`. Raises NotFoundError with the nearest labels."""
        context = self.known.find(label)
        return next(each for each in self.statuses if each.context is context)

    def find_ready(self, label: str) -> ContextStatus:
        """As `find`; raises ConflictError while another par is still creating or removing it."""
        status = self.find(label)
        if not status.context.is_ready:
            busy = f"another par is {status.context.phase.verb} the context '{status.context.label}'"
            raise ConflictError(busy, hint="try again in a moment")
        return status


def recovered_index(socket: Path) -> Index:
    """The index, after what dead operations left was repaired."""
    found = index.load(socket)
    if not all(context.is_ready for context in found.contexts):
        from par.contexts import recovery  # noqa: PLC0415 - a fifth of the time of `par ls`, and rarely needed

        recovery.recover(found, socket)
        found = index.load(socket)
    if paths.moving().exists():
        from par.trash import moves  # noqa: PLC0415 - as above

        moves.recover()
    if (paths.data() / paths.CARRIED).exists():
        from par.contexts import carrying  # noqa: PLC0415 - as above

        carrying.finish(socket)
    if paths.emptied().exists():
        from par.trash import emptying  # noqa: PLC0415 - as above

        emptying.finish_emptying()
    return found


def check_worktrees(status: ContextStatus) -> None:
    """Raise NotFoundError where a worktree of the context is gone."""
    if gone := status.gone:
        label = status.context.label
        message = f"the worktree of '{label}' is gone: '{visible(str(gone[0]))}'"
        raise NotFoundError(message, hint=f"par rm {label}")


def survey(socket: Path) -> Survey:
    """Look at everything: one tmux call per server, a few small files per context.

    A session that came back without its marks is marked again, and the state of a program that is gone is
    taken away, so that tmux counts right; the status tells how it was found.
    """
    found = recovered_index(socket)
    with ExitStack() as stack:
        asked = {
            each: stack.enter_context(sessions.asked(each))
            for each in {context.socket for context in found.contexts}
        }
        # While tmux looks at its sessions
        branches = [
            tuple([links.checked_out(one.folder) for one in each.worktrees]) for each in found.contexts
        ]
        live = {each: _matched(told()) for each, told in asked.items()}
    pairs = zip(found.contexts, branches, strict=True)
    statuses = tuple(_status(context, on, live[context.socket]) for context, on in pairs)
    for each in statuses:
        if each.session and not each.session.label and each.context.is_ready:
            from par.setup import running  # noqa: PLC0415 - rarely needed, and it loads much

            with suppress(CommandError, OSError):  # it has just ended
                sessions.mark(each.context, each.session.id)
                running.mark_returned(each.context, each.session.id)
        if each.session and each.session.ended_panes:
            agents.forget(each.context.socket, each.session.ended_panes)
    return Survey(found, statuses)


def _status(
    context: Context, branches: tuple[str | None, ...], live: dict[tuple[str, str], Session]
) -> ContextStatus:
    marked, unmarked = (context.label, ""), ("", context.session)
    session = live.get(marked)
    lost = live.get(unmarked)
    if session is None and lost and started.is_lost(context, lost.name, lost.folder):
        session = lost
    return ContextStatus(context, session, branches)


def _matched(live: Iterable[Session]) -> dict[tuple[str, str], Session]:
    # By its mark, or unmarked by its name: users rename sessions, and tmux-resurrect brings them
    # back without their marks
    return {(session.label, "" if session.label else session.name): session for session in live}
