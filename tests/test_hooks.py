"""`par hooks`: a user's own settings of a coding agent stay what they are but for par's entries."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Result, World, refused
from par.config import agent_hooks, json_text
from par.config.coding_agents import AGENTS
from test_state import contexts, inside, run_agent, seen, tell

SCRIPT = ROOT / "python/par/tmux/state.sh"
OWN = """{
    // what I like best
    "model": "opus", /* and no other */
    "hooks": {
        "Stop": [
            {"hooks": [{"type": "command", "command": "say done"}]} // loud
        ],
        "Mine": []
    },
    "numbers": [1, 2.50, -3e4, {"a": {}}], "text": "\\u00e9 \\" // no comment",
}"""
FILES = {
    "own": OWN,
    "tabs": '{\n\t"hooks": {\n\t\t"PreToolUse": [\n\t\t\t{ "hooks": [] }\n\t\t],\n\t},\n}\n',
    "compact": '{"a":[1,2],"hooks":{"Stop":[{"hooks":[]}]}}',
    "one line": '{ "theme": "dark" }\n',
    "no hooks": '{\n  "theme": "dark"\n  // the end\n}\n',
    "windows": '{\r\n  "theme": "dark"\r\n}\r\n',
    "mark": '\ufeff{\n  "a": "日本語"\n}\n',
    "empty object": "{}",
}


def settings(world: World, name: str = "claude") -> Path:
    """The settings file of an agent in this world."""
    agent = AGENTS[name]
    return world.home / agent.folder / agent.file


def write(world: World, text: str, name: str = "claude") -> Path:
    path = settings(world, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def plain(text: str) -> Any:
    """What a file with comments says, as the values of its places."""

    def value(each: json_text.Value) -> Any:
        if each.bracket == "{":
            return {member.key: value(member.value) for member in each.members}
        return [value(member.value) for member in each.members] if each.bracket else each.plain

    return value(json_text.parse(text))


def commands(text: str) -> dict[str, list[str]]:
    """The commands of par's in a settings file, by their events."""
    listed = plain(text).get("hooks", {}).items()
    return {
        event: found
        for event, groups in listed
        if (
            found := [
                hook["command"] for group in groups for hook in group["hooks"] if "state.sh" in str(hook)
            ]
        )
    }


@pytest.mark.parametrize("case", FILES)
def test_what_is_there_stays_byte_for_byte_and_comes_back_as_it_was(world: World, case: str) -> None:
    text = FILES[case]
    path = write(world, text)
    path.chmod(0o600)
    backup = path.with_name("settings.json.before-par")
    said = world.ok("hooks", "install", "claude")
    assert said == Result(0, f"Claude Code: changed {path} (as it was: {backup})\n", "")
    changed = path.read_bytes().decode()
    assert backup.read_bytes().decode() == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Nothing went, and all that came is one of par's entries
    assert is_part(text, changed)
    assert set(commands(changed)) == {event for event, _, _ in AGENTS["claude"].events}
    before, after = plain(text), plain(changed)
    assert {**after, "hooks": None} == {**before, "hooks": None}
    for event, groups in before.get("hooks", {}).items():
        assert after["hooks"][event][: len(groups)] == groups
    if "\r" in text:
        assert changed.count("\n") == changed.count("\r\n")
    assert world.ok("hooks", "install", "claude").stdout == f"Claude Code: nothing to change in {path}\n"
    assert path.read_bytes().decode() == changed
    assert world.ok("hooks", "uninstall", "claude").stdout == f"Claude Code: changed {path}\n"
    assert path.read_bytes().decode() == text
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]
    assert world.ok("hooks", "uninstall", "claude").stdout == f"Claude Code: nothing to change in {path}\n"


def is_part(before: str, after: str) -> bool:
    """Whether all that is in a text is in the other one too, in its order, whatever the space between."""
    following = iter(after)
    return all(each in following for each in before if not each.isspace())


