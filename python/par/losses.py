"""What would be lost with a worktree that is deleted for good, in words."""

from par.git import work
from par.model import Worktree
from par.names import visible

SHOWN = 5


def told(worktree: Worktree) -> str:
    """The uncommitted files and the commits on no other branch, or '' where nothing would be lost."""
    if not worktree.repository.common_dir.is_dir():
        return ""
    files = work.uncommitted(worktree.path, worktree.repository) if worktree.path.exists() else []
    commits = work.unmerged(worktree)
    said = [_counted("uncommitted file", files), _counted("commit on no other branch", commits)]
    return " and ".join(f"has {each}" for each in said if each)


def _counted(noun: str, found: list[str]) -> str:
    if not found:
        return ""
    first, _, rest = noun.partition(" ")
    many = f"{first}s {rest}" if rest.startswith("on ") else f"{noun}s"
    shown = ", ".join(visible(each) for each in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{len(found)} {noun if len(found) == 1 else many} ({shown}{more})"
