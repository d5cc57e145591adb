"""Each context of the index, against its repositories, worktrees and branches."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from shlex import quote

from par.contexts import recovery
from par.doctor import repairs, repositories
from par.doctor.findings import Fault, Finding
from par.doctor.repositories import Repositories
from par.errors import ParError
from par.git import links, worktree_repair
from par.model import Context, Phase, Worktree
from par.names import visible
from par.setup import workspace_file
from par.state import locks
from par.state.index import Index
from par.trash import workspace_folder

AFTER = {
    Phase.CREATING: "take back what was made",
    Phase.REMOVING: "finish it",
    Phase.RESTORING: "take it back",
    Phase.PURGING: "finish it, or take it back where nothing is gone yet",
    Phase.ADDING: "take back what was made",
    Phase.DROPPING: "finish it",
    Phase.RETURNING: "take it back: it had failed",
}


def examine(found: Index, folder: Path) -> Iterator[Finding]:
    """What is wrong with the contexts; a repository that was moved is looked for around `folder` too."""
    known = repositories.asked()
    homes = {each.repository.path for context in found.contexts for each in context.worktrees}
    for context in found.contexts:
        if context.is_ready:
            for worktree in context.worktrees:
                yield from _examine(context, worktree, [*homes, folder, *folder.parents], known)
            yield from _examine_file(context)
        elif not locks.is_running(context.operation):
            message = f"{context.phase.value} it was interrupted"
            fix = partial(recovery.recover, Index((context,)), context.socket)
            yield Finding(Fault.INTERRUPTED, context.label, message, AFTER[context.phase], fix=fix)


def _examine(
    context: Context, worktree: Worktree, folders: Iterable[Path], known: Repositories
) -> Iterator[Finding]:
    try:
        if not worktree.repository.common_dir.is_dir():
            yield _lost_repository(context, worktree, folders)
        elif not worktree.path.exists() and not worktree.path.is_symlink():
            yield _lost_worktree(context, worktree, known)
        elif not context.is_adopted and not links.is_linked(worktree):
            yield _untied(context, worktree, known)
        elif not context.is_adopted and known.is_taken_for_bare(worktree):
            message = f"git takes {_shown(worktree.path)} for bare, as its repository says of itself"
            fix = partial(repairs.let_work, context, worktree)
            how = "let it say for itself that it is not"
            yield Finding(Fault.WORKTREE_BARE, context.label, message, how, fix=fix)
        elif worktree.branch and worktree.branch not in known.branches(worktree.repository):
            yield from _lost_branch(context, worktree)
        elif not context.is_adopted and not links.is_checked_out(worktree):
            message = f"git has no index of {_shown(worktree.path)}"
            how = "write it anew from what is committed; the files stay as they are"
            fix = partial(repairs.read_index, context, worktree)
            yield Finding(Fault.STAGING_LOST, context.label, message, how, fix=fix)
    except (ParError, OSError) as error:  # git cannot list a repository in which it was killed
        message = f"what is at {_shown(worktree.path)} cannot be read: {error}"
        hint = f"git -C {quote(worktree.folder)} status"
        yield Finding(Fault.GIT_REMAINS, context.label, message, hint=hint)


def _examine_file(context: Context) -> Iterator[Finding]:
    root = workspace_folder.own_folder(context)
    if root and root.is_dir() and not workspace_file.shows_all(context):
        message = f"its file for editors {_shown(workspace_file.path(context))} does not show all of it"
        fix = partial(workspace_file.write, context)
        yield Finding(Fault.WORKSPACE_FILE, context.label, message, "write it again", fix=fix)


def _lost_repository(context: Context, worktree: Worktree, folders: Iterable[Path]) -> Finding:
    home = worktree.repository.path
    admin = worktree_repair.found_at(worktree, [*folders, *worktree_repair.beside(worktree.repository)])
    if admin is None:
        hint = f"move it back, or run par doctor where it is now; or {_removal(context, worktree)}"
        return Finding(
            Fault.REPOSITORY_GONE, context.label, f"its repository {_shown(home)} is gone", hint=hint
        )
    new = admin.parent.parent
    message = f"its repository {_shown(home)} was moved to {_shown(_place(new))}"
    fix = partial(repairs.follow_repository, context, worktree, admin)
    return Finding(Fault.REPOSITORY_MOVED, context.label, message, "tie its worktree to it", fix=fix)


def _lost_worktree(context: Context, worktree: Worktree, known: Repositories) -> Finding:
    message = f"its worktree {_shown(worktree.path)} is gone"
    if not context.is_adopted and (reason := known.lock_reason(worktree)) is not None:
        hint, locked = f"bring it back, or git worktree unlock {quote(worktree.folder)}", visible(reason)
        return Finding(Fault.WORKTREE_GONE, context.label, f"{message} and locked: {locked}", hint=hint)
    if new := worktree_repair.moved_to(worktree, known.holders(worktree.repository).get(worktree.branch)):
        message = f"its worktree was moved to {_shown(new)}"
        fix = partial(repairs.follow_worktree, context, worktree, new)
        return Finding(Fault.WORKTREE_MOVED, context.label, message, "record that it is there", fix=fix)
    how, remake = _remaking(context, worktree, known)
    hint = "" if how else _removal(context, worktree)
    return Finding(Fault.WORKTREE_GONE, context.label, message, how, hint, remake)


def _removal(context: Context, worktree: Worktree) -> str:
    """The command that puts the worktree away, with the context where that has no other."""
    alone = f"par rm {context.label}"
    return alone if len(context.worktrees) == 1 else f"par workspace drop {context.label} {worktree.name}"


def _remaking(
    context: Context, worktree: Worktree, known: Repositories
) -> tuple[str, Callable[[], None] | None]:
    if not context.is_adopted:
        if known.whole_admin(worktree):
            message = "check its files out again, as they were staged or committed last"
            return message, partial(repairs.remake, context, worktree)
        if known.is_free(worktree):
            return "check its branch out again", partial(repairs.remake, context, worktree)
    if len(context.worktrees) == 1:
        return "forget its record: nothing else of it is left", partial(repairs.forget, context)
    return "", None


def _untied(context: Context, worktree: Worktree, known: Repositories) -> Finding:
    path = worktree.path
    message = f"{_shown(path)} and its repository do not know each other"
    how = "tie them together; its files stay as they are"
    if (admin := _admin_to_tie(worktree, known)) is not None:
        fix = partial(repairs.tie, context, worktree, admin)
        return Finding(Fault.WORKTREE_UNTIED, context.label, message, how, fix=fix)
    if _can_register(worktree, known):
        fix = partial(repairs.register, context, worktree)
        return Finding(Fault.WORKTREE_UNTIED, context.label, message, how, fix=fix)
    if links.is_forgotten(worktree):
        home = _shown(worktree.repository.path)
        message = f"{home} knows nothing of {_shown(path)}: it was cloned again, or another took its place"
        return Finding(Fault.WORKTREE_UNTIED, context.label, message, hint=f"par rm {context.label}")
    message = f"what is at {_shown(path)} is not its worktree"
    hint = f"look into it, then move it away: {quote(str(path))}"
    return Finding(Fault.WORKTREE_FOREIGN, context.label, message, hint=hint)


def _admin_to_tie(worktree: Worktree, known: Repositories) -> Path | None:
    dot_git = worktree.path / ".git"
    if worktree.path.is_symlink() or dot_git.is_dir() or dot_git.is_symlink():
        return None
    admin = links.admin_dir(worktree.path)
    if admin is None:
        return known.whole_admin(worktree)
    if not links.names_repository(worktree) or not admin.is_dir() or not worktree_repair.is_whole(admin):
        return None
    other = links.worktree_of(admin)
    return admin if other is None or not (other / ".git").exists() else None


def _can_register(worktree: Worktree, known: Repositories) -> bool:
    path, home = worktree.path, worktree.repository
    admin = links.admin_dir(path)
    is_lost = not (path / ".git").exists() or (
        links.names_repository(worktree) and admin is not None and not admin.exists()
    )
    # Where git keeps refs in tables only git itself can make a worktree
    if path.is_symlink() or not path.is_dir() or not is_lost or (home.common_dir / "reftable").exists():
        return False
    return known.is_free(worktree)


def _lost_branch(context: Context, worktree: Worktree) -> Iterator[Finding]:
    # Another branch may be checked out at any time: only that the old one is gone is news
    seen, name = links.checked_out(worktree.path) or "", visible(worktree.branch)
    if seen and seen != worktree.branch:
        message = f"its branch '{name}' is called '{visible(seen)}' now"
        if not worktree_repair.renamed_from(worktree.repository, worktree.branch, seen):
            message = f"its branch '{name}' is gone, it is on '{visible(seen)}'"
        fix = partial(repairs.follow_branch, context, worktree, seen)
        yield Finding(Fault.BRANCH_RENAMED, context.label, message, "record that", fix=fix)
    elif seen and not context.is_adopted and (oid := worktree_repair.last_commit(worktree)):
        message = f"its branch '{name}' was deleted"
        fix = partial(repairs.remake_branch, worktree, oid)
        how = f"make it again at {oid[:10]}, where it was last"
        yield Finding(Fault.BRANCH_GONE, context.label, message, how, fix=fix)
    elif seen and not context.is_adopted:
        message = f"its branch '{name}' is gone, and no reflog knows its commit"
        hint = f"git -C {quote(str(worktree.repository.path))} branch {quote(worktree.branch)} COMMIT"
        yield Finding(Fault.BRANCH_GONE, context.label, message, hint=hint)


def _place(common_dir: Path) -> Path:
    return common_dir.parent if common_dir.name == ".git" else common_dir


def _shown(path: Path) -> str:
    return visible(str(path))
