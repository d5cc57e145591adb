"""`par doctor --environment`: what par needs is tried with the user's settings; what fails is reported."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from conftest import ROOT, World, eventually, refused

PLAIN = """\
ok     tmux: {tmux}
ok     git: {git}
ok     python: {python}
ok     server: {server}
ok     tmux.conf: {conf}
ok     status text: par is not asked to place it
ok     exit-unattached: off
ok     base-index: {base}, par goes by tmux's ids
ok     pane-base-index: 0, par goes by tmux's ids
ok     renumber-windows: off, par goes by tmux's ids
ok     automatic-rename: on, par goes by its own marks
ok     set-titles: off, par reads no titles
ok     detach-on-destroy: on, par switches a terminal away before it ends a session
ok     remain-on-exit: off, par reports a dead pane and types nothing there
ok     destroy-unattached: off, par's sessions are exempt from it
ok     exit-empty: on, par starts a server where none runs
ok     session: made, marked and found again
ok     shell: /bin/sh takes what is typed
ok     folder: the shell stays where it is started
ok     utf-8: comes through
ok     hooks: session-created and session-closed run
ok     display-popup: is there
"""


@pytest.fixture(autouse=True)
def login_shell(world: World) -> None:
    """What types into shells is tried with the one that tmux starts for a user."""
    world.env["SHELL"] = "/bin/sh"


def benches() -> set[Path]:
    """The throwaway folders that there are."""
    return set(Path("/tmp").glob("par-check-*"))


def configure(world: World, *lines: str) -> Path:
    """Write the user's tmux.conf."""
    conf = world.home / ".tmux.conf"
    conf.write_text("".join(f"{line}\n" for line in lines))
    return conf


def test_all_that_par_needs_is_tried_and_nothing_is_left(world: World) -> None:
    before = benches()
    programs = {
        name: world.run(name, flag).stdout.strip() for name, flag in (("tmux", "-V"), ("git", "version"))
    }
    programs["python"] = f"{sys.version.split()[0]} ({sys.executable})"
    plain = world.ok("doctor", "--environment")
    assert plain.stdout == PLAIN.format(**programs, server="none runs yet", conf="none", base=0)
    assert (world.sessions(), list(world.home.glob("tmux-*/*")), world.data.exists()) == ([], [], False)
    conf = configure(world, "set -g base-index 1")
    world.tmux("new-session", "-d", "-s", "mine")
    told = world.ok("doctor", "--environment", "--json").json
    server = f"answers at {world.tmux('display-message', '-p', '#{socket_path}')}"
    assert told["checks"] == [
        {"name": name, "ok": True, "message": said, "remedy": None}
        for name, _, said in (
            line.removeprefix("ok     ").partition(": ")
            for line in PLAIN.format(**programs, server=server, conf=conf, base=1).splitlines()
        )
    ]
    assert world.sessions() == ["mine"]
    eventually(lambda: benches() <= before)  # others run at the same time


