"""Which repository a folder lies in, and whether that is one to work with."""

import re
from contextlib import suppress
from pathlib import Path

from par.errors import CommandError, NotFoundError, StateError, UnsafeError
from par.git import main_worktree, process, version, worktrees
from par.model import Repository
from par.names import quoted, visible
from par.state import index, paths
from par.system import spelling

LOST = re.compile(r"not a git repository: (.+)/worktrees/[^/]+$", re.MULTILINE)
OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
HEAD = ("HEAD", "--symbolic-full-name", "HEAD")
ASKED = ("rev-parse", "--git-common-dir", "--is-bare-repository")


def containing(folder: Path, hint: str = "") -> Repository:
    """The repository that `folder` lies in: the main one, also from a linked worktree.

    Raises NotFoundError where there is none, UnsafeError where it lies in the code of a stranger.
    """
    return with_head(folder, hint)[0]


def with_head(folder: Path, hint: str = "") -> tuple[Repository, tuple[str, str] | None]:
    """As `containing`, and the commit that is checked out in `folder` with the ref it is on, empty for none.

    None where that is to be asked.
    """
    # A bare one that the user stands in is found as the user's own settings say. Only what HEAD names:
    # a look at the commit itself could run what a stranger's repository wants it fetched with
    outcome = process.attempt(folder, *ASKED, *HEAD, options=process.NO_HOOKS)
    said, *head = outcome.stdout.removesuffix("\n").rsplit("\n", 2)
    is_known = len(head) == 2 and OID.fullmatch(head[0]) is not None
    said = said if is_known else outcome.stdout.removesuffix("HEAD\n")
    if not said:
        if lost := LOST.search(outcome.stderr):
            message = (
                f"the repository of the worktree '{visible(str(folder))}' is not at '{visible(lost[1])}'"
            )
            way = version.needing(version.WITH_REPAIR, f"git -C REPOSITORY worktree repair {quoted(folder)}")
            raise NotFoundError(message, hint=way)
        if "not a git repository" in outcome.stderr:
            message = f"'{visible(str(folder.absolute()))}' is not in a git repository"
            raise NotFoundError(message, hint=hint or _way_on(folder))
        raise CommandError(f"git: {outcome.reason}", hint=outcome.hint)
    common, is_bare = _common_dir(folder, said)
    _check_is_own(folder, common)
    place = common if is_bare else _main_worktree(spelling.resolved(folder), common)
    if paths.is_strange(place):
        message = f"the repository '{visible(str(place))}' lies in a stranger's code: nothing of it is run"
        raise UnsafeError(message, hint="git clone it to a place of your own")
    is_gits_own = common in (here := folder.resolve()).parents or common == here
    return Repository(place, common), (
        head[0],
        head[1].removeprefix("HEAD"),
    ) if is_known and not is_gits_own else None


def _way_on(folder: Path) -> str:
    """What somebody meant who is not in a repository: all that lie in the folder, or one elsewhere."""
    with suppress(OSError):
        if any((each / ".git").exists() for each in folder.iterdir()):
            return "par workspace start LABEL, or use -p PATH"
    return "use -p PATH"


def _common_dir(folder: Path, said: str) -> tuple[Path, bool]:
    common, _, is_bare = said.removesuffix("\n").rpartition("\n")
    return spelling.resolved(folder / common), is_bare == "true"


def _check_is_own(folder: Path, common: Path) -> None:
    """Raise UnsafeError where git took a folder with no name of git's for a repository, and others commit it.

    What git before 2.38 knows no setting against too.
    """
    if common not in (here := spelling.resolved(folder)).parents and common != here:
        return
    around = process.attempt(common.parent, *ASKED)
    if "not a git repository" in around.stderr:
        return
    if around.status == 0:
        if _common_dir(common.parent, around.stdout)[0] == common:
            return
        tracked = process.attempt(common.parent, "ls-files", "-z", "--", common.name)
        if tracked.status == 0 and not tracked.stdout:
            return
    message = (
        f"the bare repository '{visible(str(common))}' is part of the code around it: nothing of it is run"
    )
    raise UnsafeError(message, hint="git clone it to a place of your own")


def _main_worktree(folder: Path, common: Path) -> Path:
    """The main worktree of the repository that `folder` lies in; git's own folder where it has none."""
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
    if main_worktree.git_dir(top) == common:  # also where it was made with --separate-git-dir
        return top
    # In a linked worktree git does not say of the repository that it is bare
    if process.attempt(Repository(common, common), *ASKED).stdout.endswith("\ntrue\n"):
        return common
    if common.name == ".git":
        return common.parent
    # A submodule's git folder knows the way back; one made with --separate-git-dir does not
    configured = process.attempt(folder, "config", "--file", str(common / "config"), "core.worktree")
    if configured.status == 0:
        return spelling.resolved(common / configured.stdout.removesuffix("\n"))
    return _recorded(common) or Path(worktrees.listed(folder)[0].folder)


def _recorded(common: Path) -> Path | None:
    """The main worktree as a context of the same repository remembers it."""
    with suppress(StateError):
        worktrees_ = (each for context in index.load(Path()).contexts for each in context.worktrees)
        homes = {each.repository.path for each in worktrees_ if each.repository.common_dir == common}
        return next((each for each in homes if main_worktree.git_dir(each) == common), None)
    return None
