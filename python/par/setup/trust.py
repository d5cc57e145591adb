"""Which commands of repositories the user has approved: by their content, for one repository each."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from par.config.recipe import Recipe, Step
from par.errors import ConfigError, StateError
from par.model import Repository
from par.names import quoted, visible
from par.state import index, locks, paths
from par.state.records import when
from par.system import files

VERSION = 1
VARIABLE = "PAR_TRUST"
ALWAYS, ASK = "always", "ask"


class Approval(NamedTuple):
    """What was approved for the repository in the folder `path`: all in `recipe` that can run a program."""

    path: Path
    recipe: Recipe
    approved_at: datetime

    @property
    def digest(self) -> str:
        return digest(self.recipe)


def is_approved(home: Repository, own: Recipe) -> bool:
    """Whether the recipe of `home` needs no approval, or has it as it stands now. Raises ConfigError."""
    return not own.runs_code or is_always() or has_approval(home, own)


def is_always() -> bool:
    """Whether the user wants no question asked, by PAR_TRUST or else a setting. Raises ConfigError."""
    said = os.environ.get(VARIABLE, "")
    if said not in {"", ALWAYS, ASK}:
        message = f"{VARIABLE} is '{visible(said)}' in the environment"
        raise ConfigError(message, hint=f"export {VARIABLE}={ALWAYS}, or {ASK}")
    if said:
        return said == ALWAYS
    from par.config import settings  # noqa: PLC0415 - only wanted where something has to be approved

    return settings.load().trust == ALWAYS


def has_approval(home: Repository, own: Recipe) -> bool:
    """Whether the user has approved the recipe of `home` as it stands now; not where that cannot be read."""
    known = _known(home)
    return known is not None and known.digest == digest(own)


def previous(home: Repository) -> Recipe | None:
    """What was approved last for `home`; None where there is nothing, or it cannot be read."""
    known = _known(home)
    return known.recipe if known else None


def _known(home: Repository) -> Approval | None:
    with suppress(StateError):
        return next((each for each in approved() if each.path == home.path), None)
    return None


def approve(pairs: Iterable[tuple[Repository, Recipe]]) -> None:
    """Keep that each repository's recipe is approved as it stands here. Raises StateError."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    given = {home.path: Approval(home.path, own, now) for home, own in pairs}
    with locks.index():
        _save([*(each for each in approved() if each.path not in given), *given.values()])


def revoke(path: Path) -> None:
    """Forget what was approved for the repository in the folder `path`. Raises StateError."""
    with locks.index():
        _save([each for each in approved() if each.path != path])


def digest(recipe: Recipe) -> str:
    """The hash of all in `recipe` that can run a program, and of nothing else."""
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and most repositories ask for nothing

    return sha256(json.dumps(_content(recipe), sort_keys=True).encode()).hexdigest()


def approved() -> tuple[Approval, ...]:
    """All approvals, the latest last. Raises StateError where their file is damaged or of a newer par."""
    path = paths.approvals()
    try:
        document = json.loads(files.content(path).decode())
        version = document["version"]
        if version == VERSION:
            return tuple(_approval(*pair) for pair in document["repositories"].items())
    except FileNotFoundError:
        return ()
    except (OSError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        message = f"what was approved cannot be read, '{path}' is damaged: {error!r}"
        raise StateError(message, hint=f"mv {quoted(path)} {quoted(f'{path}.damaged')}") from error
    raise StateError(f"'{path}' has version {version}, not that of this par", hint="update par")


def _approval(path: str, record: dict[str, Any]) -> Approval:
    found = Approval(Path(path), _recipe(record["content"]), when(record["approved_at"]))
    if found.digest != record["hash"]:
        raise ValueError(f"the hash for {path} does not match its content")
    return found


def _save(approvals: Iterable[Approval]) -> None:
    repositories = {
        str(each.path): {
            "hash": each.digest,
            "approved_at": each.approved_at.isoformat(),
            "content": _content(each.recipe),
        }
        for each in approvals
    }
    document = {"version": VERSION, "repositories": repositories}
    try:
        index.write(paths.approvals(), json.dumps(document, indent=1).encode())
    except OSError as error:
        message = f"what was approved cannot be written to '{paths.approvals()}': {error.strerror}"
        raise StateError(message) from error


def _content(recipe: Recipe) -> dict[str, Any]:
    return {
        "commands": [[step.name, step.command] for step in recipe.commands],
        "env": dict(recipe.env),
        "shell": recipe.shell,
        "layout": recipe.layout,
        "before_remove": [[step.name, step.command] for step in recipe.before_remove],
    }


def _recipe(content: dict[str, Any]) -> Recipe:
    return Recipe(
        commands=tuple(Step(command, name) for name, command in content["commands"]),
        env=tuple(content["env"].items()),
        shell=content["shell"],
        layout=content["layout"],
        before_remove=tuple(Step(command, name) for name, command in content["before_remove"]),
    )
