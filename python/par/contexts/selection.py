"""Which contexts the words and filters of a command line mean, the same for every command."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from par import names
from par.errors import NotFoundError
from par.model import Kind
from par.tmux import agents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.contexts.survey import Survey
    from par.model import Context, ContextStatus, Worktree
    from par.state.index import Index

ALL = "all"
GLOB = frozenset("*?[")
# What an agent may say of itself; the other states are those of `model.State`
AGENT_STATES = (*agents.STATES, agents.QUIET)


class Wanted(NamedTuple):
    """The labels, globs, LABEL/REPO and `all` that were typed, and what all that is meant has in common.

    Without any word everything is meant. `state` is what `par ls` shows, or what an agent says of itself.
    """

    words: tuple[str, ...] = ()
    kind: Kind | None = None
    repository: str | None = None
    state: str | None = None
    init: str | None = None

    @property
    def is_broad(self) -> bool:
        """Whether contexts are meant that were not named one by one."""
        return not self.words or any(_is_pattern(word) for word in self.words)

    @property
    def is_filtered(self) -> bool:
        return self.filters != ""

    @property
    def filters(self) -> str:
        """The filters as they are typed."""
        kind = self.kind.value if self.kind else None
        asked = {"kind": kind, "repo": self.repository, "state": self.state, "init": self.init}
        return " ".join(f"--{name} {value}" for name, value in asked.items() if value)

    @property
    def needs_survey(self) -> bool:
        """Whether the index alone does not tell what is meant."""
        return bool(self.state or self.init)


class Target(NamedTuple):
    """A context, and the one worktree of it that is meant, or None for the whole context."""

    context: Context
    worktree: Worktree | None = None

    @property
    def worktrees(self) -> tuple[Worktree, ...]:
        return (self.worktree,) if self.worktree else self.context.worktrees

    @property
    def label(self) -> str:
        return f"{self.context.label}/{self.worktree.name}" if self.worktree else self.context.label


def statuses(seen: Survey, wanted: Wanted) -> tuple[ContextStatus, ...]:
    """The contexts that are meant, each once. Raises NotFoundError where a word or a filter matches none."""
    by_label = {each.context.label: each for each in seen.statuses}
    plain = (word if _is_pattern(word) else seen.known.find(word).label for word in wanted.words)
    found = targets(seen.known, wanted._replace(words=tuple(plain)), seen)
    return tuple(by_label[each.context.label] for each in found)


def targets(found: Index, wanted: Wanted, seen: Survey | None = None) -> tuple[Target, ...]:
    """As `statuses`, where LABEL/REPO is one repository of a workspace too, unless a context is called so.

    What `needs_survey` has to be `seen`. Also raises StateError for the label of a record that is damaged;
    where not only labels were typed those are told of, and left out.
    """
    if wanted.is_broad:
        found.report_damaged()
    words = wanted.words or (ALL,)
    chosen = {each.label: each for word in words for each in _of_word(found, word)}
    live = {each.context.label: each for each in seen.statuses} if seen else {}
    matching = tuple(each for each in chosen.values() if _matches(each, live.get(each.context.label), wanted))
    if chosen and not matching:
        counted = (
            "the context does not match"
            if len(chosen) == 1
            else f"none of the {len(chosen)} contexts matches"
        )
        raise NotFoundError(f"{counted} {names.visible(wanted.filters)}", hint="par ls")
    return matching


def _is_pattern(word: str) -> bool:
    return word.casefold() == ALL or bool(GLOB & set(word))


def _of_word(found: Index, word: str) -> Iterable[Target]:
    if not _is_pattern(word):
        return (target(found, word),)
    if word.casefold() == ALL:
        chosen = [*found.contexts]
        if not chosen:
            raise NotFoundError("there is no context", hint="par start LABEL")
    else:
        chosen = [each for each in found.contexts if fnmatchcase(names.key(each.label), names.key(word))]
    if not chosen:
        raise NotFoundError(f"no context matches '{names.visible(word)}'", hint="par ls")
    return map(Target, chosen)


def target(found: Index, word: str) -> Target:
    """The context called `word`, or one repository of a workspace. Raises NotFoundError or StateError."""
    head, _, name = word.rpartition("/")
    taken = set(map(names.key, found.labels())) if head else set()
    if names.key(word) in taken or names.key(head) not in taken:
        return Target(found.find(word))
    workspace = found.find(head)
    if workspace.kind is not Kind.WORKSPACE:
        return Target(found.find(word))
    by_key = {names.key(each.name): each for each in workspace.worktrees}
    if names.key(name) not in by_key:
        known = [each.name for each in workspace.worktrees]
        message = f"there is no repository '{names.visible(name)}' in the workspace '{workspace.label}'"
        near = names.nearest(name, known)
        meant = (word, f"{workspace.label}/{near}" if near else "")
        raise NotFoundError(message, hint=f"it has {', '.join(map(names.visible, known))}", meant=meant)
    return Target(workspace, by_key[names.key(name)])


def _matches(each: Target, status: ContextStatus | None, wanted: Wanted) -> bool:
    context, session = each.context, status.session if status else None
    homes = {worktree.repository.name for worktree in each.worktrees}
    states = {status.state.value if status else "", session.agent if session else ""}
    return (
        wanted.kind in {None, context.kind}
        and (wanted.repository is None or wanted.repository in homes)
        and (wanted.state is None or wanted.state in states)
        and (wanted.init is None or (session is not None and wanted.init == session.init))
    )
