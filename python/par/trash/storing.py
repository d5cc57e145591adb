"""How a context goes into the trash, and back where that fails."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.errors import ParError
from par.git import moving, trashing
from par.git.trashing import Kept
from par.model import Context, Phase, Repository
from par.state import index, locks, paths
from par.state.locks import Operation
from par.tmux import panes, sessions
from par.trash import entries, plain_folders, removal, workspace_folder
from par.trash.entries import Entry
from par.trash.removal import Removed

KEPT_LINES = 2000


class Seen(NamedTuple):
    """What the caller has found out of a context, so that it is not asked again.

    `kept` is what there is to keep of its worktrees, `pane_ids` are the panes of its session; where that has
    one `text` is what it shows.
    """

    kept: tuple[Kept, ...] = ()
    pane_ids: tuple[str, ...] = ()
    text: str | None = None

    def texts(self, socket: Path) -> list[str]:
        """What the panes show, each in its last KEPT_LINES lines."""
        if self.text is not None and len(self.pane_ids) == 1:
            return [self.text]
        return panes.texts(socket, self.pane_ids, KEPT_LINES)


def put_in(
    context: Context,
    operation: Operation,
    session_id: str | None,
    check: Callable[[Entry], None] = lambda _: None,
    command: str = "",
    seen: Seen | None = None,
) -> Removed:
    """Move `context` into the trash, beginning wherever an earlier attempt ended; nothing of it is lost.

    Once all of it is there, where no path leads to it any more, `check` may raise why it has to go back.
    `command` is that of the entry, where others were removed before it, `seen` what is known by now.

    A branch goes only where its worktree names a commit (`deletable_oid`). The session dies last: the
    caller may be running in it. Raises ParError or OSError, and then it is as it was before.
    """
    try:
        known = seen or Seen((), panes.ids(context.socket, [session_id] if session_id else []))
        entry = write_entry(context, operation, known, command=command)
        stays = [*filter(_stays, entry.kept)]
        for place, kept in enumerate(entry.kept):
            if kept not in stays:
                entry = put_worktree_in(kept, entry, place)
        if entry.has_root and not any(each.worktree.path.exists() for each in stays):
            # What is left of a workspace's folder, all that is not a worktree, goes beside them
            plain_folders.put_in(entry.context.root, entry.trashed_root, lock_reason(entry))
        check(entry)
    except BaseException:
        go_back(context, operation)
        raise
    if session_id:
        sessions.kill(context, session_id)
    removal.drop_record(context)
    if len(stays) == len(entry.kept):
        entries.clear(entry.id, ())
    return _removed(entry, stays, context.session if session_id else None)


def go_back(context: Context, operation: Operation) -> None:
    """Take back a removal that failed, now or, where that fails too, with the next par."""
    with suppress(ParError, OSError):  # what went wrong first is reported
        returning = context._replace(phase=Phase.RETURNING)
        with locks.index():
            index.save(index.load(context.socket).with_(returning))
        take_back(returning, operation)


def put_worktree_in(kept: Kept, entry: Entry, place: int) -> Entry:
    """Move one worktree to where `entry` has it; may be called again after a crash.

    The entry as it is then: what came in between, or a branch that had to stay, is written in it.
    """
    trashed = entry.trashed_path(place)
    if _lost_repository(kept):
        if kept.had_folder:
            plain_folders.put_in(kept.worktree.path, trashed, lock_reason(entry))
        return entry
    with locks.repository(kept.worktree.repository.common_dir):
        found = trashing.move_to_trash(kept, trashed, entry.ref(place), lock_reason(entry))
        if not entry.has_root:
            paths.prune_parents(kept.worktree.path)
    if found == kept:
        return entry
    changed = entry._replace(kept=tuple(found if each is kept else each for each in entry.kept))
    entries.save(changed, ())
    return changed


def _removed(entry: Entry, stays: list[Kept], session: str | None) -> Removed:
    gone = [kept for kept in entry.kept if kept not in stays]
    return Removed(
        label=entry.context.label,
        folders=tuple(kept.worktree.path for kept in gone if kept.had_folder),
        branches=tuple(kept.worktree.branch for kept in gone if kept.tip),
        session=session,
        kept=tuple(kept.worktree.path for kept in stays if kept.worktree.path.exists()),
        trash_id=entry.id if gone else None,
    )


def _lost_repository(kept: Kept) -> bool:
    return not kept.worktree.repository.common_dir.is_dir()


def _stays(kept: Kept) -> bool:  # nothing is there to put away, or what somebody else put there
    return _lost_repository(kept) and not kept.had_folder


def write_entry(
    context: Context, operation: Operation, seen: Seen, with_root: bool = True, command: str = ""
) -> Entry:
    """The entry for the removal of `context`, on disk before anything moves, as it was written first.

    What the panes show that were `seen` is kept in it too.
    """
    known = entries.load(operation.id)
    if known and any(
        each.exists() for each in (known.trashed_root, *map(known.trashed_path, range(len(known.kept))))
    ):
        return known
    # Nothing has moved yet: what was done in it since counts too
    before = context._replace(
        phase=Phase.READY,
        worktrees=tuple(worktree._replace(deletable_oid="") for worktree in context.worktrees),
    )
    found = seen.kept or tuple(trashing.inspect(each, bool(each.deletable_oid)) for each in context.worktrees)
    kept = tuple(each._replace(worktree=was) for each, was in zip(found, before.worktrees, strict=True))
    if known:
        kept = tuple(map(_attached, kept, known.kept))
    now = datetime.now(timezone.utc)
    root = workspace_folder.own_folder(before)
    stays = any(_stays(each) and each.worktree.path.exists() for each in kept)
    has_root = with_root and root is not None and root.is_dir() and not stays
    entry = Entry(
        operation.id, before, now, kept, command or (known.command if known else operation.id), has_root
    )
    entries.save(entry, seen.texts(context.socket))
    return entry


def _attached(kept: Kept, known: Kept) -> Kept:
    """`kept`, with HEAD on the ref that `known` names: par only detached it, to move the worktree."""
    return kept._replace(head=known.head) if not kept.head and kept.oid == known.oid else kept


def take_back(context: Context, operation: Operation) -> None:
    """Take everything that has moved into the trash back; the context is as it was then."""
    if entry := entries.load(operation.id):
        plain_folders.put_back(entry.trashed_root, entry.context.root, entry.context.root)
        for place, kept in enumerate(entry.kept):
            if _lost_repository(kept):
                plain_folders.put_back(entry.trashed_path(place), kept.worktree.path, kept.worktree.path)
            else:
                with locks.repository(kept.worktree.repository.common_dir):
                    trashing.undo_move(kept, entry.trashed_path(place), operation)
    entries.clear(operation.id, repositories(context))
    mark_ready(context)


def put_root_back(entry: Entry, root: Path) -> None:
    """Let the folder of a workspace be `root` again, with all that was in it but the worktrees."""
    plain_folders.put_back(entry.trashed_root, entry.context.root, root)


def mark_ready(context: Context) -> Context:
    """Write in the index that the context is ready: it is as it was, or in use."""
    worktrees = tuple(worktree._replace(deletable_oid="") for worktree in context.worktrees)
    kept = context._replace(phase=Phase.READY, worktrees=worktrees)
    with locks.index():
        index.save(index.load(context.socket).with_(kept))
    return kept


def repositories(context: Context) -> list[Repository]:
    """The repositories of a context."""
    return [worktree.repository for worktree in context.worktrees]


def lock_reason(entry: Entry) -> str:
    return f"{moving.REMOVED}: par restore {entry.id}"
