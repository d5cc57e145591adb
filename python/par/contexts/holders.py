"""Which worktree has a branch checked out, and which context that is: git allows a branch in one only."""

from pathlib import Path
from shlex import quote

from par import names
from par.errors import ConflictError
from par.git import repository, unfinished, version
from par.model import Context, Repository
from par.state.index import Index

NOTHING = Index()


def check_is_free(home: Repository, branch: str, found: Index = NOTHING) -> None:
    """Raise ConflictError where a worktree has the branch checked out.

    Where that is one of the contexts `found`, the hint is to open it.
    """
    holder = repository.holder_of(home, branch)
    if context := context_at(found, holder):
        message = f"branch '{names.visible(branch)}' is checked out in context '{context.label}'"
        raise ConflictError(message, hint=f"par open {context.label}")
    if holder and not Path(holder).exists():
        message = f"branch '{branch}' is checked out at '{names.visible(holder)}', which is gone"
        # Its index and reflogs are still there: what is only moved is whole once git knows its new place
        git = f"git -C {quote(str(home.path))} worktree"
        repair = version.needing(version.WITH_REPAIR, f"{git} repair NEWPLACE")
        hint = f"if it was moved: {repair}; if it was deleted: {git} prune"
        raise ConflictError(message, hint=hint)
    if holder:
        message = f"branch '{branch}' is checked out at '{names.visible(holder)}'"
        raise ConflictError(message, hint=f"cd {names.quoted(holder)}")
    if busy := unfinished.comes_back(home.common_dir, branch):
        doing, place = unfinished.operation(busy) or "a rebase or bisect", names.visible(str(busy))
        message = f"branch '{branch}' is in use by {doing} at '{place}'"
        raise ConflictError(message, hint=f"git -C {quote(place)} status")


def check_label(found: Index, label: str, home: Repository | None = None, otherwise: str = "") -> None:
    """Raise ConflictError where a context has this label, with its place where a `home` is no part of it.

    The command `otherwise` is then the hint, where there is one.
    """
    if not (twin := found.like(label)):
        return
    message, hint = f"context '{twin.label}' already exists", f"par open {twin.label}"
    if home is None or home.common_dir in {each.repository.common_dir for each in twin.worktrees}:
        raise ConflictError(message, hint=hint)
    place = twin.place if twin.place != home.name else str(twin.repository.path)
    raise ConflictError(f"{message} in {names.visible(place)}", hint=otherwise or hint)


def context_at(found: Index, folder: str | None) -> Context | None:
    """The context that has a worktree in `folder`, where that is there."""
    places = ((each, worktree.path) for each in found.contexts for worktree in each.worktrees)
    return next((each for each, path in places if str(path) == folder and path.exists()), None)
