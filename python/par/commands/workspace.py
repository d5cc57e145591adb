"""`par workspace start`: one new context over several repositories, all or nothing."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par import names
from par.contexts import holders, plans, survey
from par.contexts.plans import CreationPlan, WorktreePlan
from par.errors import ConflictError, NotFoundError, UnsafeError, UsageError
from par.git import discovery, main_worktree
from par.model import Kind, Repository
from par.names import visible
from par.setup.preparation import Consent, prepare
from par.setup.programs import Program
from par.state import paths
from par.state.index import Index
from par.tmux import marks

REPOS_HINT = "par workspace start LABEL --repos PATH,PATH"


class Request(NamedTuple):
    """What `par workspace start` was asked for.

    `repos` are the repositories as they were typed, separated by commas; without them those that lie in
    `folder` are taken. `program` is what starts in its first pane.
    """

    label: str
    folder: Path
    socket: Path
    repos: str | None = None
    base: str | None = None
    consent: Consent = Consent()
    program: Program | None = None


class Source(NamedTuple):
    """A repository of the workspace, and the folder of it whose commit its branch starts at."""

    home: Repository
    folder: Path


def plan(request: Request) -> CreationPlan:
    """Decide how the workspace is made. Raises every refusal, of whichever repository; touches nothing."""
    label = names.label(request.label)
    found = survey.recovered_index(request.socket)
    holders.check_label(found, label)
    folder = _root(request.folder)
    root = paths.workspaces(folder) / label
    plans.check_path(found, root)
    sources = _distinct(named(folder, request.repos) if request.repos is not None else _within(folder))
    return CreationPlan(
        label=label,
        kind=Kind.WORKSPACE,
        root=root,
        worktrees=tuple(_worktrees(sources, root, label, request, found)),
        named_after=names.digest(folder),
        taken=marks.taken_names(request.socket),
        socket=request.socket,
        consent=request.consent,
        program=request.program,
    )


def _root(folder: Path) -> Path:
    if not folder.is_dir():
        raise NotFoundError(f"there is no folder '{visible(str(folder))}'", hint="use --path ROOT")
    return folder.resolve()


def named(folder: Path, typed: str, hint: str = REPOS_HINT) -> Iterator[Source]:
    """The repositories that are named, or lie, in `folder`. Raises NotFoundError for what is none."""
    given = [each.strip() for each in typed.split(",") if each.strip()]
    if not given:
        raise UsageError("--repos names no repository", hint=hint)
    for each in given:
        place = folder / os.path.expanduser(each)  # noqa: PTH111 - Path's own fails where there is no such user
        home = discovery.containing(place, hint=hint) if place.is_dir() else None
        # A folder inside of a repository is none itself
        if home is None or not (os.path.lexists(place / ".git") or place.resolve() == home.path):
            raise NotFoundError(f"'{visible(str(place))}' is not a git repository", hint=hint)
        yield Source(home, place)


def _within(folder: Path) -> Iterator[Source]:
    """The repositories one level below, in the order of their names; hidden folders are not looked at."""
    try:
        places = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except OSError as error:
        message = f"the folder '{visible(str(folder))}' cannot be read: {error.strerror}"
        raise NotFoundError(message, hint=REPOS_HINT) from error
    found = [each for each in places if main_worktree.is_main(each)]
    if not found:
        message = f"there is no git repository directly in '{visible(str(folder))}'"
        raise NotFoundError(message, hint=REPOS_HINT)
    # A link to one beside it is the same one
    real = {each.resolve(): each for each in sorted(found, key=Path.is_symlink, reverse=True)}
    for each in sorted(real.values()):
        yield Source(discovery.containing(each), each)


def _distinct(sources: Iterable[Source]) -> list[Source]:
    known: dict[Path, Source] = {}
    for source in sources:
        if source.home.common_dir in known:
            message = f"the repository '{visible(str(source.home.path))}' is named twice"
            raise UsageError(message, hint=REPOS_HINT)
        known[source.home.common_dir] = source
    return [*known.values()]


def _worktrees(
    sources: Iterable[Source], root: Path, label: str, request: Request, found: Index
) -> Iterator[WorktreePlan]:
    taken = {names.key(f"{root.name}.code-workspace")}
    for source in sources:
        name = names.folder(source.home.name, taken)
        taken.add(names.key(name))
        branch = branch_of(source, label, request.base, found)
        yield WorktreePlan(source.home, root / name, branch, prepare(source.home, request.consent))


def branch_of(
    source: Source, label: str, base: str | None, found: Index = holders.NOTHING
) -> plans.BranchPlan:
    """How the branch `label` of the repository comes to be. Raises every refusal, naming the repository."""
    try:
        branch = plans.plan_branch(source.home, label, base, source.folder, found)
    except ConflictError as error:
        place = visible(str(source.home.path))
        hint = error.hint.replace("par start", "par workspace start")
        raise ConflictError(f"{error.message} in '{place}'", hint=hint) from error
    if branch.is_strange:
        place = visible(str(source.home.path))
        message = f"branch '{label}' in '{place}' has a stranger's code, and a workspace has one's own"
        raise UnsafeError(message, hint=f"par checkout {label} -p {quote(str(source.home.path))}")
    return branch
