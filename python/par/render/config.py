"""What `par config` prints: what the files of YAML ask for, and the mistakes in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from par.config.recipe import Recipe, Step
from par.names import visible
from par.render.documents import VERSION

if TYPE_CHECKING:
    from par.commands.config_check import Report
    from par.commands.config_init import Plan
    from par.config.reading import Reading


def lines(report: Report) -> str:
    """A line for each mistake, and one for each file without."""
    return "\n".join(line for each in report.readings for line in _lines(each))


def notes(report: Report) -> list[str]:
    """What is worth knowing, a line each."""
    return [visible(f"note: {each}") for each in report.notes]


def _lines(reading: Reading) -> Iterable[str]:
    for mistake in reading.mistakes:
        yield f"{mistake}; {mistake.hint}" if mistake.hint else str(mistake)
    if not reading.mistakes:
        said = f"{reading.path} {_asked(reading)}" if reading.is_there else f"{reading.path} is not there"
        yield visible(said)


def _asked(reading: Reading) -> str:
    wanted = f"asks for: {wishes(reading.recipe)}" if reading.recipe != Recipe() else "asks for nothing"
    return f"{wanted}; sets {', '.join(reading.settings)}" if reading.settings else wanted


def wishes(recipe: Recipe) -> str:
    """What a recipe asks for, in a line."""
    windows = len(json.loads(recipe.layout)["windows"]) if recipe.layout else 0
    counts = (
        ("include", len(recipe.include)),
        ("symlink", len(recipe.symlink)),
        ("command", len(recipe.commands)),
        ("variable", len(recipe.env)),
        ("port", recipe.ports),
        ("window", windows),
        ("command before removal", len(recipe.before_remove)),
    )
    said = [_counted(noun, count) for noun, count in counts if count]
    return ", ".join([*said, *([f"the shell {recipe.shell}"] if recipe.shell else [])])


def _counted(noun: str, count: int) -> str:
    first, *rest = noun.split(" ", 1)
    return " ".join([str(count), first if count == 1 else f"{first}s", *rest])


def drafted(planned: Plan) -> str:
    """The line of `par config init`."""
    draft = planned.draft
    said = wishes(Recipe(include=draft.include, commands=draft.commands)) or "nothing yet"
    return visible(f"{planned.path} is written; it asks for: {said}")


def document(report: Report) -> str:
    """The document of `par config check --json`; what a file asks for is null where it has a mistake."""
    content = {"version": VERSION, "files": _rows(report), "notes": [*report.notes]}
    return json.dumps(content, indent=2)


def _rows(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "path": str(each.path),
            "there": each.is_there,
            "mistakes": [
                {
                    "line": one.line or None,
                    "key": one.key or None,
                    "message": one.message,
                    "hint": one.hint or None,
                }
                for one in each.mistakes
            ],
            "asks": None if each.mistakes else {**_values(each.recipe), **_settings(each.settings)},
        }
        for each in report.readings
    ]


def _values(recipe: Recipe) -> dict[str, Any]:
    return {
        "include": [*recipe.include],
        "symlink": [*recipe.symlink],
        "commands": _steps(recipe.commands),
        "env": dict(recipe.env),
        "ports": recipe.ports,
        "shell": recipe.shell or None,
        "layout": json.loads(recipe.layout) if recipe.layout else None,
        "before_remove": _steps(recipe.before_remove),
    }


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    hosts = {"hosts": {each.name: each.destination for each in settings.get("hosts", ())}}
    ways = {"resume": dict(settings["resume"])} if "resume" in settings else {}
    return {**settings, **(hosts if hosts["hosts"] else {}), **ways}


def _steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [{"name": each.name or None, "command": each.command} for each in steps]
