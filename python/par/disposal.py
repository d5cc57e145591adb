"""How a context goes into the trash and out of it again; whoever begins it, and whoever ends it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from par import index, locks, narration, paths, removal, roots, trash, workspace_file
from par.errors import ParError, StateError
from par.git import burial, moving, nested
from par.git.burial import Kept
from par.locks import Operation
from par.model import Context, Phase, Repository
from par.removal import Removed
from par.tmux import panes, sessions
from par.trash import Entry

KEPT_LINES = 2000


def put_away(
    context: Context,
    operation: Operation,
    session_id: str | None,
    check: Callable[[Entry], None] = lambda _: None,
) -> Removed:
    """Move `context` into the trash, beginning wherever an earlier attempt ended; nothing of it is lost.

    Once all of it is there, where no path leads to it any more, `check` may raise why it has to go back.

    A branch goes only where its worktree names a commit (`doomed_oid`). The session dies last: the
    caller may be running in it. Raises ParError or OSError, and then it is as it was before.
    """
    try:
        entry = written(context, operation, [session_id] if session_id else [])
        stays = [each for each in entry.kept if _is_homeless(each)]
        for place, kept in enumerate(entry.kept):
            if kept not in stays:
                entry = bury(kept, entry, place)
        if entry.has_root and not any(each.worktree.path.exists() for each in stays):
            _bury_root(entry)
        check(entry)
    except BaseException:
        go_back(context, operation)
        raise
    if session_id:
        sessions.kill(context, session_id)
    removal.drop(context)
    if len(stays) == len(entry.kept):
        trash.clear(entry.id, ())
    return _told(entry, stays, context.session if session_id else None)


def go_back(context: Context, operation: Operation) -> None:
    """Take back a removal that failed, now or, where that fails too, with the next par."""
    with suppress(ParError, OSError):  # what went wrong first is told
        returning = replace(context, phase=Phase.RETURNING)
        with locks.index():
            index.save(index.load(context.socket).with_(returning))
        give_up(returning, operation)


def bury(kept: Kept, entry: Entry, place: int) -> Entry:
    """Move one worktree to where `entry` has it; may be called again after a crash.

    The entry as it is then: what came in between, or a branch that had to stay, is written in it.
    """
    with locks.repository(kept.worktree.repository.common_dir):
        found = burial.bury(kept, entry.grave(place), entry.ref(place), _reason(entry))
        if not entry.has_root:
            paths.prune_parents(kept.worktree.path)
    if found == kept:
        return entry
    changed = replace(entry, kept=tuple(found if each is kept else each for each in entry.kept))
    trash.save(changed, ())
    return changed


def _bury_root(entry: Entry) -> None:
    """Move what is left of a workspace's folder, all that is not a worktree, beside them."""
    root = entry.context.root
    if not entry.root_grave.exists():
        nested.lock(root, _reason(entry))
        moving.move(root, entry.root_grave)
    nested.follow([root], entry.root_grave, _reason(entry))
    paths.prune_parents(root)


def _told(entry: Entry, stays: list[Kept], session: str | None) -> Removed:
    gone = [kept for kept in entry.kept if kept not in stays]
    return Removed(
        label=entry.context.label,
        folders=tuple(kept.worktree.path for kept in gone if kept.had_folder),
        branches=tuple(kept.worktree.branch for kept in gone if kept.tip),
        session=session,
        kept=tuple(kept.worktree.path for kept in stays if kept.worktree.path.exists()),
        trash_id=entry.id if gone else None,
    )


def _is_homeless(kept: Kept) -> bool:
    return not kept.worktree.repository.common_dir.is_dir()


def written(context: Context, operation: Operation, shown: Iterable[str], with_root: bool = True) -> Entry:
    """The entry for the removal of `context`, on disk before anything moves, as it was written first.

    What the panes show in the sessions and windows with the ids `shown` is kept in it too.
    """
    known = trash.load(operation.id)
    if known and any(each.exists() for each in (known.root_grave, *map(known.grave, range(len(known.kept))))):
        return known
    # Nothing has moved yet: what was done in it since counts too
    before = replace(
        context,
        phase=Phase.READY,
        worktrees=tuple(replace(worktree, doomed_oid="") for worktree in context.worktrees),
    )
    found = tuple(map(burial.look, context.worktrees))
    kept = tuple(replace(each, worktree=was) for each, was in zip(found, before.worktrees, strict=True))
    if known:
        kept = tuple(map(_attached, kept, known.kept))
    now = datetime.now(timezone.utc).replace(microsecond=0)
    root = roots.of(before)
    stays = any(_is_homeless(each) and each.worktree.path.exists() for each in kept)
    has_root = with_root and root is not None and root.is_dir() and not stays
    entry = Entry(operation.id, before, now, kept, has_root)
    trash.save(entry, [text for id_ in shown for text in panes.texts(context.socket, id_, KEPT_LINES)])
    return entry


