"""What a stranger committed, or wrote into the index, is neither written through nor run."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from conftest import ROOT, World, refused

# What makes, moves or changes files: whatever does so says why no link of a stranger's is on its way
WRITERS = {
    *(
        "write_text",
        "write_bytes",
        "symlink_to",
        "hardlink_to",
        "touch",
        "mkdir",
        "makedirs",
        "rename",
        "chmod",
    ),
    *("fchmod", "symlink", "link", "copyfile", "copytree", "copy2", "move", "lchmod", "truncate"),
}
OWN = "par's own data folder, which only par fills"
RENAMED = "a rename takes the link itself, not what it leads to"
ALLOWED = {
    "system.files": "the one way",
    "system.durable": RENAMED,
    "setup.tree_copy": "walks folders by descriptors, from the files' own constants",
    "setup.files": "by way of setup.tree_copy",
    "git.deletion": "gives the right to write to folders that are open, by their descriptors",
    "state.host_rows": OWN,
    "state.batches": OWN,
    "state.index": OWN,
    "state.lock_files": OWN,
    "trash.entries": OWN,
    "trash.emptying": OWN,
    "trash.moves": OWN,
    "trash.damaged": f"{OWN}, and a folder that is not there yet, which the user named; {RENAMED}",
    "setup.jobs": OWN,
    "setup.runner": f"{OWN}: the log of a job",
    "setup.job_lock": f"{OWN}: the lock of a job",
    "cli.unexpected": f"{OWN}: the log of a bug",
    "doctor.index_rebuild": OWN,
    "contexts.creation": f"{OWN}: the parent of a worktree that is not there yet",
    "contexts.carrying": OWN,
    "system.file_copies": "walks folders by descriptors, from the constants of the one way",
    "contexts.renaming": f"{OWN}: the parent of a folder that is moved there, and logs; {RENAMED}",
    "trash.plain_folders": f"{OWN}: the parent of what comes back; {RENAMED}",
    "trash.restoring": RENAMED,
    "trash.removal": f"{OWN}; {RENAMED}",
    "git.trashing": f"{OWN}: the parent of what comes back; {RENAMED}",
    "git.moving": f"{RENAMED}; the mode is given to the folder that was just moved",
    "git.unfinished": f"git's own folder for a worktree; {RENAMED}",
    "git.worktree_repair": "a folder in git's own, or in the place that par keeps for a worktree",
    "setup.workspace_file": RENAMED,
    "tmux.server": "the folder of a socket, which the user named",
    "commands.hooks": "the user's settings of a coding agent, behind whatever link",
    "git.cloning": f"a folder beside one that is not there yet, which the user named; {RENAMED}",
    "commands.host": "the folder of the user's own settings",
    "hosts.sharing": f"{OWN}, or one for temporary files, which is looked at before",
    "hosts.parcel": OWN,
    "commands.rescue": f"a folder that is not there yet, which the user named; {RENAMED}",
    "git.sample": "a folder that is not there yet, in one that mkdtemp has just made",
    "git.uncommitted": "a copy of an index, in a folder that mkdtemp has just made",
    "commands.doctor_environment": "a folder that mkdtemp has just made",
}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "python/par").with_suffix("").parts)


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    said = [
        each.value
        for each in [*call.args, *(word.value for word in call.keywords)]
        if isinstance(each, ast.Constant)
    ]
    if name == "open":
        modes = [each for each in said if isinstance(each, str) and set(each) <= set("rwaxbt+") and each]
        return any(set(mode) & set("wax+") for mode in modes) or "O_CREAT" in ast.unparse(call)
    if name == "replace":  # str.replace takes two arguments, dataclasses.replace names its own
        is_of_os = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "os"
        return is_of_os or (
            isinstance(call.func, ast.Attribute) and len(call.args) == 1 and not call.keywords
        )
    return name in WRITERS


def test_only_these_modules_write() -> None:
    found = set()
    for path in (ROOT / "python/par").rglob("*.py"):
        tree = ast.parse(path.read_text())
        if any(isinstance(each, ast.Call) and _writes(each) for each in ast.walk(tree)):
            found.add(_module(path))
        if "O_CREAT" in path.read_text():
            found.add(_module(path))
    assert found == set(ALLOWED), (
        "write by par.system.files, or say here why no stranger's link can be on the way"
    )


def _reviewed(world: World, *, relative: bool = False) -> tuple[Path, Path]:
    """A repository and the worktree of a pull request in it, whose `.git` may be `relative`."""
    bare, home = world.clone()
    world.git(home, "push", "-q", str(bare), "HEAD:refs/pull/1/head")
    world.ok("checkout", "pr/1", "--label", "review", cwd=home)
    folder = world.worktree("review")
    if relative:
        admin = world.git(folder, "rev-parse", "--absolute-git-dir")
        (folder / ".git").write_text(f"gitdir: {os.path.relpath(admin, folder)}\n")
    return home, folder


def test_what_is_planted_beside_git_is_left_alone(world: World) -> None:
    _, folder = _reviewed(world, relative=True)
    victim, place = world.home / ".bashrc", folder / ".git.par"
    victim.write_text("mine\n")
    plants: dict[str, Callable[[], None]] = {
        "link": lambda: place.symlink_to(victim),
        "dangling": lambda: place.symlink_to(world.home / "gone"),
        "fifo": lambda: os.mkfifo(place),
        "folder": place.mkdir,
    }
    link = (folder / ".git").read_text()
    for planted, plant in plants.items():
        (folder / ".git").write_text(link)  # relative, as it was
        plant()
        before = place.lstat().st_mode, place.lstat().st_ino
        world.ok("rm", "review")
        world.ok("restore", "review")
        assert (place.lstat().st_mode, place.lstat().st_ino) == before, planted
        assert victim.read_text() == "mine\n"
        assert not (world.home / "gone").exists()
        assert world.git(folder, "status", "--porcelain", "--untracked-files=no") == ""
        assert not list(folder.glob(".git.par-*")), planted
        if planted != "folder":
            place.unlink()


@pytest.mark.parametrize("planted", ["link-beside", "link-around"])
def test_a_submodule_is_found_again_and_no_link_followed(world: World, planted: str) -> None:
    victim = world.home / "victim"
    victim.mkdir()
    (victim / ".git").write_text("mine\n")
    inner = world.repository("inner")
    (inner / ".git.par").symlink_to(victim / ".git")
    world.git(inner, "add", "-A")
    world.git(inner, "commit", "-q", "-m", "planted")
    home = world.repository()
    world.git(home, "submodule", "--quiet", "add", str(inner), "libs/lib")
    world.git(home, "commit", "-q", "-m", "submodule")
    world.ok("start", "feat", cwd=home)
    folder = world.worktree("feat")
    world.git(folder, "submodule", "--quiet", "update", "--init")
    if planted == "link-around":
        (folder / "libs").rename(folder / "were")
        (world.home / "elsewhere").mkdir()
        (world.home / "elsewhere/lib").symlink_to(victim)
        (folder / "libs").symlink_to(world.home / "elsewhere")
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert (victim / ".git").read_text() == "mine\n"
    if planted == "link-beside":
        assert world.git(folder / "libs/lib", "status", "--porcelain") == ""
        assert (folder / "libs/lib/.git.par").is_symlink()


def test_modes_are_not_given_through_links(world: World) -> None:
    secret = world.home / "secret"
    secret.mkdir(mode=0o500)
    world.started("feat")
    folder = world.worktree("feat")
    (folder / "closed").mkdir()
    (folder / "closed/link").symlink_to(secret)
    (folder / "closed").chmod(0o500)
    world.ok("rm", "--purge", "--force", "feat")
    assert not folder.exists()
    assert secret.stat().st_mode & 0o777 == 0o500


def _bare(world: World, place: Path) -> Path:
    """A bare repository as a folder of files, whose hook leaves a trace; git itself would take it for one."""
    seed = world.repository("seed")
    world.git(world.home, "clone", "-q", "--bare", str(seed), str(place))
    for name in ("post-checkout", "reference-transaction"):
        (place / "hooks" / name).write_text(f"#!/bin/sh\ntouch {world.home}/pwned\n")
        (place / "hooks" / name).chmod(0o755)
    for folder in ("refs/heads", "refs/tags", "objects/pack"):
        (place / folder / ".keep").write_text("")
    return place


@pytest.mark.parametrize(
    "words",
    [("start", "x"), ("checkout", "main"), ("adopt", "."), ("workspace", "start", "x", "--repos", ".")],
)
def test_a_bare_repository_in_the_code_is_refused(world: World, words: tuple[str, ...]) -> None:
    home = world.repository()
    fixture = _bare(world, home / "fix.git")
    world.git(home, "add", "-f", "-A")
    world.git(home, "commit", "-q", "-m", "fixture")
    told = f"the bare repository '{fixture}' is part of the code around it: nothing of it is run"
    refused(world.par(*words, cwd=fixture), 5, told, "git clone it to a place of your own")
    assert not (world.home / "pwned").exists()
    assert world.sessions() == []


def test_a_clone_in_reviewed_code_is_refused(world: World) -> None:
    home, folder = _reviewed(world)
    nested = folder / "nested"
    world.git(world.home, "clone", "-q", str(home), str(nested))
    told = f"the repository '{nested}' lies in a stranger's code: nothing of it is run"
    refused(world.par("start", "x", cwd=nested), 5, told, "git clone it to a place of your own")
    assert world.ok("start", "mine", cwd=folder).status == 0
    assert world.worktree("mine").parent.parent.name == "worktrees"


@pytest.mark.parametrize("setting", ["all", "explicit"])
def test_bare_repositories_of_ones_own(world: World, setting: str) -> None:
    world.git(world.home, "config", "--global", "safe.bareRepository", setting)
    seed, project = world.repository("seed"), world.home / "project"
    project.mkdir()
    world.git(world.home, "clone", "-q", "--bare", str(seed), str(project / ".bare"))
    (project / ".git").write_text("gitdir: ./.bare\n")
    world.git(project, "worktree", "add", "-q", "main", "main")
    for number, folder in enumerate((project, project / "main")):
        world.ok("start", f"feat{number}", cwd=folder)
        world.ok("rm", f"feat{number}")
        world.ok("restore", f"feat{number}")
        world.ok("rm", "--purge", f"feat{number}")
    if setting == "all":
        world.ok("start", "inside", cwd=project / ".bare")
    assert world.ok("ls", "--json").json["version"]


def test_lines_end_where_git_ends_them(world: World) -> None:
    home = world.repository()
    for char in ("\u2028", "\u2029", "\x85"):
        world.git(home, "branch", f"feat/a{char}b")
    world.ok("start", "feat/c", cwd=home)
    assert world.par("start", "feat", cwd=home).status == 4
    world.ok("rm", "feat/c")
    world.ok("restore", "feat/c")


def test_a_folder_with_a_line_break(world: World) -> None:
    home = world.repository("new\nline")
    world.ok("start", "feat", cwd=home)
    held = world.par("start", "main", cwd=home)
    assert (held.status, "\\u{a}" in held.stderr) == (4, True), held
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert world.ok("doctor").status == 0


def _record(world: World, **changes: object) -> None:
    path = world.data / "global_state.json"
    document = json.loads(path.read_text())
    document["contexts"]["feat"].update(changes)
    path.write_text(json.dumps(document))


def test_what_an_index_says_is_text(world: World) -> None:
    spelled = ("#(touch {})", "x#{{E:@par_evil}}#(touch {})", "$(touch {})", "`touch {}`")
    cases = [*product(("session", "branch", "label", "port-env", "worktree"), enumerate(spelled))]
    world.started(*(f"feat-{number}" for number in range(len(cases))))
    world.tmux("new-session", "-d", "-s", "mine")
    path = world.data / "global_state.json"
    document = json.loads(path.read_text())
    records, document["contexts"] = document["contexts"], {}
    for (field, (number, spell)), (label, record) in zip(cases, records.items(), strict=True):
        text = spell.format(world.home / f"pwned-{field}-{number}")
        match field:
            case "session":
                record["session"] = text
            case "branch":
                record["worktrees"][0]["branch"] = text
            case "port-env":
                record["worktrees"][0]["env"] = [["EVIL", text]]
            case "worktree":
                record["kind"] = "workspace"
                record["worktrees"][0]["path"] += f"/{text}"
        document["contexts"][text if field == "label" else label] = record
    path.write_text(json.dumps(document))
    for record in document["contexts"].values():
        world.tmux("kill-session", "-t", f"={record['session']}:")
    for words in (
        ("ls",),
        ("resurrect",),
        ("control-center", "--no-attach"),
        ("send", "all", ":"),
        ("doctor",),
        ("ls",),
    ):
        said = world.par(*words)
        assert "\x1b" not in said.stdout + said.stderr
        assert said.status != 1, said
    world.tmux("run-shell", "-d", "0", "true")
    assert [*world.home.glob("pwned*")] == []
