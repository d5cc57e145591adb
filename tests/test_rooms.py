"""The rooms of par: which modules of each are used from outside, and that nothing goes round in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

PACKAGE = ROOT / "python"
# The doors of each room: what other rooms import of it; everything else is the room's own
DOORS = {
    "cli": "main output",
    "render": (
        "adopt config control_center doctor failure init ls restore resurrect rm send start status "
        "trash trust"
    ),
    "commands": (
        "adopt checkout completion config_check config_init control_center demo doctor "
        "doctor_environment edit init ls open path rescue restore resurrect rm send start state "
        "status trash "
        "trust untrust workspace workspace_change"
    ),
    "doctor": "contexts disk findings git_remains index_rebuild sessions stray_records strays trash_entries",
    "contexts": "adding creation dropping here plans recovery selection survey workspace_view",
    "trash": (
        "emptying entries expiry forgotten holding obstacles removal restore_plan restoring storing "
        "workspace_folder"
    ),
    "setup": (
        "before_remove files jobs layouts logs ports preparation running trust workspace_file workspace_jobs"
    ),
    "config": "draft par_yaml reading recipe settings",
    "git": (
        "deletion discovery edits fetching inside kept_commits links listing main_worktree moving nested "
        "owners process progress remotes repository sample stale_locks trashing unsaved untracked usable "
        "worktrees worktree_repair"
    ),
    "tmux": (
        "agents center clients init_window layout_builder marks panes server sessions sockets view windows"
    ),
    "state": "contexts_tsv index locks paths records",
    "system": "durable files mounts narration processes signals",
}


def modules() -> dict[str, Path]:
    """The files of par's modules, by their full names."""
    paths = (PACKAGE / "par").rglob("*.py")
    return {".".join(each.relative_to(PACKAGE).with_suffix("").parts): each for each in paths}


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of par's that a file imports, also where it does so late or for types only."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield from {node.module, f"{node.module}.{alias.name}"} & known.keys()


def room(module: str) -> str:
    return module.split(".")[1] if module.count(".") > 1 else ""


def test_only_the_doors_of_a_room_are_used_from_outside() -> None:
    known = modules()
    used: dict[str, set[str]] = {name: set() for name in DOORS}
    for module, path in known.items():
        for other in imports(path, known):
            if room(other) and room(other) != room(module):
                used[room(other)].add(other.rpartition(".")[2])
    assert used == {name: set(doors.split()) for name, doors in DOORS.items()}


def test_each_room_says_first_what_belongs_in_it_and_what_does_not() -> None:
    for name in DOORS:
        said = ast.get_docstring(ast.parse((PACKAGE / "par" / name / "__init__.py").read_text()))
        assert said
        first, *rest = said.split("\n")
        assert first.endswith(".")
        assert any(line.startswith("Not here: ") for line in rest)


def test_no_imports_go_round_in_a_circle() -> None:
    known = modules()
    graph = {module: set(imports(path, known)) for module, path in known.items()}
    while leaves := {module for module, others in graph.items() if not others}:
        graph = {module: others - leaves for module, others in graph.items() if module not in leaves}
    assert graph == {}


def test_the_room_of_a_module_holds_no_code_of_its_own() -> None:
    for name in DOORS:
        tree = ast.parse((PACKAGE / "par" / name / "__init__.py").read_text())
        assert len(tree.body) == 1  # each import there would cost every command that enters the room
