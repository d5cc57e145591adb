"""How a context gets another label, and its old one back where that fails: its record leads both ways.

Each step looks where things are and takes them from one label's places to the other's: what takes a change
back is the same steps with the two turned round.
"""

from collections.abc import Container, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from par.config.recipe import Recipe
from par.contexts import carried
from par.errors import ParError, StateError
from par.git import moving, nested
from par.git import renaming as branches
from par.model import Context, Kind, Phase, Worktree
from par.setup import workspace_file
from par.setup.preparation import environment
from par.state import index, locks, paths, session_names
from par.state.index import Index
from par.system import narration
from par.tmux import renaming as marked
from par.tmux import sessions
from par.trash import workspace_folder


def becoming(context: Context, label: str, taken: Container[str] = ()) -> Context:
    """What `context` is under `label`; its session gets a name that is not in `taken`.

    A branch that par made and that is called as the context is called as the label then.
    """
    root = _named_after(context, context.root, label, paths.workspaces_of(context.root))
    worktrees = tuple(_becoming(context, each, label, root) for each in context.worktrees)
    is_workspace = context.kind is Kind.WORKSPACE
    named = (label, taken, context.repository.path, context.root if is_workspace else None)
    return context._replace(
        label=label,
        folder=str(root) if is_workspace or context.is_adopted else worktrees[0].folder,
        worktrees=worktrees,
        session=session_names.session_name(*named),
        new_label="",
    )


def _becoming(context: Context, worktree: Worktree, label: str, root: Path) -> Worktree:
    is_named_so = worktree.is_branch_ours and worktree.branch == context.label
    branch = label if is_named_so else worktree.branch
    path = worktree.path
    if workspace_folder.own_folder(context):
        path = root / path.relative_to(context.root)
    elif not context.is_adopted:
        usual = paths.worktrees(worktree.repository.path, context.is_review)
        path = _named_after(context, path, label, usual)
    env = environment(Recipe(env=worktree.env_asked), label, worktree._replace(branch=branch))
    return worktree.at(path)._replace(branch=branch, env=env)


def _named_after(context: Context, place: Path, label: str, usual: Path) -> Path:
    """Where a folder that is called as `context` is under `label`: beside itself, else in the `usual` one."""
    if context.is_adopted:
        return place
    above = str(place).removesuffix(f"/{context.label}")
    return (Path(above) if above != str(place) else usual) / label


def change(was: Context, now: Context) -> None:
    """Take all that `was` called so to where `now` says, as far as it is not there yet.

    Raises ParError or OSError; may be called again, or back.
    """
    _rename_branches(was, now)
    if was.root != now.root:
        _move(was, now)
        logs, place = paths.init(was.root), paths.init(now.root)
        if logs.is_dir() and not place.exists():
            logs.rename(place)
    if workspace_folder.own_folder(now):
        try:
            workspace_file.write(now, was)
        except StateError as error:  # an editor's file: it can be written at any time
            narration.report(error.message)
    live = [each for each in sessions.sessions(was.socket) if each.label in {was.label, now.label}]
    for session in live:
        marked.rename(was, now, session)


def _rename_branches(was: Context, now: Context) -> None:
    for before, after in zip(was.worktrees, now.worktrees, strict=True):
        if before.branch != after.branch:
            place = before.path if before.path.is_dir() else after.path
            with locks.repository(before.repository.common_dir):
                branches.rename(before.repository, place, before.branch, after.branch)


def _move(was: Context, now: Context) -> None:
    """Move the folders in one rename: that of a workspace with all that is in it."""
    pairs = [(before.path, after.path) for before, after in zip(was.worktrees, now.worktrees, strict=True)]
    tops = [(was.root, now.root)] if workspace_folder.own_folder(was) else pairs
    with ExitStack() as held:
        for home in sorted({each.repository.common_dir for each in was.worktrees}):
            held.enter_context(locks.repository(home))
        for place in (each for pair in pairs for each in pair if each.is_dir()):
            moving.lock(place, moving.RENAMED)
            moving.name_repository(place)
        for source, target in tops:
            if source.is_dir() and not target.exists():
                nested.lock(source, moving.RENAMED)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                moving.move(source, target)
        for _, after in pairs:
            moving.relink(after)
            moving.unlock(after)
        for source, target in tops:
            nested.follow([source, target], target)
            paths.prune_parents(source)


def carry_out(context: Context, now: Context) -> Context:
    """Give `context`, whose record says that it is being renamed, all that `now` says, or take that back.

    The context as it is then. Raises ParError or OSError where it is as it was before.
    """
    try:
        change(context, now)
        return finish(context, now)
    except BaseException:
        with suppress(ParError, OSError):  # then the next par does it; what failed first is raised
            take_back(context)
        raise


def take_back(context: Context) -> None:
    """Let the context be what its record says that it was, however far its renaming came.

    Raises ParError or OSError, and then the next par tries again.
    """
    now = becoming(context, context.new_label)
    live = sessions.session_of(now)
    if live and live.name.startswith(now.session):  # it was called so, with digits where that was taken
        now = now._replace(session=live.name)
    change(now, context)
    with locks.index():
        ready = context._replace(phase=Phase.READY, new_label="")
        index.save(index.load(context.socket).with_(ready))


def finish(context: Context, now: Context) -> Context:
    """Write in the index that the context is called as `now`, in the same place among all others."""
    ready = now._replace(phase=Phase.READY)
    with locks.index():
        found = index.load(context.socket)
        opened = tuple(now.label if each == context.label else each for each in found.opened)
        index.save(found._replace(contexts=tuple(_followed(found, context, ready)), opened=opened))
    for before, after in zip(context.worktrees, now.worktrees, strict=True):
        carried.follow(before.path, after.path)
    return ready


def _followed(found: Index, was: Context, now: Context) -> Iterator[Context]:
    """All contexts, with `now` for `was`; one that began at a branch which was renamed names it right."""
    renamed = {
        (before.repository.common_dir, f"refs/heads/{before.branch}"): f"refs/heads/{after.branch}"
        for before, after in zip(was.worktrees, now.worktrees, strict=True)
    }
    for context in found.contexts:
        if context.label == was.label:
            yield now
        elif any((each.repository.common_dir, each.base) in renamed for each in context.worktrees):
            yield context._replace(
                worktrees=tuple(
                    each._replace(base=renamed.get((each.repository.common_dir, each.base), each.base))
                    for each in context.worktrees
                )
            )
        else:
            yield context
