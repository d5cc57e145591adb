"""A branch gets another name: its commits, its reflog and what is configured for it go with it.

`git branch -m` deletes the branch before it makes the other: killed in between it loses the tip. Here the new
one is there first, so that either name leads to all commits at any moment.
"""

from pathlib import Path

from par.errors import CommandError
from par.git import flushing, links, moving, process, repository
from par.model import Repository

ATTEMPTS = 5


def rename(home: Repository, folder: Path, was: str, now: str) -> None:
    """Call the branch `was` of the worktree at `folder` `now`; may be called again after a crash, or back.

    Where there is no branch `was` nothing is done. The caller holds the repository's lock and has seen that
    no other worktree is on it. Raises CommandError, also where somebody commits to it all the time.
    """
    refs = [f"refs/heads/{was}", f"refs/heads/{now}"]
    seen = ""
    for _ in range(ATTEMPTS):
        tips = repository.refs(home, refs)
        if refs[0] not in tips:
            break
        on = links.checked_out(folder)
        # What it stands on is the one in use, where an earlier par left both. A commit came in between where
        # the old one has moved since it was looked at
        is_moved = bool(seen) and tips[refs[0]] != seen
        live = tips[refs[0]] if is_moved or on != now else tips.get(refs[1], tips[refs[0]])
        seen = tips[refs[0]]
        _bring(home, was, now, live, tips.get(refs[1], repository.NO_OID))
        if on == was:
            process.run(folder, "symbolic-ref", "-m", f"par: renamed {refs[0]} to {refs[1]}", "HEAD", refs[1])
            flushing.head(links.admin_dir(folder) or folder)
        if repository.delete_branch(home, was, seen, has_settings=False):
            break
    else:
        raise CommandError(f"branch '{was}' keeps changing: something commits to it all the time")
    if repository.settings_of(home, was):
        process.run(home, "config", "--rename-section", f"branch.{was}", f"branch.{now}")


def _bring(home: Repository, was: str, now: str, oid: str, known: str) -> None:
    """Let the branch `now`, which is at `known`, be at `oid`; a new one begins with the reflog of `was`."""
    if known == oid:
        return
    logs = home.common_dir / "logs/refs/heads"
    earlier = (logs / was).read_text("utf-8", "surrogateescape") if (logs / was).is_file() else ""
    message = f"par: renamed refs/heads/{was} to refs/heads/{now}"
    made = (*flushing.FLUSHED, "update-ref", "--create-reflog", "-m", message)
    process.run(home, *made, f"refs/heads/{now}", oid, known)
    flushing.refs(home.common_dir, [f"refs/heads/{now}"])
    # Where git keeps refs in tables there is no such file: then the reflog begins anew
    if known == repository.NO_OID and earlier and (logs / now).is_file():
        later = (logs / now).read_text("utf-8", "surrogateescape")
        moving.write(home.common_dir, f"logs/refs/heads/{now}", earlier + later)
