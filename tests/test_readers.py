"""No place is left out where something reads more than text in what others wrote: `readers.txt` has them all.

Others are whoever wrote a branch, a folder, a title or an answer of a remote's, or an index.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT, World, eventually

# Of these commands tmux expands or runs names, texts and bodies (FORMATS in tmux(1))
EXPANDING = (
    *("new-session", "new-window", "rename-session", "rename-window", "select-pane", "split-window"),
    *("respawn-pane", "display-message", "display-menu", "display-popup", "run-shell", "if-shell"),
    *("pipe-pane", "set-hook", "command-prompt", "confirm-before", "choose-tree"),
)
ROWS = [
    [field.strip() for field in line.split(" | ")]
    for line in (ROOT / "tests/readers.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


def sources() -> Iterator[Path]:
    yield ROOT / "par.tmux"
    for pattern in ("scripts/*.sh", "python/par/**/*.py", "python/par/**/*.sh", "python/par/**/*.tmux"):
        yield from ROOT.glob(pattern)


def used(path: Path) -> set[str]:
    """The commands of EXPANDING that a file has tmux do; not what its comments say."""
    text = path.read_text()
    if not any(each in text for each in EXPANDING):
        return set()
    if path.suffix == ".py":
        strings = (each.value for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Constant))
        return {each for each in strings if each in EXPANDING}
    lines = [line.partition(" # ")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    return {each for each in EXPANDING if re.search(rf"\b{each}\b", "\n".join(lines))}


def test_no_place_where_tmux_reads_more_is_left_out() -> None:
    found = {f"{each.relative_to(ROOT)} {name}" for each in sources() for name in used(each)}
    told = {row[0] for row in ROWS if row[0].split(" ")[-1] in EXPANDING}
    assert found == told, "say in readers.txt why what others wrote cannot reach it, and try it"


def test_no_shell_reads_what_python_puts_together() -> None:
    for path in (ROOT / "python/par").rglob("*.py"):
        text = path.read_text()
        if not any(each in text for each in ("eval", "exec", "system", "popen", "shell")):
            continue
        for each in ast.walk(ast.parse(text)):
            if isinstance(each, ast.Call):
                called = ast.unparse(each.func)
                assert called not in {"eval", "exec", "os.system", "os.popen"}, path
                runs = called.startswith(("subprocess.", "launch."))
                assert not (runs and any(word.arg == "shell" for word in each.keywords)), path


def test_each_place_has_a_reason_and_tests() -> None:
    for place, reason, tests in ROWS:
        assert reason, place
        for module, _, name in (each.partition(":") for each in tests.split()):
            text = (ROOT / f"tests/{module}.py").read_text()
            assert f"def {name}(" in text, (place, module, name)


HOSTILE = ("x$(touch${IFS}pwned)", "x`touch${IFS}pwned`", "x';touch${IFS}pwned;'", "x#(touch${IFS}pwned)")


def is_harmless(world: World) -> bool:
    return not [each for each in world.home.rglob("*") if each.name == "pwned"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hints_are_words_of_a_shell(world: World, name: str) -> None:
    """What a hint tells to do is done by a shell with the branch and the folder that were meant."""
    home = world.repository(f"it's {name}")
    for remote in ("zero", "one", "two"):
        world.git(home, "remote", "add", remote, f"/nowhere/{remote}")
        if remote != "zero":
            world.git(home, "update-ref", f"refs/remotes/{remote}/{name}", "main")
    world.git(home, "branch", f"pr-1/{name}")
    for words, shown in (
        (("start", "main"), str(home)),
        (("checkout", name, "-l", "x"), f"checkout one/{name}"),
    ):
        result = world.par(*words, cwd=home)
        assert result.status == 4, result
        hint = result.stderr.partition("\nhint: ")[2].strip()
        script = f'par() {{ printf "%s\\n" "$*"; }}; {hint}; [ "$PWD" = "$HOME" ] || pwd'
        assert world.run("sh", "-c", script).stdout.strip() == shown, hint
    assert is_harmless(world)


def test_repositories_of_a_workspace_are_text(world: World) -> None:
    """They are folders, names of windows and environment, also when the session is made again."""
    other, *_ = (world.repository(name) for name in ("other", *HOSTILE))
    world.ok("workspace", "start", "feat", cwd=other.parent)
    world.ok("control-center", "--no-attach")
    world.tmux("kill-server")
    world.ok("resurrect")
    world.ok("workspace", "drop", "feat", "other")
    world.ok("workspace", "add", "feat", str(other))
    for words in (("ls",), ("send", "all", ":"), ("rm", "feat"), ("undo",), ("doctor",)):
        world.ok(*words)
    shown = world.tmux("list-panes", "-a", "-F", "#{pane_current_path}").splitlines()
    folders = {each["path"] for each in world.index["contexts"]["feat"]["worktrees"]}
    assert len(folders) == 1 + len(HOSTILE)
    assert folders <= set(shown)
    assert is_harmless(world)


def test_states_and_names_of_programs_are_text(world: World) -> None:
    """What a pane says of itself, by an option, a bell and the name of its program."""
    labels = ("one", "two", "three", "four")
    world.started(*labels)
    said = 'tmux set-option @par_state "$0"; printf \'\\a\'; exec -a "$0" sh -c \'printf "\\a"; sleep 60\''
    for label, name in zip(labels, HOSTILE, strict=True):
        world.tmux("respawn-pane", "-k", "-t", f"={label}:", "bash", "-c", said, name)
    eventually(lambda: "sh" not in world.tmux("list-panes", "-a", "-F", "#{pane_current_command}").split())
    for words in (
        ("ls",),
        ("status",),
        *(("state", "done", label) for label in labels),
        ("control-center", "--no-attach"),
        ("ls",),
    ):
        world.ok(*words)
    assert is_harmless(world)