FAILURES = {
    "exit-unattached": (
        ["set -s exit-unattached on"],
        "on: every session ends when the last terminal detaches",
        "set -s exit-unattached off",
    ),
    "status text": (
        ["set -g @par-status-position right", f"run-shell '{ROOT}/par.tmux'", "set -g status-right theme"],
        "is not in status-right: what is loaded after par has set that",
        "load par after your theme, as the last plugin",
    ),
    "tmux.conf": (
        ["set -g nonsense 1"],
        "{home}/.tmux.conf:1: invalid option: nonsense",
        "correct that line",
    ),
    "session": (
        ["set-hook -g session-created 'kill-session -t par-check'"],
        "it was gone, or not marked, as soon as it was made",
        "look into the hooks and command-alias of tmux.conf: they end or rename what is made",
    ),
    "shell": (
        ["set -g default-shell {home}/bad", "set -g remain-on-exit off"],
        "{home}/bad did not show within 10 s what it was to echo",
        "a default-shell and default-command that start a shell, and a start file that lets it come up",
    ),
    "folder": (
        ["set -g default-command 'cd / && exec sh'"],
        "the shell goes to /",
        "no cd in the shell's start file inside tmux",
    ),
    "utf-8": (
        ["set -g default-command 'exec {home}/ascii'"],
        "does not come through the shell",
        "export LC_ALL=C.UTF-8 in the shell's start file",
    ),
}
# One reads until it was told something and ends; the other drops what is not ASCII
SHELLS = {
    "bad": "#!/bin/sh\nread line\n",
    "ascii": "#!/bin/sh\nstty -echo\nwhile read -r line; do eval \"$line\" | tr -d '\\200-\\377'; done\n",
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_fails_is_reported_with_what_to_do(name: str, world: World) -> None:
    before = benches()
    for shell, script in SHELLS.items():
        (world.home / shell).write_text(script)
        (world.home / shell).chmod(0o755)
    lines, told, remedy = FAILURES[name]
    configure(world, *(line.format(home=world.home) for line in lines))
    result = world.par("doctor", "--environment")
    biting = [line for line in result.stdout.splitlines() if not line.startswith("ok  ")]
    assert biting == [f"FAILED {name}: {told.format(home=world.home)}; do: {remedy}"], result
    count = len(result.stdout.splitlines())
    assert result.stderr == f"par: 1 of {count} checks failed: {name}\nhint: {remedy}\n"
    assert result.status == 6
    eventually(lambda: benches() <= before)  # others run at the same time
    assert world.sessions() == []
    if name == "status text":
        configure(world, *lines[::2], lines[1])
        assert "ok     status text: is in status-right\n" in world.ok("doctor", "--environment").stdout


def test_par_works_under_the_settings_that_it_calls_harmless(world: World) -> None:
    configure(
        world,
        "set -g destroy-unattached on",
        "set -g detach-on-destroy off",
        "set -g remain-on-exit on",
        "set -g set-titles on",
        "set -g base-index 1",
        "set -g pane-base-index 1",
        "set -g renumber-windows on",
    )
    tried = world.ok("doctor", "--environment").stdout
    assert "ok     destroy-unattached: on, par's sessions are exempt from it\n" in tried
    assert "FAILED" not in tried
    world.started("feat")
    world.ok("send", "feat", "echo par-'sees'-this")
    name = world.session("feat")
    eventually(lambda: "par-sees-this" in world.screen(f"={name}:"))
    world.ok("control-center", "--no-attach")
    assert world.sessions() == ["control-center", name]
    world.ok("rm", "feat")
    assert world.sessions() == []


def test_a_tmux_that_is_too_old_or_answers_for_another_is_told(world: World) -> None:
    real, shims = shutil.which("tmux"), world.home / "shims"
    shims.mkdir()
    (shims / "tmux").write_text("#!/bin/sh\necho tmux 3.1c\n")
    (shims / "tmux").chmod(0o755)
    path = f"{shims}:{world.env['PATH']}"
    old = world.par("doctor", "--environment", PATH=path)
    assert old.stdout.splitlines()[0] == "FAILED tmux: tmux 3.1c; do: install tmux 3.2 or newer"
    assert (old.status, len(old.stdout.splitlines())) == (6, 3)
    said = "server version is too old for client"
    (shims / "tmux").write_text(
        f'#!/bin/sh\ncase "$3 $4" in *default\\ list-sessions) echo "{said}" >&2; exit 1 ;; esac\n'
        f'exec {real} "$@"\n'
    )
    socket = f"{world.home}/tmux-{world.run('id', '-u').stdout.strip()}/default"
    other = world.par("doctor", "--environment", PATH=path)
    told = f"FAILED server: {said}; do: make this work: tmux -S {socket} list-sessions"
    assert [line for line in other.stdout.splitlines() if not line.startswith("ok  ")] == [told]
    assert other.status == 6


def test_there_is_nothing_to_fix_in_an_environment(world: World) -> None:
    refused(
        world.par("doctor", "--environment", "--fix"),
        2,
        "--environment changes nothing: there is no --fix for it",
        "par doctor --help",
    )
