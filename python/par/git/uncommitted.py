"""All that is in a worktree, committed or not, for git to look at: through an index beside its own."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from par.errors import CommandError
from par.git import links, process
from par.git.process import Outcome
from par.model import Worktree


@contextmanager
def index(worktree: Worktree, *, with_content: bool) -> Iterator[Path]:
    """A copy of the index of `worktree` that knows its untracked files too, deleted again at the end.

    `with_content` has everything in it that is in the files now; else it only names the new ones. The
    worktree and its own index stay as they are. Raises CommandError.
    """
    admin = links.admin_dir(worktree.path)
    with tempfile.TemporaryDirectory(prefix="par-index-") as folder:
        copy = Path(folder, "index")
        if admin and (admin / "index").is_file():
            shutil.copyfile(admin / "index", copy)
        _add_untracked(worktree.path, copy)
        if with_content:
            _check(process.attempt(worktree.path, "add", "--update", index=copy))
        yield copy


def _add_untracked(path: Path, copy: Path) -> None:
    """Name the untracked files in the index `copy`; a repository among them is not looked into."""
    listed = process.attempt(path, "ls-files", "-z", "--others", "--exclude-standard", index=copy)
    _check(listed)
    intend(path, [each for each in listed.stdout.split("\0") if each and not each.endswith("/")], copy)


def intend(path: Path, names: Sequence[str], copy: Path | None = None) -> None:
    """Name files of the worktree at `path` in its index, or in the `copy` of it, without their content.

    Raises CommandError.
    """
    asked = ("--literal-pathspecs", "add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul")
    if names:
        _check(process.attempt(path, *asked, text="\0".join(names), index=copy))


def _check(outcome: Outcome) -> None:
    if outcome.status:
        raise CommandError(f"git add: {outcome.reason}", hint=outcome.hint)


def commit(worktree: Worktree) -> str:
    """A commit, on no branch, of all that is in `worktree` now; HEAD itself where nothing differs."""
    with index(worktree, with_content=True) as copy:
        tree = process.attempt(worktree.path, "write-tree", index=copy).stdout.strip()
    head, of_head = process.run(worktree.path, "rev-parse", "HEAD", "HEAD^{tree}").split()
    if tree in {"", of_head}:  # what is unmerged makes no tree: what is committed is compared
        return head
    author = ("-c", "user.name=par", "-c", "user.email=par@localhost")
    return process.run(
        worktree.path, *author, "commit-tree", "-p", head, "-m", "par: uncommitted", tree
    ).strip()


def is_dirty(worktree: Worktree) -> bool:
    """Whether something in `worktree` is not committed: changed, staged, or untracked and not ignored."""
    asked = ("status", "--porcelain", "--untracked-files=normal")
    return bool(process.run(worktree.path, *asked))
