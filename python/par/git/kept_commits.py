"""Keeping every commit of a worktree that goes: what it is on, and what only its own records still name."""

from par.errors import CommandError
from par.git import flushing, links, process, tips, unsaved
from par.model import Repository, Worktree


def keep(worktree: Worktree, head: str, tip: str, name: str, detaches: bool = False) -> str:
    """Write refs below `name`: `head`, `tip` where not empty, and each commit that nothing else reaches.

    These are what `work` counts: in the records of the worktree (`tips`), and in the reflog of the branch
    where it goes, and so has a `tip`. In the same step one that `detaches` takes HEAD off its branch, if it
    still is at `head`. All of that is done, or none: then why. Raises CommandError.
    """
    known = [oid for oid in (head, tip) if oid]
    wanted = {f"{name}/head": head, f"{name}/tip": tip}
    wanted |= {f"{name}/other/{oid}": oid for oid in _others(worktree, known, bool(tip))}
    lines = [f"update {ref} {oid}\n" for ref, oid in wanted.items() if oid]
    if not lines:
        return ""
    home = worktree.repository
    place = worktree.path if detaches else home
    lines += [f"option no-deref\nupdate HEAD {head} {head}\n"] if detaches else []
    asked = (*flushing.FLUSHED, "update-ref", "-m", "par: removed", "--stdin")
    outcome = process.attempt(place, *asked, text="".join(lines))
    if outcome.status and not detaches:
        raise CommandError(f"git update-ref: {outcome.reason}", hint=outcome.hint)
    if not outcome.status:
        flushing.refs(home.common_dir, [ref for ref, oid in wanted.items() if oid])
    return outcome.reason if outcome.status else ""


def drop(home: Repository, name: str) -> None:
    """Delete all refs below `name`."""
    if home.common_dir.is_dir():
        found = process.run(home, "for-each-ref", "--format=delete %(refname)", f"{name}/")
        if found:
            process.run(home, "update-ref", "--stdin", text=found)


def _others(worktree: Worktree, known: list[str], is_branch_going: bool) -> list[str]:
    branch, admin = f"refs/heads/{worktree.branch}", links.admin_dir(worktree.path)
    going = (branch,) if is_branch_going else ()
    named = tips.of_worktree(worktree.path, admin, *going) if admin else set()
    if not admin and is_branch_going:
        named = {*tips.logged(worktree.repository, branch)}
    lone = unsaved.commits(worktree, named - {*known}, known, is_branch_going)
    parents = {parent for each in lone for parent in each.parents}
    return sorted(each.oid for each in lone if each.oid not in parents)
