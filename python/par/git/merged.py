"""Whether the work of a branch has come home: merged, squashed or rebased, by commits, patches and trees."""

from par.git import merging, process, replaying, repository
from par.git.base import Base
from par.model import Repository

# A squashed commit is looked for among so many of the latest
MOST_COMMITS = 1000


def is_in(home: Repository, base: Base, tip: str, began: str) -> bool:
    """Whether all that was done from `began` to `tip` is in `base`; False where nothing was done."""
    if tip == began or replaying.tree(home, tip) == replaying.tree(home, began):
        return False
    if replaying.is_in(home, tip, base.oid):
        return True
    picked = process.attempt(home, "cherry", base.oid, tip).stdout.split("\n")
    if picked != [""] and all(line.startswith("-") for line in picked if line):
        return True
    return _is_squashed(home, base, tip, began)


def is_older_in(home: Repository, base: Base, branch: str, tip: str) -> bool:
    """Whether the branch, which was there before par and of which nobody knows where it began, was merged.

    By a merge of it in `base`, or by fast forward where its reflog tells of more than its making.
    """
    if not replaying.is_in(home, tip, base.oid):
        return False
    later = process.run(home, "rev-list", "--first-parent", f"{tip}..{base.oid}").split()
    before = process.run(home, "rev-parse", f"{later[-1]}^1").strip() if later else base.oid
    if before != tip:
        return True
    logged = repository.reflog(home, branch)
    return bool(logged) and logged[-1][0] != tip


def _is_squashed(home: Repository, base: Base, tip: str, began: str) -> bool:
    """Whether merging would change nothing, or one commit of `base` is the patch of all of them together."""
    if merging.tree(home, base.oid, tip) == replaying.tree(home, base.oid):
        return True
    whole = _patch_ids(home, process.run(home, "diff-tree", "-p", began, tip))
    recent = process.run(
        home, "rev-list", "--no-merges", f"--max-count={MOST_COMMITS}", f"{began}..{base.oid}"
    )
    if not recent:
        return False
    each = process.attempt(home, "diff-tree", "--stdin", "-p", text=recent).stdout
    return not whole.isdisjoint(_patch_ids(home, each))


def _patch_ids(home: Repository, patches: str) -> set[str]:
    """git's ids of patches: the same for two that change the same lines in the same way."""
    return {
        line.split(" ")[0] for line in process.run(home, "patch-id", "--stable", text=patches).splitlines()
    }
