"""What is in a worktree and nowhere else: the one answer for all that deletes for good, and for the trash.

Files are those of `edits`, commits those that the records of the worktree name (`tips`) and that no ref
reaches which stays: neither one of par's own below `refs/par` nor the branch that goes too. The same counts
in the submodules, clones and worktrees that lie inside (`inside`).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.errors import ParError
from par.git import inside, links, process, repository, tips
from par.git.inside import Nested
from par.model import Repository, Worktree

# The refs that keep commits, HEAD of the main worktree among them: those of par's own go some day
STAYING = ("--single-worktree", "--exclude=refs/par/*", "--all")


class Losses(NamedTuple):
    """The files that are nowhere else, and the commits, a line each."""

    files: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()

    def counted(self, where: str = "") -> list[str]:
        """How much that is, in words; of the commits it is said `where` they are."""
        files, commits = len(self.files), len(self.commits)
        said = [f"{files} uncommitted file{'' if files == 1 else 's'}"] if files else []
        return said + ([f"{commits} commit{'' if commits == 1 else 's'}{where}"] if commits else [])

    def below(self, name: str) -> "Losses":
        """These losses, each line with the folder `name` before it."""
        files = tuple(f"{name}/{each}" for each in self.files)
        return Losses(files, tuple(f"{name}: {each}" for each in self.commits))


class Commit(NamedTuple):
    """A commit that no ref which stays reaches, and the line that names it."""

    oid: str
    parents: tuple[str, ...]
    line: str


def joined(found: Iterable[Losses]) -> Losses:
    """The losses of several worktrees as one."""
    each = [*found]
    return Losses(tuple(f for one in each for f in one.files), tuple(c for one in each for c in one.commits))


def losses(worktrees: Sequence[Worktree]) -> Losses:
    """What is in these worktrees, one context's, and on their branches and nowhere else.

    Of several each line begins with its repository.
    """
    return joined(of(each).below(each.name) if len(worktrees) > 1 else of(each) for each in worktrees)


def of(worktree: Worktree) -> Losses:
    """What is in one worktree, and on its branch where par made that, and nowhere else."""
    home, branch = worktree.repository, worktree.branch
    if not home.common_dir.is_dir():
        return Losses(("what cannot be judged: its repository is gone",) if worktree.path.exists() else ())
    is_going = worktree.is_branch_ours
    named = {f"refs/heads/{branch}", *tips.logged(home, f"refs/heads/{branch}")} if is_going else set()
    known = repository.fetched_oids(repository.settings_of(home, branch))
    return lying_at(worktree, named, known, is_going)


def lying_at(worktree: Worktree, named: Iterable[str], known: Sequence[str], is_going: bool) -> Losses:
    """What is in the worktree where its `path` says, and in the commits `named`, and nowhere else.

    The commits `known` are elsewhere. Where it `is_going` the worktree's branch does not stay.
    """
    admin = links.admin_dir(worktree.path)
    if admin is None:
        lone = commits(worktree, named, known, is_going)
        unknown = ("what nobody can say: its folder names no repository",) if worktree.path.exists() else ()
        return Losses(unknown, tuple(each.line for each in lone))
    head = process.attempt(worktree.path, "rev-parse", "--verify", "--quiet", "HEAD").stdout.split()
    own = tips.of_worktree(worktree.path, admin)
    lone = commits(worktree, [*named, *head, *own], known, is_going)
    files = _uncommitted(worktree.path, worktree.repository, worktree.included)
    here = Losses(tuple(files), tuple(each.line for each in lone))
    return joined([here, *_inside(worktree, admin, files)])


def _uncommitted(path: Path, home: Repository | None = None, included: Sequence[str] = ()) -> list[str]:
    from par.git import edits  # noqa: PLC0415 - a removal into the trash only asks for commits

    return edits.uncommitted(path, home, included)


def commits(worktree: Worktree, named: Iterable[str], known: Iterable[str], is_going: bool) -> list[Commit]:
    """The commits that `named` reach, and neither `known` nor any ref that stays, the latest first.

    Where it `is_going` the worktree's own branch does not stay.
    """
    wanted = [*dict.fromkeys(named)]
    if not wanted:
        return []
    excluded = [f"--exclude={_literal(f'refs/heads/{worktree.branch}')}"] if is_going else []
    return _listed(worktree.repository, (), wanted, (*excluded, *STAYING, *known))


def _listed(
    place: Path | Repository, options: Iterable[str], wanted: Iterable[str], others: Iterable[str]
) -> list[Commit]:
    asked = (
        "rev-list",
        "--ignore-missing",
        "--topo-order",
        "--encoding=UTF-8",
        "--format=%H %P%n%h %s",
        "--stdin",
        "--not",
    )
    text = "\n".join([*wanted, ""])
    lines = process.run(place, *options, *asked, *others, "--", text=text).split("\n")[:-1]
    pairs = zip(lines[1::3], lines[2::3], strict=True)
    return [Commit(ids.split(" ")[0], tuple(ids.split()[1:]), message) for ids, message in pairs]


def _inside(outer: Worktree, admin: Path, message: Sequence[str]) -> Iterable[Losses]:
    """What each repository and worktree inside of a worktree holds; files that were `message` are known."""
    unread: list[OSError] = []
    found = [*inside.found(outer.path, unread.append)]
    yield Losses(tuple(f"{each.filename}: {each.strerror}" for each in unread))
    known = {each.git_dir for each in found}
    found += [Nested(None, each) for each in inside.going(outer.path, admin) if each not in known]
    for each in found:
        name = str(each.place.relative_to(outer.path)) if each.place else each.git_dir.name
        is_going = not each.is_linked and not {outer.path, admin}.isdisjoint(each.git_dir.parents)
        is_reported = any(line.rstrip("/") == name or line.startswith(f"{name}/") for line in message)
        try:
            yield Losses(
                () if is_reported else _changed(each),
                tuple(commit.line for commit in (_unpushed(each.git_dir) if is_going else _linked(each))),
            ).below(name)
        except (ParError, OSError) as error:  # what cannot be judged counts as work
            yield Losses((f"{name}: {error}",))


def _changed(each: Nested) -> tuple[str, ...]:
    return tuple(_uncommitted(each.place)) if each.place else ()


def _linked(each: Nested) -> list[Commit]:
    """The commits of a worktree inside that no ref of its repository, which stays, reaches."""
    if each.place is None or not each.is_linked:
        return []
    head = process.attempt(each.place, "rev-parse", "--verify", "--quiet", "HEAD").stdout.split()
    named = dict.fromkeys([*head, *tips.of_worktree(each.place, each.git_dir)])
    return _listed(each.git_dir.parent.parent, tips.bare(), named, STAYING) if named else []


def _unpushed(git_dir: Path) -> list[Commit]:
    """The commits of a repository that is deleted as a whole which no remote of its had."""
    refs = process.run(git_dir, *tips.bare(), "for-each-ref", "--format=%(objectname)", "refs").split()
    head = process.attempt(git_dir, *tips.bare(), "rev-parse", "--verify", "--quiet", "HEAD").stdout.split()
    wanted = dict.fromkeys([*head, *refs, *tips.of_repository(git_dir)])
    return _listed(git_dir, tips.bare(), wanted, ("--remotes",)) if wanted else []


def _literal(ref: str) -> str:
    return "".join(f"\\{char}" if char in "*?[\\" else char for char in ref)