def _attached(kept: Kept, known: Kept) -> Kept:
    """HEAD was where `known` says: since then it was only detached, to be moved."""
    return replace(kept, head=known.head) if not kept.head and kept.oid == known.oid else kept


def give_up(context: Context, operation: Operation) -> None:
    """Take everything that has moved into the trash back; the context is as it was then."""
    if entry := trash.load(operation.id):
        if entry.root_grave.exists():
            put_back_root(entry, entry.context.root)
        for place, kept in enumerate(entry.kept):
            if not _is_homeless(kept):
                with locks.repository(kept.worktree.repository.common_dir):
                    burial.give_up(kept, entry.grave(place), operation)
    trash.clear(operation.id, homes(context))
    keep(context)


def put_back_root(entry: Entry, root: Path) -> None:
    """Let the folder of a workspace be `root` again, with all that was in it but the worktrees."""
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    moving.move(entry.root_grave, root)
    nested.follow([entry.root_grave, entry.context.root], root)


def take_back(entry: Entry, context: Context, operation: Operation) -> None:
    """Return the worktrees of `context`, restored in part, to the trash, and drop the record."""
    removal.kill_session(context)
    for place, (kept, target) in enumerate(zip(entry.kept, context.worktrees, strict=True)):
        with locks.repository(target.repository.common_dir):
            if not kept.had_folder:
                removal.discard(target, operation)
            now = replace(kept, worktree=target)
            try:
                burial.bury(now, entry.grave(place), entry.ref(place), _reason(entry), maker=operation.id)
            except (ParError, OSError):
                # Its commits are kept already; what git keeps of it is made again when it is restored
                if target.path.exists() and not entry.grave(place).exists():
                    moving.move(target.path, entry.grave(place))
            if not entry.has_root:
                paths.prune_parents(target.path)
    if entry.has_root:
        if context.root.is_dir():
            moving.move(context.root, entry.root_grave)
        nested.follow([context.root], entry.root_grave, _reason(entry))
        paths.prune_parents(context.root)
    removal.delete_discarded(operation)
    removal.drop(context)


def end_restoring(context: Context, operation: Operation) -> None:
    """Accept what a par that died had brought back whole, or else return it to the trash."""
    entry = trash.load(operation.id)
    if entry and not all(map(burial.is_back, context.worktrees)):
        take_back(entry, context, operation)
        return
    session_id = ""
    if sessions.of(context) is None:
        with suppress(ParError):  # then it is stopped, and `par open` makes it
            session_id = sessions.create(context)
    finish_restoring(context, operation)
    if session_id:
        from par import furnishing  # noqa: PLC0415 - only where a session is made again

        furnishing.refurnish(context, session_id)


def finish_restoring(context: Context, operation: Operation) -> Context:
    """Empty the place of what is back now, and write in the index that it is ready; as it is then."""
    if entry := trash.load(operation.id):
        _rewrite_file(context, entry)
    removal.bring_init_back(context)
    trash.clear(operation.id, homes(context))
    return keep(context)


def _rewrite_file(context: Context, entry: Entry) -> None:
    is_as_it_was = entry.has_root and context.label == entry.context.label
    if roots.of(context) and not is_as_it_was:
        try:
            workspace_file.write(context, entry.context)
        except StateError as error:  # an editor's file: it can be written at any time
            narration.tell(error.message)


def keep(context: Context) -> Context:
    """Write in the index that the context is ready: it is as it was, or in use."""
    worktrees = tuple(replace(worktree, doomed_oid="") for worktree in context.worktrees)
    kept = replace(context, phase=Phase.READY, worktrees=worktrees)
    with locks.index():
        index.save(index.load(context.socket).with_(kept))
    return kept


def homes(context: Context) -> list[Repository]:
    """The repositories of a context."""
    return [worktree.repository for worktree in context.worktrees]


def _reason(entry: Entry) -> str:
    return f"{moving.REMOVED}: par restore {entry.id}"
