"""Many contexts and many removals in a moment: copies of one that par made, instead of a par for each."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from conftest import ROOT, World

ENTRY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from par.__main__ import run; run()"
# A line after the other, '' for nothing but Python
FORKS = """
import os, sys
sys.path.insert(0, sys.argv[1])
for line in sys.argv[2:]:
    if not (pid := os.fork()):
        if not line:
            sys.exit()
        sys.argv = ["par", *line.split()]
        from par.__main__ import run
        run()
    if status := os.waitpid(pid, 0)[1]:
        sys.exit(f"{line}: {status}")
"""
COUNTED = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")


def add_contexts(world: World, home: Path, count: int, model: str = "feat", *, name: str = "more") -> None:
    """Make contexts `more-0`, `more-1` ... as the context `model` is, with sessions in which a shell runs."""
    index, table = world.data / "global_state.json", world.data / "contexts.tsv"
    # A record on each line, as par writes them
    head, tail = index.read_text().rsplit("\n}", 1)
    record = json.dumps(world.index["contexts"][model])
    row = table.read_text().splitlines(keepends=True)
    lines = [each for each in row if each.startswith(f"{model}\t")]
    labels, script = [f"{name}-{number}" for number in range(count)], []
    for label in labels:
        made = json.loads(record.replace(model, label))
        head += f',\n"{label}": {json.dumps(made)}'
        _copy_worktree(home, Path(json.loads(record)["root"]), Path(made["root"]), model, label)
        target = f"={made['session']}:"
        script += [
            f"new-session -d -s {made['session']} -n {label} -c '{made['root']}' 'exec sh'",
            f"set-option -t {target} @par_label {label}",
            f"set-option -t {target} @par_data {world.data}",
            f"set-option -t {target} @par_path '{made['root']}'",
            f"set-option -F -t {target} @par_pane '#{{pane_id}}'",
            f"set-option -w -t {target} @par_context {label}",
        ]
    _branches(world, home, model, labels)
    index.write_text(f"{head}\n}}{tail}")
    table.write_text("".join([*row, *(each.replace(model, label) for label in labels for each in lines)]))
    made_all = world.run("tmux", "source-file", "-", text="\n".join([*script, ""]))
    assert made_all.status == 0, made_all


def add_removals(world: World, home: Path, count: int) -> None:
    """Fill the trash with so many entries like one that is in it."""
    trash = world.data / "trash"
    records = {each: json.loads((each / "entry.json").read_text()) for each in trash.iterdir()}
    model = next(each for each, record in records.items() if record["context"]["kind"] == "session")
    label = records[model]["label"]
    refs = world.git(
        home, "for-each-ref", "--format=%(refname) %(objectname)", f"refs/par/trash/{model.name}"
    )
    updates = []
    for number in range(count):
        entry, other = trash / f"{number:012x}", f"{label}-{number}"
        shutil.copytree(model, entry, symlinks=True)
        for path in entry.glob("*.*"):
            path.write_text(path.read_text().replace(model.name, entry.name).replace(label, other))
        _copy_admin(home, model / "0", entry / "0", label, other, model.name, entry.name)
        updates += [f"create {each.replace(model.name, entry.name)}" for each in refs.splitlines()]
    _update_refs(world, home, updates)


def _copy_worktree(home: Path, model: Path, path: Path, label: str, other: str) -> None:
    shutil.copytree(model, path)
    _copy_admin(home, model, path, label, other)


def _copy_admin(
    home: Path, model: Path, path: Path, label: str, other: str, entry: str = "-", new: str = "-"
) -> None:
    """Let the copy `path` of the worktree `model` have what the repository keeps for one."""
    folder = home / ".git/worktrees"
    shutil.copytree(folder / label, folder / other)
    for each in ("gitdir", "HEAD", "locked"):
        file = folder / other / each
        if file.exists():
            text = file.read_text().replace(str(model), str(path))
            file.write_text(text.replace(entry, new).replace(label, other) if each != "gitdir" else text)
    (path / ".git").write_text(f"gitdir: {folder / other}\n")


def _branches(world: World, home: Path, model: str, labels: Iterable[str]) -> None:
    oid = world.git(home, "rev-parse", f"refs/heads/{model}")
    log = (home / ".git/logs/refs/heads" / model).read_text()
    _update_refs(world, home, [f"create refs/heads/{label} {oid}" for label in labels])
    for label in labels:
        (home / ".git/logs/refs/heads" / label).write_text(log)


def _update_refs(world: World, home: Path, updates: Iterable[str]) -> None:
    done = world.run("git", "update-ref", "--stdin", cwd=home, text="".join(f"{each}\n" for each in updates))
    assert done.status == 0, done


def instructions(
    world: World, folder: Path, *lines: str, source: Path = ROOT / "python"
) -> tuple[int, dict[str, int]]:
    """How many instructions a bare Python takes, and `par` for each line, not counting what it starts.

    All are forks of one Python: for each new one valgrind takes as long as for half of `par ls`.
    """
    # On a busy machine it may take longer than a world's programs may
    done = subprocess.run(
        [*COUNTED, sys.executable, "-c", FORKS, str(source), "", *lines],
        cwd=folder,
        env={**world.env, "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done
    # The last is that of the one that forked them
    bare, *spent, _ = (int(each.replace(",", "")) for each in re.findall(r"I +refs: +([0-9,]+)", done.stderr))
    return bare, dict(zip(lines, spent, strict=True))
