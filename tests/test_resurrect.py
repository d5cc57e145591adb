"""`par resurrect`: after a reboot each context has its session again, in its own folder."""

from __future__ import annotations

import json
import shutil

from conftest import World, commit, refused

FACTS = "#{session_name} #{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{window_name}"


SHIM = """#!/bin/sh
case "$*" in *source-file*)
script=$(cat)
case "$script" in *new-session*one*) echo broken >&2; exit 1 ;; esac
printf '%s\\n' "$script" | {tmux} "$@"
exit ;;
esac
exec {tmux} "$@"
"""


def opened(world: World, *labels: str) -> None:
    """Let these be the contexts that were opened, the last one first."""
    document = world.index
    (world.data / "global_state.json").write_text(json.dumps({**document, "opened": labels}))


def in_order(world: World, form: str) -> list[str]:
    """What `form` says of each session, in the order in which they were made."""
    lines = world.tmux("list-sessions", "-F", "#{session_id}\t" + form).splitlines()
    rows = [line[1:].split("\t") for line in lines]
    return [said for _, said in sorted(rows, key=lambda row: int(row[0]))]


def test_all_come_back_in_the_order_last_used_without_the_broken(world: World) -> None:
    home = world.repository()
    assert world.ok("resurrect").stdout == "Every context has its session.\n"
    for label in ("one", "two", "three", "gone"):
        world.ok("start", label, cwd=home)
    facts = {label: fact for fact in in_order(world, FACTS) if (label := fact.split(" ")[1])}
    for label in ("one", "two"):
        world.tmux("set-option", "-t", f"={world.session(label)}:", "@par_init", "failed")
        world.tmux("set-option", "-t", f"={world.session(label)}:", "@par_state", "waiting")
    opened(world, "three", "one")
    lost = world.worktree("gone")
    shutil.rmtree(lost)
    world.tmux("kill-server")
    assert {each["state"] for each in world.ok("ls", "--json").json["contexts"]} == {"stopped", "broken"}
    assert world.ok("resurrect").stdout == (
        "three: session made\n"
        "one: session made\n"
        "two: session made\n"
        f"gone: skipped, its worktree is gone: '{lost}' (par rm gone)\n"
    )
    assert in_order(world, FACTS) == [facts["three"], facts["one"], facts["two"]]
    assert in_order(world, "[#{@par_init}#{@par_state}]") == ["[]"] * 3
    folders = [str(world.worktree(label)) for label in ("three", "one", "two")]
    assert in_order(world, "#{session_path}") == folders
    assert world.index["opened"] == ["three", "one"]
    again = world.ok("resurrect", "--json").json
    reason = f"its worktree is gone: '{lost}'"
    assert again == {
        "version": 1,
        "sessions": [{"label": "gone", "made": False, "reason": reason, "resumed": None}],
    }


def test_a_session_that_came_back_by_itself_is_marked_and_not_made_twice(world: World) -> None:
    world.started("feat")
    name = world.session("feat")
    world.tmux("kill-server")
    world.tmux("new-session", "-d", "-s", name, "-c", str(world.worktree("feat")))
    assert world.ok("resurrect").stdout == "feat: session found again\n"
    assert in_order(world, "#{session_name} #{@par_label}") == [f"{name} feat"]
    assert world.ok("resurrect").stdout == "Every context has its session.\n"


def test_one_that_cannot_be_made_hinders_no_other(world: World) -> None:
    home = world.repository()
    tip = commit(world, home, "more")
    for label in ("one", "two"):
        world.ok("start", label, cwd=home)
    world.ok("-L", "other", "start", "there", cwd=home)
    two = world.session("two")
    world.tmux("kill-server")
    world.tmux("-L", "other", "kill-server")
    world.tmux("new-session", "-d", "-s", two, "exec sleep 600")  # of the user's: par's gets another name
    tmux, shims = world.run("sh", "-c", "command -v tmux").stdout.strip(), world.home / "shims"
    shims.mkdir()
    (shims / "tmux").write_text(SHIM.format(tmux=tmux))
    (shims / "tmux").chmod(0o755)
    result = world.par("resurrect", PATH=f"{shims}:{world.env['PATH']}")
    assert (result.status, result.stderr) == (8, "par: not made: one\nhint: par open one\n")
    said = result.stdout.splitlines()
    assert (said[0][:15], said[1:]) == ("one: not made, ", ["two: session made", "there: session made"])
    assert (two in world.sessions(), len(world.sessions())) == (True, 2)
    assert world.tmux("-L", "other", "list-sessions", "-F", "#{@par_label}") == "there"
    assert world.git(world.worktree("two"), "rev-parse", "HEAD") == tip


def test_an_index_that_cannot_be_read_stops_it(world: World) -> None:
    world.started("feat")
    world.tmux("kill-server")
    (world.data / "global_state.json").write_text("{")
    assert world.par("resurrect").status == 7
    assert world.sessions() == []
    refused(world.par("resurrect", "feat"), 2, "too many words: feat", "par resurrect --help")


def test_the_first_pane_is_marked_again_and_not_the_active_one(world: World) -> None:
    world.ok("start", "feat", cwd=world.repository())
    session = f"={world.session('feat')}:"
    marks = "#{@par_pane} #{@par_label}"
    before = world.tmux("display-message", "-p", "-t", session, marks)
    world.tmux("split-window", "-t", session)
    world.tmux("new-window", "-t", session, "-n", "agent")
    for option in ("@par_pane", "@par_label", "@par_path"):
        world.tmux("set-option", "-u", "-t", session, option)
    assert world.ok("resurrect").stdout == "feat: session found again\n"
    assert world.tmux("display-message", "-p", "-t", session, marks) == before
    shown = world.tmux("list-windows", "-t", session, "-F", "#{window_name} #{@par_context}")
    assert shown == "feat feat\nagent "


def test_any_par_that_looks_marks_what_came_back_without_its_marks(world: World) -> None:
    world.ok("start", "feat", cwd=world.repository())
    session = f"={world.session('feat')}:"
    facts = " ".join(f"#{{@par_{each}}}" for each in ("label", "kind", "repo", "branch", "path", "pane"))
    before = world.tmux("display-message", "-p", "-t", session, facts)
    for each in ("label", "kind", "repo", "branch", "path", "pane"):
        world.tmux("set-option", "-u", "-t", session, f"@par_{each}")
    assert world.ok("ls", "--json").json["contexts"][0]["state"] == "running"
    assert world.tmux("display-message", "-p", "-t", session, facts) == before


def test_how_the_commands_went_outlives_the_server_and_the_trash(world: World) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text("initialization:\n  commands: ['false']\n")
    world.ok("start", "held", cwd=home)
    assert world.par("start", "failed", "--trust", "--wait", cwd=home).status == 8
    told = {"held": "held", "failed": "failed"}

    def seen() -> dict[str, str]:
        return {each["label"]: each["init"] for each in world.ok("ls", "--json").json["contexts"]}

    assert seen() == told
    world.tmux("kill-server")
    world.ok("resurrect")
    assert seen() == told
    for label in told:  # as tmux-resurrect leaves it
        for option in ("@par_label", "@par_init"):
            world.tmux("set-option", "-u", "-t", f"={world.session(label)}:", option)
    world.ok("ls")
    assert seen() == told
    removed = world.ok("rm", *told, "--json").json["removed"]
    assert [each["trash_id"] is None for each in removed] == [False, False]
    assert world.ok("undo").stdout == (
        "restored 'held': session in app (init held)\nrestored 'failed': session in app (init failed)\n"
    )
    assert seen() == told
