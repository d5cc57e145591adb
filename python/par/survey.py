"""What is there now: the index joined with tmux sessions and with what is checked out."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from par import index, paths
from par.errors import CommandError, ConflictError
from par.git import links
from par.index import Index
from par.model import Context, Session, Sighting
from par.tmux.sessions import mark, sessions


@dataclass(frozen=True, slots=True)
class Survey:
    """The index, and a sighting for each of its contexts in the same order."""

    index: Index
    sightings: tuple[Sighting, ...]

    def find(self, label: str) -> Sighting:
        """The sighting of the context called `label`. Raises NotFoundError with the nearest labels."""
        context = self.index.find(label)
        return next(each for each in self.sightings if each.context is context)

    def find_ready(self, label: str) -> Sighting:
        """As `find`; raises ConflictError while another par is still creating or removing it."""
        sighting = self.find(label)
        if not sighting.context.is_ready:
            busy = f"another par is {sighting.context.phase.deed} the context '{sighting.context.label}'"
            raise ConflictError(busy, hint="try again in a moment")
        return sighting


def known(socket: Path) -> Index:
    """The index, after what dead operations left was repaired."""
    found = index.load(socket)
    if not all(context.is_ready for context in found.contexts):
        from par import repair  # noqa: PLC0415 - a fifth of the time of `par ls`, and rarely needed

        repair.heal(found, socket)
        found = index.load(socket)
    if paths.emptied().exists():
        from par import emptying  # noqa: PLC0415 - as above

        emptying.sweep()
    return found


def survey(socket: Path) -> Survey:
    """Look at everything: one tmux call per server, a few small files per context.

    A session that came back without its marks is marked again, so that tmux counts it; the sighting tells
    how it was found.
    """
    found = known(socket)
    live = {each: _matched(sessions(each)) for each in {context.socket for context in found.contexts}}
    sightings = tuple(_sighting(context, live[context.socket]) for context in found.contexts)
    for each in sightings:
        if each.session and not each.session.label and each.context.is_ready:
            with suppress(CommandError):  # it has just ended
                mark(each.context, each.session.id)
    return Survey(found, sightings)


def _sighting(context: Context, live: dict[tuple[str, str], Session]) -> Sighting:
    marked, unmarked = (context.label, ""), ("", context.session)
    session = live.get(marked) or live.get(unmarked)
    branches = tuple(links.checked_out(worktree.path) for worktree in context.worktrees)
    return Sighting(context, session, branches)


def _matched(live: Iterable[Session]) -> dict[tuple[str, str], Session]:
    # By its mark, or unmarked by its name: users rename sessions, and tmux-resurrect brings them
    # back without their marks
    return {(session.label, "" if session.label else session.name): session for session in live}
