"""How a context is written in the index, and read back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from par.model import Context, Kind, Phase, Repository, Worktree
from par.names import RESERVED
from par.state import paths

Record = dict[str, Any]


class Damaged(NamedTuple):
    """A record that stands for no context: `record` is what it is instead, `message` what is wrong."""

    label: str
    record: object
    message: str


def followed(record: Any, data: object) -> tuple[Any, Path | None]:
    """`record`, written where the data folder was `data`, as it reads now; and that, if it is not here."""
    if not isinstance(data, str) or not data.startswith("/") or data == str(paths.data()):
        return record, None
    was_at = Path(data)
    return (record if paths.is_anothers(was_at) else _moved(record, data, str(paths.data()))), was_at


def _moved(record: Any, was: str, now: str) -> Any:
    """`record` with each text in it that names a place below the folder `was` naming it below `now`."""
    if isinstance(record, dict):
        return {key: _moved(value, was, now) for key, value in record.items()}
    if isinstance(record, list):
        return [_moved(each, was, now) for each in record]
    is_below = isinstance(record, str) and record.startswith(f"{was}/")
    return f"{now}{record.removeprefix(was)}" if is_below else record


def read(records: Mapping[str, Any]) -> tuple[tuple[Context, ...], tuple[Damaged, ...]]:
    """The contexts that `records` stand for by their labels, and those of them that are damaged."""
    contexts, damaged = [], []
    for label, record in records.items():
        try:
            contexts.append(from_record(label, record))
        except KeyError as error:
            damaged.append(Damaged(label, record, f"it has no {error}"))
        except (AttributeError, TypeError, ValueError) as error:
            damaged.append(Damaged(label, record, str(error)))
    return tuple(contexts), tuple(damaged)


def to_record(context: Context) -> Record:
    """The JSON object that stands for `context` under its label."""
    return {
        "kind": context.kind.value,
        "phase": context.phase.value,
        "root": context.folder,
        "session": context.session,
        "socket": str(context.socket),
        "created_at": context.created_at.isoformat(),
        "operation": context.operation,
        "worktrees": [_worktree_record(worktree) for worktree in context.worktrees],
        **({"is_adopted": True} if context.is_adopted else {}),
        **({"is_review": True} if context.is_review else {}),
        **({"new_label": context.new_label} if context.new_label else {}),
        **({"command": context.command} if context.command else {}),
        **({"prompt": context.prompt} if context.prompt is not None else {}),
    }


def _worktree_record(worktree: Worktree) -> Record:
    return {
        "repository": str(worktree.repository.path),
        "common_dir": str(worktree.repository.common_dir),
        "path": worktree.folder,
        "branch": worktree.branch,
        "is_branch_ours": worktree.is_branch_ours,
        "doomed_oid": worktree.deletable_oid,
        **({"port": worktree.port, "port_count": worktree.port_count} if worktree.port else {}),
        **({"env": [*map(list, worktree.env)]} if worktree.env else {}),
        **({"env_asked": [*map(list, worktree.env_asked)]} if worktree.env_asked else {}),
        **({"included": [*worktree.included]} if worktree.included else {}),
        **({"base": worktree.base} if worktree.base else {}),
        **({"base_oid": worktree.base_oid} if worktree.base_oid else {}),
    }


def from_record(label: str, record: Record) -> Context:
    """The context that `record` stands for.

    Raises AttributeError, KeyError, TypeError or ValueError where the record is damaged.
    """
    if not isinstance(record, dict):
        raise TypeError("a record was expected")
    return Context(  # by position, as below: by name a NamedTuple takes twice as long
        _label(label),
        _kind(record["kind"]),
        _phase(record["phase"]),
        _absolute(record["root"]),
        _worktrees(record["worktrees"]),
        _text(record["session"]),
        _path(_text(record["socket"])),
        when(record["created_at"]),
        _operation(record["operation"]),
        record.get("is_adopted") is True,
        record.get("is_review") is True,
        _label(record["new_label"]) if "new_label" in record else "",
        str(record.get("command", "")),
        str(record["prompt"]) if "prompt" in record else None,
    )


# An enum looks its members up by Python, eight times slower
_kind, _phase = cache(Kind), cache(Phase)


def _worktrees(records: list[Record]) -> tuple[Worktree, ...]:
    if not records:
        raise ValueError("a context has no worktree")
    return tuple(map(_worktree, records))


def _worktree(record: Record) -> Worktree:
    return Worktree(
        _repository(_text(record["repository"]), _text(record["common_dir"])),
        _absolute(record["path"]),
        str(record["branch"]),
        record["is_branch_ours"] is True,
        str(record["doomed_oid"]),
        int(record.get("port", 0)),
        int(record.get("port_count", 0)),
        # Most have none of these
        _pairs(record["env"]) if "env" in record else (),
        _pairs(record["env_asked"]) if "env_asked" in record else (),
        tuple(map(_text, record["included"])) if "included" in record else (),
        str(record.get("base", "")),
        str(record.get("base_oid", "")),
    )


def _pairs(values: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name), str(value)) for name, value in values)


def when(text: str) -> datetime:
    """The time in ISO 8601 `text`, taken as UTC where it names no zone."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text that is not empty was expected")
    return value


def _label(text: str) -> str:
    # Looser than what a new one may hold: par-cli took more. It can be shown, typed and is not `all`
    if not text.isprintable() or text[:1] in {"", "-"} or text.casefold() in RESERVED:
        raise ValueError("its label is not valid")
    return text


def _operation(value: object) -> str:
    name = _text(value)
    if not name.isalnum():  # a folder that is deleted as a whole is named after it
        raise ValueError(f"'{name}' is not the id of an operation")
    return name


def _absolute(value: object) -> str:
    text = _text(value)
    if not text.startswith("/"):
        raise ValueError(f"'{text}' is not an absolute path")
    # As git and tmux spell it, with which it is compared as text
    whole = f"{text}/"
    return str(Path(text)) if "//" in whole or "/./" in whole else text


@cache  # 1,000 contexts name few repositories and fewer servers, and a Path takes its time
def _path(text: str) -> Path:
    return Path(_absolute(text))


@cache
def _repository(path: str, common_dir: str) -> Repository:
    return Repository(_path(path), _path(common_dir))
