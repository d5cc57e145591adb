"""What is done for a new worktree besides checking it out: how much of what is asked for is approved."""

import re
from pathlib import Path
from typing import NamedTuple

from par.config import par_yaml
from par.config.recipe import PLACEHOLDER, Recipe
from par.git import main_worktree
from par.model import Context, Repository, Worktree
from par.setup import ports, trust
from par.state.index import Index
from par.system import narration


class Consent(NamedTuple):
    """How far the caller trusts what a repository asks for.

    `is_given` approves it for this once. A context that `is_review` holds the code of a stranger: then
    nothing is done unless `with_init` says so.
    """

    is_given: bool = False
    is_review: bool = False
    with_init: bool = False


class Preparation(NamedTuple):
    """What is done for one worktree, and what of it waits.

    `unapproved` is the repository's own recipe where the user could approve it now. One that `is_held`
    lacks something that was asked for. `file` is what asks for it in a bare repository: it is worth saying.
    """

    recipe: Recipe = Recipe()
    unapproved: Recipe | None = None
    is_held: bool = False
    file: Path | None = None


def prepare(home: Repository, consent: Consent) -> Preparation:
    """Decide what is done for a new worktree of `home`. Raises ConfigError."""
    asked = par_yaml.load(main_worktree.folders(home))
    whole = asked.own.over(asked.defaults)
    if consent.is_review and not consent.with_init:
        return Preparation(is_held=whole != Recipe())
    file = asked.path if home.is_bare and asked.own != Recipe() else None
    if consent.is_given or trust.is_approved(home, asked.own):
        return Preparation(whole, file=file)
    approved = asked.own.without_code().over(asked.defaults)
    return Preparation(approved, unapproved=asked.own, is_held=True, file=file)


def environment(recipe: Recipe, label: str, worktree: Worktree) -> tuple[tuple[str, str], ...]:
    """The names and values that commands and panes of `worktree` get, its placeholders filled in."""
    facts = {"label": label, "branch": worktree.branch, "repo": worktree.repository.name}

    def filled(match: "re.Match[str]") -> str:
        name, more = match.groups()
        if name == "port":
            return str(worktree.port + int(more or 0))
        return match[0] if more else facts[name]

    said = {name: PLACEHOLDER.sub(filled, value) for name, value in recipe.env}
    own = {"PAR_PORT": str(worktree.port)} if worktree.port else {}
    return tuple({**said, **own}.items())


def with_free_ports(context: Context, found: Index) -> Context:
    """`context`, which comes back, with ports that no other has got meanwhile, and the environment to that.

    What was approved for it stays what it was: only the placeholders are filled in again, as also its
    label may be another. The caller holds the index `found`. Raises StateError.
    """
    made: list[Worktree] = []
    for each in context.worktrees:
        now = each
        if each.port and ports.is_leased(found, each.port, each.port_count):
            own = [(one.port, one.port_count) for one in (*made, *context.worktrees) if one.port]
            now = each._replace(port=ports.lease(found, each.port_count, own))
            narration.report(
                f"note: '{context.label}' has port {now.port} now: another context got {each.port}"
            )
        env = environment(Recipe(env=now.env_asked), context.label, now)
        made.append(now._replace(env=env))
    return context._replace(worktrees=tuple(made))
