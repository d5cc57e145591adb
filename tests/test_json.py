"""docs/json.md: every document that `--json` prints is what its schema says, no key more and none less."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from conftest import ROOT, World, eventually
from par.cli.verbs import VERBS, load
from par.doctor.findings import Fault
from par.hosts import shape
from par.model import Kind, State
from par.setup.jobs import Init
from par.tmux import agents

PAGE = (ROOT / "docs/json.md").read_text()
SCHEMAS: dict[str, Any] = {
    command: json.loads(block)
    for command, block in re.findall(r"^## `(par [^`]*) --json`\n\n```json\n(.*?)^```", PAGE, re.M | re.S)
}
# What has the document of another command, as the page says in a sentence
SAME = {
    **dict.fromkeys(("par checkout", "par workspace start", "par workspace add", "par adopt"), "par start"),
    "par workspace ls": "par ls",
    "par workspace drop": "par rm",
    "par workspace rm": "par rm",
    "par trust": "par trust --list",
    "par prune": "par prune --dry-run",
    "par undo": "par restore",
}
REFERENCE = re.compile(r"(?:the|one of the) (\w+) of (par .+)")


def faults(value: Any, schema: Any, place: str = "") -> Iterator[str]:
    """Where a document is another than its schema says."""
    if isinstance(schema, dict):
        if not isinstance(value, dict) or value.keys() != schema.keys():
            yield f"{place}: {value!r} has not the keys {[*schema]}"
            return
        for key, each in schema.items():
            yield from faults(value[key], each, f"{place}.{key}")
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no list"
            return
        for number, each in enumerate(value):
            yield from faults(each, schema[0], f"{place}[{number}]")
    elif found := REFERENCE.fullmatch(schema) if isinstance(schema, str) else None:
        meant = SCHEMAS[found[2]][found[1]]
        yield from faults(value, meant[0] if isinstance(meant, list) else meant, place)
    elif not (
        any(is_of(value, word) for word in schema.split(" | "))
        if isinstance(schema, str)
        else value == schema
    ):
        yield f"{place}: {value!r} is not {schema}"


def is_time(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


KINDS: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
    "empty": lambda value: bool(value == ""),
    "path": lambda value: isinstance(value, str) and Path(value).is_absolute(),
    "time": is_time,
}


def is_of(value: Any, kind: str) -> bool:
    return KINDS[kind](value) if kind in KINDS else bool(value == kind)


def with_json(name: str, command: click.Command) -> Iterator[str]:
    """The commands that have an option --json."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found:
                yield from with_json(f"{name} {below}", found)
    if any(isinstance(each, click.Option) and "--json" in each.opts for each in command.params):
        yield name


def test_every_command_with_json_has_its_schema_on_the_page() -> None:
    commands = {each for verb in VERBS for each in with_json(f"par {verb.name}", load(verb.name))}
    assert {SAME.get(each, each) for each in commands} == {*SCHEMAS} - {
        "par doctor --environment",
        "par ls --long",
        "par start --count",
    }
    for each in set(SAME) & commands - {"par trust", "par workspace rm", "par prune"}:
        assert f"`{each}" in PAGE


def test_what_a_host_says_is_checked_by_the_page(tmp_path: Path) -> None:
    written, page = tmp_path / "documents.json", ROOT / "docs/documents.py"
    subprocess.run([sys.executable, page, written], check=True, env={"PYTHONPATH": str(ROOT / "python")})
    assert written.read_text() == shape.FILE.read_text(), "run docs/documents.py"
    assert shape.fault(["whoami"], {"version": 1, "context": {}}) == "the document has no worktree"
    looked = {"version": 1, "context": {}, "worktree": None}
    assert shape.fault(["whoami"], looked) == "context has no label"
    receipt = {"label": "x", "pane": None, "state": "typed", "reason": None, "new": 1}
    assert shape.fault(["send", "x", "y"], {"version": 1, "receipts": [receipt]}) == ""
    wrong = {"version": 1, "receipts": [receipt, {**receipt, "state": "lost"}]}
    assert shape.fault(["send"], wrong) == "receipts[1].state is not typed | submitted | refused | planned"
    assert shape.fault(["prune"], {"version": 1, "removed": []}) == ""
    assert shape.fault(["start", "x", "--each=a,b"], {"version": 1, "contexts": []}) == ""
    assert shape.fault(["prune"], {"version": 1, "candidates": [1]}) == "candidates[0] has no label"


