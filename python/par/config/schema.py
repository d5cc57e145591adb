"""The keys of a recipe, as they stand in .par.yaml and in the user's own file, and what each may hold."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from par.config import hosts, values
from par.config.layouts import layout
from par.config.nodes import Node, Sort
from par.config.recipe import Recipe, Step, most_port
from par.config.source import Source
from par.config.values import Reader

BELOW = "initialization"
MOST_PORTS, MOST_DAYS = 100, 36_500
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What par and tmux set for the programs in a pane; the first could even grant trust
OWN_VARIABLES = re.compile(r"PAR_.*|TMUX|TMUX_PANE")
GLOBS = 'write {}: [".env", "config/*.json"]'
STEPS = 'write {}: ["npm install"], or a list of name and command'
COLON = 'put quotes around a command that holds ": "'


def read(source: Source, top: Node | None, is_users: bool) -> tuple[Recipe, dict[str, Any]]:
    """The recipe in a document, and where it `is_users` own the settings in it."""
    extras = SETTINGS if is_users else {}
    if top is None or not values.is_a(source, top, Sort.MAPPING, "write initialization: {commands: [make]}"):
        return Recipe(), {}
    known = (BELOW, *READERS, *extras)
    found: dict[str, Node] = {}
    for name, node in top.pairs:
        if name == BELOW:
            for inner, each in values.pairs(source, node, "write initialization: {commands: [make]}"):
                _add(source, found, inner, each, tuple(READERS))
        else:
            _add(source, found, name, node, known)
    recipe = Recipe(
        **{name: reader(source, found[name]) for name, reader in READERS.items() if name in found}
    )
    if "env" in found:
        _check_ports(source, found["env"], recipe.ports)
    return recipe, {name: reader(source, found[name]) for name, reader in extras.items() if name in found}


def _add(source: Source, found: dict[str, Node], name: str, node: Node, known: tuple[str, ...]) -> None:
    if name not in known:
        source.unknown(node.line, node.key, name, known)
    elif name in found:
        source.fault(node.line, node.key, f"{name} is there already, in line {found[name].line}", "keep one")
    else:
        found[name] = node


def _globs(source: Source, node: Node) -> tuple[str, ...]:
    hint = GLOBS.format(node.key.rpartition(".")[2])
    found = [_glob(source, each) for each in values.items(source, node, hint)]
    return tuple(each for each in found if each)


def _glob(source: Source, node: Node) -> str:
    said = values.line(source, node)
    if said.startswith(("/", "~/")) or ".." in PurePosixPath(said).parts:
        message = f"'{said}' leads out of the repository"
        source.fault(node.line, node.key, values.shown(message), "write a path inside the repository")
    return said


def _steps(source: Source, node: Node) -> tuple[Step, ...]:
    hint = STEPS.format(node.key.rpartition(".")[2])
    found = [_step(source, each, hint) for each in values.items(source, node, hint)]
    return tuple(each for each in found if each.command)


def _step(source: Source, node: Node, hint: str) -> Step:
    if node.sort is not Sort.MAPPING:
        return Step(values.text(source, node, hint))
    if node.pairs and not STEP.keys() & dict(node.pairs).keys():
        source.fault(node.line, node.key, "a command is a string, or name and command", COLON)
        return Step("")
    said = values.fields(source, node, STEP, hint)
    if node.pairs and "command" not in dict(node.pairs):
        source.fault(node.line, node.key, "there is no command", hint)
    return Step(said.get("command", ""), said.get("name", ""))


def _variables(source: Source, node: Node) -> tuple[tuple[str, str], ...]:
    found = []
    for name, each in values.pairs(source, node, 'write env: {NAME: "value"}'):
        if not VARIABLE.fullmatch(name):
            hint = "use letters, digits and _; the first is no digit"
            source.fault(each.line, each.key, "this is no name of a variable", hint)
        elif OWN_VARIABLES.fullmatch(name):
            source.fault(each.line, each.key, "this variable is not to be set", "choose another name")
        elif each.sort is Sort.WHOLE or values.is_a(source, each, Sort.TEXT):
            found.append((name, each.text))
    return tuple(found)


def _check_ports(source: Source, env: Node, ports: int) -> None:
    for name, node in env.pairs:
        most = most_port(node.text)
        if name and most >= ports:
            message = f"{{port+{most}}} is beyond the {ports} ports" if ports else "{port} stands for no port"
            hint = f"write ports: {most + 1}" if most < MOST_PORTS else f"{MOST_PORTS} ports are the most"
            source.fault(node.line, node.key, message, hint)


def _program(source: Source, node: Node) -> str:
    said = values.line(source, node, "write shell: bash")
    if said.startswith(("-", "~")) or ("/" not in said and len(said.split()) > 1) or said != said.strip():
        message = f"'{said}' is neither a name nor a path of a program"
        source.fault(node.line, node.key, values.shown(message), "write shell: bash")
    return said


def _ways(source: Source, node: Node) -> tuple[tuple[str, str], ...]:
    hint = "write resume: {claude: claude --continue}"
    found = [(name, values.line(source, each, hint)) for name, each in values.pairs(source, node, hint)]
    return tuple((name, line) for name, line in found if line)


STEP: Mapping[str, Reader] = {"name": values.line, "command": values.text}
READERS: Mapping[str, Reader] = {
    "include": _globs,
    "symlink": _globs,
    "commands": _steps,
    "env": _variables,
    "ports": partial(values.whole, least=1, most=MOST_PORTS),
    "shell": _program,
    "layout": layout,
    "before_remove": _steps,
}
SETTINGS: Mapping[str, Reader] = {
    "trash_days": partial(values.whole, least=0, most=MOST_DAYS),
    "trust": partial(values.choice, allowed=("ask", "always")),
    "editor": values.line,
    hosts.KEY: hosts.hosts,
    "agent": values.line,
    "resume": _ways,
}