def test_a_file_that_was_not_there_goes_again_and_one_that_says_nothing_is_filled(world: World) -> None:
    path = settings(world)
    world.ok("hooks", "install", "claude")
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]
    world.ok("hooks", "uninstall", "claude")
    assert list(path.parent.iterdir()) == []
    write(world, "\n")
    world.ok("hooks", "install", "claude")
    assert commands(path.read_text())["Stop"] == [f"sh {SCRIPT} done --hook || :"]
    world.ok("hooks", "uninstall", "claude")
    assert path.read_bytes() == b"\n"
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_a_link_into_other_files_is_followed(world: World) -> None:
    kept = world.home / "dotfiles/claude.json"
    kept.parent.mkdir()
    kept.write_text(OWN)
    path = settings(world)
    path.parent.mkdir()
    path.symlink_to(kept)
    world.ok("hooks", "install", "claude")
    assert path.is_symlink()
    assert commands(kept.read_text())
    assert kept.with_name("claude.json.before-par").read_text() == OWN
    kept.unlink()
    said = world.par("hooks", "install", "claude")
    refused(said, 3, f"'{path}' is a link to nothing", f"ls -l {path}")
    assert not kept.exists()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', 3, "',' or '}' is missing"),
        ("{\n  a: 1\n}", 2, "a key in double quotes, or '}', is missing"),
        ('{"a" 1}', 1, "':' is missing"),
        ('{\n"a":\n}', 3, "a value is missing"),
        ("{} {}", 1, "there is something behind the end"),
        ("\n[1]", 2, "it is no object"),
        ('{\n"hooks": []}', 2, "'hooks' is no object"),
        ('{"hooks": {\n"Stop": {}}}', 2, "'Stop' is no list"),
        ('{"a": "\\x"}', 1, "a text has a wrong escape"),
        ("{\n  /* no end", 2, "a key in double quotes, or '}', is missing"),
        ("[" * 200, 1, "it is too deep"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_its_line(
    world: World, text: str, line: int, message: str
) -> None:
    path = write(world, text)
    for verb in ("install", "uninstall", "status"):
        said = world.par("hooks", verb, "claude")
        refused(said, 6, f"'{path}' cannot be understood: line {line}: {message}", f"edit {path}")
    assert path.read_text() == text
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_what_cannot_be_read_or_written_is_said(world: World) -> None:
    path = settings(world)
    path.parent.mkdir()
    path.write_bytes(b'{\n"a": "\xff"}')
    said = world.par("hooks", "install", "claude")
    refused(said, 6, f"'{path}' cannot be understood: line 2: it is not UTF-8", f"edit {path}")
    shutil.rmtree(path.parent)
    path.parent.write_text("a file")
    assert world.par("hooks", "install", "claude").status == 7
    assert path.parent.read_text() == "a file"


def test_settings_that_are_no_file_are_never_waited_for(world: World) -> None:
    (world.home / ".claude").mkdir()
    os.mkfifo(world.home / ".claude/settings.json")
    message = f"'{world.home}/.claude/settings.json' cannot be read: it is not a file"
    refused(world.par("hooks", "install", "claude"), 7, message, f"ls -l {world.home}/.claude/settings.json")


def test_a_dry_run_is_a_diff_and_changes_nothing(world: World) -> None:
    path = write(world, OWN)
    said = world.ok("hooks", "install", "claude", "--dry-run").stdout
    assert said.startswith(f"--- {path}\n+++ {path}\n@@ ")
    assert f'+                        "command": "sh {SCRIPT} done --hook || :",\n' in said
    assert (path.read_text(), [each.name for each in path.parent.iterdir()]) == (OWN, ["settings.json"])
    (world.home / "change").write_text(said)
    world.ok("hooks", "install", "claude")
    whole = path.read_text()
    path.write_text(OWN)
    if shutil.which("patch"):
        world.run("patch", "-s", str(path), str(world.home / "change"))
        assert path.read_text() == whole


def test_older_entries_are_brought_up_to_date_and_one_that_the_user_moved_is_taken_out(world: World) -> None:
    path = write(world, "{}")
    world.ok("hooks", "install", "claude")
    other = path.read_text().replace(str(SCRIPT), "'/old place/site-packages/par/tmux/state.sh'")
    path.write_text(other)
    said = world.ok("hooks", "status")
    assert said.stderr == f"any other agent can run in a hook: sh {SCRIPT} waiting --hook || :\n"
    listed = said.stdout.splitlines()
    assert listed[0] == f"claude\toutdated: par hooks install claude\t{path}"
    assert [line.split("\t")[1] for line in listed[1:]] == ["not installed"] * 3
    world.ok("hooks", "install", "claude")
    assert commands(path.read_text())["Stop"] == [f"sh {SCRIPT} done --hook || :"]
    assert world.ok("hooks", "status", "claude").stdout == f"claude\tinstalled\t{path}\n"
    hook = {"type": "command", "command": f"sh {SCRIPT} done --hook || :"}
    mine = {"type": "command", "command": "par state waiting --hook"}
    path.write_text(
        json.dumps({"hooks": {"Stop": [{"matcher": "x", "hooks": [mine, hook]}, {"hooks": [hook]}]}})
    )
    world.ok("hooks", "uninstall", "claude")
    assert json.loads(path.read_text()) == {"hooks": {"Stop": [{"matcher": "x", "hooks": [mine]}]}}


@pytest.mark.parametrize("name", ["codex", "gemini"])
def test_the_others_get_their_events_in_their_own_files(world: World, name: str) -> None:
    agent = AGENTS[name]
    said = world.ok("hooks", "install", name)
    assert said == Result(
        0, f"{agent.name}: changed {settings(world, name)}\n", f"{agent.name}: {agent.note}\n"
    )
    document = json.loads(settings(world, name).read_text())
    assert set(document) == {"hooks"}  # Codex refuses any other key
    for event, _, word in agent.events:
        (group,) = document["hooks"][event]
        (hook,) = group["hooks"]
        assert hook == {
            "type": "command",
            "command": f"sh {SCRIPT} {word} --hook || :",
            "timeout": agent.timeout,
        }
    world.ok("hooks", "uninstall", name)
    assert not settings(world, name).exists()


# As opencode 1 and opencode 2 load it
PLAY = """
import par from "PATH"
const [version, told] = process.argv.slice(2)
const sessions = { main: {}, child: { parentID: "main" } }
const directory = process.cwd()
if (version === "1") {
  const client = { session: { get: async ({ path }) => ({ data: sessions[path.id] }) } }
  const { event } = await par.server({ client, directory })
  for (const [type, properties] of JSON.parse(told)) await event({ event: { type, properties } })
  await event({})
} else {
  async function* subscribe() {
    yield { type: "session.created", data: { id: "child", parentID: "main" } }
    for (const [type, data] of JSON.parse(told)) yield { type, data, location: { directory } }
    throw new Error("the end")
  }
  const end = await par.setup({ event: { subscribe } })
  end()
}
"""
MAIN, CHILD = {"sessionID": "main"}, {"sessionID": "child"}
BUSY = ("session.status", {**MAIN, "status": {"type": "busy"}})
STARTED = ("session.execution.started", MAIN)
STORIES = (
    ("1", [BUSY], "working"),
    ("1", [BUSY, ("permission.asked", MAIN)], "waiting"),
    ("1", [BUSY, ("session.idle", CHILD)], "working"),
    ("1", [BUSY, ("session.idle", MAIN)], "done"),
    ("1", [("session.error", {**MAIN, "error": {"name": "x"}})], "failed"),
    ("2", [STARTED], "working"),
    ("2", [STARTED, ("form.created", MAIN)], "waiting"),
    ("2", [STARTED, ("session.execution.succeeded", CHILD)], "working"),
    ("2", [STARTED, ("session.execution.interrupted", MAIN)], "done"),
    ("2", [("session.execution.failed", MAIN)], "failed"),
)


def test_opencode_gets_a_plugin_that_says_what_it_does(world: World) -> None:
    path = settings(world, "opencode")
    said = world.ok("hooks", "install", "opencode")
    assert said == Result(0, f"opencode: changed {path}\n", f"opencode: {AGENTS['opencode'].note}\n")
    assert f'"{SCRIPT}"' in path.read_text()
    one, two = contexts(world, "one", "two")
    (world.home / "play.mjs").write_text(PLAY.replace("PATH", str(path)))
    for version, events, word in STORIES if (node := shutil.which("node")) else ():
        # opencode 2 is a server, started in a pane of whatever context
        where = {"cwd": world.worktree("one"), **inside(world, one if version == "1" else two)}
        done = world.run(node or "", str(world.home / "play.mjs"), version, json.dumps(events), **where)
        assert done == Result(0, "", "")
        assert seen(world) == {"one": word}, (version, events)
    path.write_text(path.read_text().replace(str(SCRIPT), "/old/state.sh"))
    assert "outdated" in world.ok("hooks", "status", "opencode").stdout
    world.ok("hooks", "uninstall", "opencode")
    assert not path.exists()
    path.write_text("// mine\n")
    assert world.par("hooks", "install", "opencode").status == 6
    world.ok("hooks", "uninstall", "opencode")
    assert path.read_text() == "// mine\n"


def test_an_agent_plays_each_of_its_events(world: World) -> None:
    one, two = contexts(world, "one", "two")
    write(world, OWN.replace("say done", "true"))
    world.ok("hooks", "install", "claude")
    path = settings(world)
    path.write_text(json.dumps(plain(path.read_text())))  # the stand-in reads no comments
    run_agent(world, one)
    for event, word in (
        ("UserPromptSubmit", "working"),
        ("PermissionRequest tool_name=Bash", "waiting"),
        ("PostToolUse tool_name=Bash", "working"),
        ("Notification notification_type=elicitation_dialog", "waiting"),
        ("PreToolUse agent_id=sub tool_name=Bash", "working"),
        ("Stop agent_id=sub", "working"),
        ("SubagentStop agent_id=sub", "working"),
        ("Notification notification_type=idle_prompt", "waiting"),
        ("Stop", "done"),
        ("Notification notification_type=idle_prompt", "done"),
        ("StopFailure", "failed"),
        ("SessionStart source=compact", "failed"),
        ("SessionStart source=clear", ""),
        ("UserPromptSubmit", "working"),
        ("SessionEnd", ""),
    ):
        tell(world, one, f"event {event}")
        assert (
            "hook: 0 |" in world.screen(one) or not word or "source=compact" in event or "Subagent" in event
        )
        assert seen(world) == ({"one": word} if word else {}), event
    # From a daemon without a terminal, which knows no pane, for another context than its own
    folder = shlex.quote(str(world.worktree("two")))
    tell(
        world,
        one,
        f"run cd {folder} && env -u TMUX -u TMUX_PANE setsid sh {SCRIPT} waiting --hook </dev/null",
    )
    assert seen(world) == {"two": "waiting"}
    assert two


def test_each_event_is_in_the_table_of_the_docs() -> None:
    page = (ROOT / "docs/agents.md").read_text()
    for agent in AGENTS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| {agent.name} |"))
        assert all(f"`{event}`" in row for event, _, _ in agent.events)


def test_all_that_is_no_python_is_packed_too() -> None:
    listed = (ROOT / "pyproject.toml").read_text().partition("[tool.setuptools.package-data]\npar = [")[2]
    patterns = re.findall(r'"([^"]+)"', listed.partition("]")[0])
    package = ROOT / "python/par"
    packed = {each for pattern in patterns for each in package.glob(pattern)}
    there = {each for each in package.rglob("*") if each.is_file() and each.suffix not in {".py", ".pyc"}}
    assert there == packed
    assert agent_hooks.OWN.search(f"sh {SCRIPT} done --hook || :")