def test_the_words_of_the_page_are_those_of_the_code() -> None:
    row = SCHEMAS["par ls"]["contexts"][0]
    assert words(row["kind"]) == {each.value for each in Kind}
    assert words(row["state"]) == {each.value for each in State}
    assert words(row["init"]) == {each.value for each in Init}
    assert words(row["agent"]) == {*agents.STATES, agents.QUIET}
    assert words(SCHEMAS["par doctor"]["findings"][0]["fault"]) == {each.value for each in Fault}


def words(kinds: str) -> set[str]:
    return {*kinds.split(" | ")} - {"null", "empty"}


class Look:
    """Runs commands with --json in a world, and compares what each prints with its schema."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world, self._folder = world, folder
        self.tried: set[str] = set()

    def __call__(self, words: str, *, cwd: Path | None = None, status: int = 0) -> Any:
        more = [] if "--json" in words else ["--json"]
        result = self._world.par(*words.split(), *more, cwd=cwd or self._folder)
        assert result.status == status, result
        known = sorted((*SAME, *SCHEMAS), key=len, reverse=True)
        name = next(each for each in known if f"par {words} ".startswith(f"{each} "))
        schema = SAME.get(name, name)
        assert [*faults(result.json, SCHEMAS[schema])] == [], words
        self.tried.add(schema)
        return result.json


def test_what_is_printed_is_what_the_page_says(world: World) -> None:
    home, other = world.repository("app"), world.repository("other")
    asked = home / ".par.yaml"
    asked.write_text("initialization:\n  commands:\n    - 'true'\n  ports: 2\n")
    world.git(home, "branch", "topic")
    look = Look(world, home)
    look("start feat --trust --wait")
    (world.home / "tasks").write_text("[{label: task}]")
    look(f"batch {world.home / 'tasks'}")
    world.ok("rm", "task", "--purge")
    look("checkout topic --trust")
    look("workspace start both", cwd=world.home / "src")
    look("workspace drop both other")
    look(f"workspace add both {other}")
    world.git(home, "worktree", "add", "-q", str(world.home / "mine"))
    look(f"adopt {world.home / 'mine'}")
    for label in ("feat", "topic"):
        (world.worktree(label) / "file0").write_text(f"{label}\n")
        world.git(world.worktree(label), "commit", "-qam", label)
    assert look("conflicts")["conflicts"]
    world.ok("state", "waiting", "topic")
    assert look("status")["agents"]["waiting"] == ["topic"]
    look("whoami", cwd=world.worktree("feat"))
    look("send feat topic x --dry-run")
    look("send feat topic true", status=8)
    look("run feat topic --json -- true")
    look("run feat topic --json -j 1 -- false", status=8)
    assert look("compare feat topic --json -- true")["attempts"]
    for words in (
        "ls",
        "ls --long",
        "workspace ls",
        "init feat",
        "control-center",
        "doctor",
        "prune --dry-run",
        "trust --list",
        "config check",
    ):
        look(words)
    asked.write_text("initialisation: 1\n")
    look("config check", status=6)
    asked.unlink()
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")
    look("ls")
    look("resurrect")
    odd_ones(world, look)
    look("rename feat feature")
    look("rename feature feat")
    look("merge feat --keep")
    assert look("undo")["branches"]
    assert look("merge topic --into main --keep")["merged"]
    assert look("rebase feat --onto main~")["rebased"] == []
    assert look("undo")["branches"]
    look("rm mine feat")
    eventually(lambda: look("trash")["trash"])
    look("restore feat")
    look("workspace rm both")
    (world.home / ".config/par").mkdir(parents=True)
    (world.home / ".config/par/config.yaml").write_text("hosts: {build1: {destination: me@build1}}\n")
    look("host ls")
    look("forward")
    assert look.tried == {*SCHEMAS} - {"par doctor --environment"}


def odd_ones(world: World, look: Look) -> None:
    """Several at once, and a record that nobody can read, in ls and doctor."""
    look("start --count 2 many")
    world.ok("rm", "many-1", "many-2")
    path = world.data / "global_state.json"
    document = json.loads(path.read_text())
    document["contexts"]["odd"] = {"kind": "session"}
    path.write_text(json.dumps(document))
    look("ls")
    look("doctor", status=4)
    world.ok("doctor", "--fix")


def test_what_the_environment_is_like(world: World) -> None:
    Look(world, world.home)("doctor --environment")
