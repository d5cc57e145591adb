"""The rooms of par: which modules of each are used from outside, and that nothing goes round in a circle."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from conftest import ROOT

PACKAGE = ROOT / "python"
# The doors of each room, a line each: the modules that other rooms import; all else is the room's own
DOORS = (ROOT / "tests/doors.txt").read_text().split()
ROOMS = sorted({each.partition(".")[0] for each in DOORS})


def modules() -> dict[str, Path]:
    """The files of par's modules, by their full names."""
    paths = (PACKAGE / "par").rglob("*.py")
    return {".".join(each.relative_to(PACKAGE).with_suffix("").parts): each for each in paths}


@cache
def imported() -> dict[str, set[str]]:
    """The modules of par's that each of them imports, also where it does so late or for types only."""
    known = modules()
    return {module: set(_imports(path, known)) for module, path in known.items()}


def _imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield from {node.module, f"{node.module}.{alias.name}"} & known.keys()


def room(module: str) -> str:
    return module.split(".")[1] if module.count(".") > 1 else ""


def test_only_the_doors_of_a_room_are_used_from_outside() -> None:
    used = set()
    for module, others in imported().items():
        for other in others:
            if room(other) and room(other) != room(module):
                used.add(f"{room(other)}.{other.rpartition('.')[2]}")
    assert sorted(used) == DOORS


def test_each_room_says_first_what_belongs_in_it_and_what_does_not() -> None:
    for name in ROOMS:
        said = ast.get_docstring(ast.parse((PACKAGE / "par" / name / "__init__.py").read_text()))
        assert said
        first, *rest = said.split("\n")
        assert first.endswith(".")
        assert any(line.startswith("Not here: ") for line in rest)


def test_no_imports_go_round_in_a_circle() -> None:
    graph = imported()
    while leaves := {module for module, others in graph.items() if not others}:
        graph = {module: others - leaves for module, others in graph.items() if module not in leaves}
    assert graph == {}


def test_the_room_of_a_module_holds_no_code_of_its_own() -> None:
    for name in ROOMS:
        tree = ast.parse((PACKAGE / "par" / name / "__init__.py").read_text())
        assert len(tree.body) == 1  # each import there would cost every command that enters the room
