"""`.par.yaml` and `config.yaml`: what each key may hold, how mistakes are told; `par config`."""

import json
import os
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, World, refused, traces
from par.config import reading
from par.config.recipe import Recipe, Step
from par.errors import ConfigError

KNOWN = "known are: initialization, include, symlink, commands, env, ports, shell, layout, before_remove"
LIST = 'write include: [".env", "config/*.json"]'
STEPS = 'write commands: ["npm install"], or a list of name and command'
TOP = "write initialization: {commands: [make]}"
ENV = 'write env: {NAME: "value"}'
PORTS = "write a number from 1 to 100"
LAYOUT = "write layout: {windows: [{window_name: server, panes: [npm start]}]}"
COLON = 'put quotes around a command that holds ": "'
INSIDE = "write a path inside the repository"


class Wrong(NamedTuple):
    """A text with one mistake, and how that is told: `told` follows the file's path."""

    id: str
    text: str | bytes
    told: str
    hint: str = ""


WRONG = [
    Wrong("near key", "includ: [a]", "1: includ: unknown key", "did you mean 'include'?"),
    Wrong(
        "near key below",
        "initialization:\n  comands: [a]",
        "2: initialization.comands: unknown key",
        "did you mean 'commands'?",
    ),
    Wrong("strange key", "colour: [a]", "1: colour: unknown key", KNOWN),
    Wrong("a setting", "trash_days: 3", "1: trash_days: unknown key", KNOWN),
    Wrong("merge key", "<<: {ports: 3}", "1: <<: unknown key", KNOWN),
    Wrong("key with controls", '"a\\eb": 3', r"1: a\u{1b}b: unknown key", KNOWN),
    Wrong(
        "number as key", "env:\n  3: x", "2: env.3: a key is a string, not a number", 'write "3" in quotes'
    ),
    Wrong(
        "truth as key",
        "env: {ON: x}",
        "1: env.ON: a key is a string, not true or false",
        'write "ON" in quotes',
    ),
    Wrong("list as key", "[a]: b", "1: a key is a string, not a list"),
    Wrong("twice", "ports: 1\n\nports: 2", "3: ports: the key is there already, in line 1"),
    Wrong(
        "in both places",
        "ports: 1\ninitialization:\n  ports: 2",
        "3: initialization.ports: ports is there already, in line 1",
        "keep one",
    ),
    Wrong("text", "include .env", "1: a mapping is expected, not a string", TOP),
    Wrong("list", "- .env", "1: a mapping is expected, not a list", TOP),
    Wrong("null", "~", "1: a mapping is expected, not nothing (null)", TOP),
    Wrong(
        "initialization null",
        "initialization:\n",
        "1: initialization: a mapping is expected, not nothing (null)",
        TOP,
    ),
    Wrong(
        "initialization empty",
        "initialization: {}",
        "1: initialization: the mapping is empty",
        "leave the key out",
    ),
    Wrong(
        "string for a list",
        "initialization:\n  include: .env\n",
        "2: initialization.include: a list is expected, not a string",
        LIST,
    ),
    Wrong("null for a list", "include:\n", "1: include: a list is expected, not nothing (null)", LIST),
    Wrong("mapping for a list", "include:\n  a: b", "1: include: a list is expected, not a mapping", LIST),
    Wrong("empty list", "symlink: []", "1: symlink: the list is empty", "leave the key out"),
    Wrong(
        "number",
        "include:\n - a\n - 3",
        "3: include: a string is expected, not a number",
        'write "3" in quotes',
    ),
    Wrong(
        "decimal",
        "include: [1.5]",
        "1: include: a string is expected, not a decimal number",
        'write "1.5" in quotes',
    ),
    Wrong(
        "yes",
        "include: [yes]",
        "1: include: a string is expected, not true or false",
        'write "yes" in quotes',
    ),
    Wrong(
        "date",
        "include: [2026-11-22]",
        "1: include: a string is expected, not a date",
        'write "2026-11-22" in quotes',
    ),
    Wrong("null in a list", "include: [a, ~]", "1: include: a string is expected, not nothing (null)"),
    Wrong("list in a list", "include: [[a]]", "1: include: a string is expected, not a list"),
    Wrong("empty string", 'include: [""]', "1: include: the string is empty"),
    Wrong("two lines", 'include: ["a\\nb"]', "1: include: the string has more than one line"),
    Wrong("NUL", 'include: ["a\\0b"]', "1: include: the string holds a character that is not text"),
    Wrong("surrogate", 'include: ["\\ud800"]', "1: include: the string holds a character that is not text"),
    Wrong(
        "absolute", "include: [/etc/passwd]", "1: include: '/etc/passwd' leads out of the repository", INSIDE
    ),
    Wrong("parent", "symlink: [a/../../b]", "1: symlink: 'a/../../b' leads out of the repository", INSIDE),
    Wrong("home", "include: [~/.ssh/*]", "1: include: '~/.ssh/*' leads out of the repository", INSIDE),
    Wrong(
        "colon in a command",
        "commands:\n - echo a: b",
        "2: commands: a command is a string, or name and command",
        COLON,
    ),
    Wrong("no command", "commands:\n - name: x", "2: commands: there is no command", STEPS),
    Wrong(
        "key of a command",
        "commands: [{command: x, nam: y}]",
        "1: commands.nam: unknown key",
        "did you mean 'name'?",
    ),
    Wrong(
        "number for a command",
        "before_remove: [3]",
        "1: before_remove: a string is expected, not a number",
        'write "3" in quotes',
    ),
    Wrong("list for env", "env: [A]", "1: env: a mapping is expected, not a list", ENV),
    Wrong(
        "name of a variable",
        "env: {A-B: x}",
        "1: env.A-B: this is no name of a variable",
        "use letters, digits and _; the first is no digit",
    ),
    Wrong(
        "par's variable",
        "env: {PAR_TRUST: always}",
        "1: env.PAR_TRUST: this variable is not to be set",
        "choose another name",
    ),
    Wrong(
        "truth in env",
        "env:\n  A: x\n  DEBUG: true",
        "3: env.DEBUG: a string is expected, not true or false",
        'write "true" in quotes',
    ),
    Wrong(
        "port without ports", 'env: {A: "x{port}"}', "1: env.A: {port} stands for no port", "write ports: 1"
    ),
    Wrong(
        "port beyond",
        'ports: 3\nenv: {A: "{port+3}"}',
        "2: env.A: {port+3} is beyond the 3 ports",
        "write ports: 4",
    ),
    Wrong("no ports", "ports: 0", "1: ports: 0 is not possible", PORTS),
    Wrong("many ports", "ports: 101", "1: ports: 101 is not possible", PORTS),
    Wrong("ports in base 60", "ports: 1:30", "1: ports: 1:30 is not possible", PORTS),
    Wrong("ports as text", 'ports: "3"', "1: ports: a number is expected, not a string", PORTS),
    Wrong(
        "shell with options",
        "shell: bash -e",
        "1: shell: 'bash -e' is neither a name nor a path of a program",
        "write shell: bash",
    ),
    Wrong(
        "shell null", "shell: ~", "1: shell: a string is expected, not nothing (null)", "write shell: bash"
    ),
    Wrong(
        "layout without windows",
        "layout: {session_name: x}",
        "1: layout: there is no list of windows",
        LAYOUT,
    ),
    Wrong(
        "layout that runs",
        "layout:\n  windows: [{}]\n  before_script: ./x",
        "2: layout.windows: the mapping is empty",
        "leave the key out",
    ),
    Wrong(
        "key of a window",
        "layout: {windows: [{panels: [a]}]}",
        "1: layout.windows.panels: unknown key",
        "did you mean 'panes'?",
    ),
    Wrong(
        "folder of a window",
        "layout: {windows: [{start_directory: ../x}]}",
        "1: layout.windows.start_directory: the folder is not inside the worktree",
        "write a relative path",
    ),
    Wrong(
        "pane",
        "layout: {windows: [{panes: [3]}]}",
        "1: layout.windows.panes: a string is expected, not a number",
        'write "3" in quotes',
    ),
    Wrong(
        "tag",
        "include: !!python/name:os.system [a]",
        "1: include: a YAML tag (!!python/name:os.system) is not allowed",
        "delete the tag",
    ),
    Wrong("anchor", "include: &a [x]", "1: include: an anchor (&a) is not allowed", "delete &a"),
    Wrong("alias", "include: *a", "1: include: an alias (*a) is not allowed", "write the value out"),
    Wrong("two documents", "ports: 1\n---\nports: 2", "2: a second document begins here"),
    Wrong(
        "open list", "ports: 3\ninclude: [a", "2: it is not YAML: expected ',' or ']', but got '<stream end>'"
    ),
    Wrong("tab", "env:\n\tA: b", "2: it is not YAML: found character '\\t' that cannot start any token"),
    Wrong("escape", 'a: "\\U00110000"', "1: it is not YAML: chr() arg not in range(0x110000)"),
    Wrong("control", "ports: 3\nshell: \x1b[31m", r"2: it is not YAML: the character \u{1b} is not allowed"),
    Wrong(
        "Latin-1", "ports: 3\nshell: \xe9".encode("latin-1"), "2: it is not UTF-8", "save the file as UTF-8"
    ),
    Wrong("deep", "[" * 5000, "1: lists and mappings lie more than 10 deep in each other"),
    Wrong("large", "#" * 65_537, " cannot be read: it is larger than 64 KiB"),
]


def read(folder: Path, text: str | bytes, is_users: bool = False) -> reading.Reading:
    """What a file with this text says."""
    path = folder / ".par.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return reading.read(path, is_users)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.id)
def test_a_mistake_is_told_with_file_line_and_key(wrong: Wrong, tmp_path: Path) -> None:
    found = read(tmp_path, wrong.text)
    first = found.mistakes[0]
    assert (str(first), first.hint) == (f"{found.path}:{wrong.told}", wrong.hint)
    more = {each.key for each in found.mistakes[1:]}
    # A second one only where a text cannot have the first alone
    assert more <= {"layout.before_script"} if wrong.id == "layout that runs" else more == set()
    with pytest.raises(ConfigError) as caught:
        reading.check([found])
    assert (caught.value.status, caught.value.hint) == (6, wrong.hint)
    assert caught.value.message.startswith(str(first))


ALL = """\
initialization:
  include: [.env, "config/*.json"]
  commands:
    - name: Install
      command: cd frontend && pnpm install
    - |
      echo one
      echo two
symlink: [node_modules]
env: {A: "{label}-{x}-{port+1}", B: 0123, C: "", _d: "yes"}
ports: 2
shell: /bin/bash
layout:
  session_name: mine
  environment: {N: 3}
  windows:
    - window_name: server
      layout: main-vertical
      focus: yes
      options: {main-pane-width: 80, automatic-rename: off}
      start_directory: frontend
      panes:
        - npm start
        -
        - [ls, {cmd: top, enter: false, sleep_before: 1}]
        - {shell_command: tail -f log, focus: true}
before_remove: [docker compose down]
"""
LAID = {
    "session_name": "mine",
    "environment": {"N": "3"},
    "windows": [
        {
            "window_name": "server",
            "layout": "main-vertical",
            "focus": True,
            "options": {"main-pane-width": "80", "automatic-rename": "off"},
            "start_directory": "frontend",
            "panes": [
                "npm start",
                None,
                ["ls", {"cmd": "top", "enter": False, "sleep_before": 1}],
                {"shell_command": "tail -f log", "focus": True},
            ],
        }
    ],
}


def test_each_key_is_read_and_stands_in_either_place(tmp_path: Path) -> None:
    found = read(tmp_path, ALL)
    assert found.mistakes == ()
    assert json.loads(found.recipe.layout) == LAID
    assert found.recipe == Recipe(
        include=(".env", "config/*.json"),
        symlink=("node_modules",),
        commands=(Step("cd frontend && pnpm install", "Install"), Step("echo one\necho two\n")),
        env=(("A", "{label}-{x}-{port+1}"), ("B", "0123"), ("C", ""), ("_d", "yes")),
        ports=2,
        shell="/bin/bash",
        layout=found.recipe.layout,
        before_remove=(Step("docker compose down"),),
    )
    top, _, rest = ALL.partition("symlink:")
    flat = re.sub("^  ", "", top.removeprefix("initialization:\n"), flags=re.MULTILINE)
    below = "symlink:" + rest
    nested = "initialization:\n" + re.sub("^", "  ", flat + below, flags=re.MULTILINE)
    assert read(tmp_path, flat + below).recipe == read(tmp_path, nested).recipe == found.recipe
    users = read(tmp_path, f"trash_days: 0\ntrust: always\neditor: code -n\n{ALL}", is_users=True)
    assert users.recipe == found.recipe
    assert users.settings == {"trash_days": 0, "trust": "always", "editor": "code -n"}


def test_a_file_that_says_nothing_asks_for_nothing(tmp_path: Path) -> None:
    for text in ("", "\n", "# only a comment\n", "---\n", "\ufeff# with a byte order mark\n"):
        assert read(tmp_path, text) == reading.Reading(tmp_path / ".par.yaml", is_there=True)
    (tmp_path / ".par.yaml").unlink()
    assert reading.read(tmp_path / ".par.yaml", is_users=False) == reading.Reading(tmp_path / ".par.yaml")
    assert not reading.read(tmp_path / "gone/.par.yaml", is_users=True).is_there


def test_only_a_regular_file_is_read_and_it_never_waits(tmp_path: Path) -> None:
    path, other = tmp_path / ".par.yaml", tmp_path / "other.yaml"
    other.write_text("ports: 3\n")
    path.symlink_to(other)
    told = [str(each) for each in reading.read(path, is_users=False).mistakes]
    assert told == [f"{path}: cannot be read: it is a symbolic link"]
    # One's own settings are often links into a repository of dotfiles
    assert reading.read(path, is_users=True).recipe.ports == 3
    other.unlink()
    told = [str(each) for each in reading.read(path, is_users=True).mistakes]
    assert told == [f"{path}: cannot be read: it is a dangling link"]
    path.unlink()
    os.mkfifo(path)
    assert "it is not a file" in str(reading.read(path, is_users=False).mistakes[0])
    path.unlink()
    path.mkdir()
    assert "it is not a file" in str(reading.read(path, is_users=True).mistakes[0])


SCRAPS = [
    *("initialization:", "include:", "commands:", "env:", "ports:", "layout:", "windows:", "panes:", "name:"),
    *(" ", "  ", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", ": ", "#", "|\n", ">\n", "---\n"),
    *("&a ", "*a", "!!str ", "!x ", "<<", "?", "%YAML 1.1\n", '"', "'", "\\", "~", "yes", "3", "1.5", "1:30"),
    *(".env", "{port+1}", "\t", "\0", "\x1b", "\ud800", "é", "\u2028", "\ufeff", "\U0001f600"),
]
TEXTS = st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(SCRAPS), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150, database=None, derandomize=True)
@given(
    TEXTS
    | st.text()
    | st.binary(max_size=60)
    | st.dictionaries(
        st.sampled_from(
            ["include", "commands", "env", "ports", "shell", "layout", "before_remove", "initialization"]
        ),
        VALUES,
    ).map(json.dumps)
)
def test_whatever_is_written_is_understood_or_is_a_mistake(written: str | bytes) -> None:
    path = Path(tempfile.gettempdir()) / f"par-{os.getpid()}.yaml"
    content = written if isinstance(written, bytes) else written.encode("utf-8", "surrogatepass")
    path.write_bytes(content)
    try:
        found = reading.read(path, is_users=False)
    finally:
        path.unlink()
    for each in found.mistakes:
        assert (str(each) + each.hint).isprintable()
        assert each.message
        assert each.line <= len(re.split("\r\n?|[\n\x85\u2028\u2029]", content.decode(errors="replace")))
    if not found.mistakes:
        found.recipe.over(Recipe(env=(("A", "b"),)))
        assert json.loads(found.recipe.layout or "{}") is not None


@pytest.mark.parametrize(
    "text",
    [
        "include: [" + "a," * 10_000 + "]",
        "\n".join(f"k{n}: 3" for n in range(8000)),
        "{" * 60_000,
        "&a [" * 15_000,
        "- [\n" * 15_000,
        "? " * 30_000,
        '"' + "k" * 60_000 + '": 3',
        "env: {A: '{port+" + "9" * 60_000 + "}'}",
    ],
    ids=lambda text: text[:8],
)
def test_a_file_that_is_made_to_take_long_does_not(text: str, tmp_path: Path) -> None:
    began = time.process_time()
    found = read(tmp_path, text)
    assert time.process_time() - began < 5
    assert len(found.mistakes) <= 100
    assert all(len(str(each)) < 400 for each in found.mistakes)


def configure(world: World, text: str) -> Path:
    """Write the user's settings; the file."""
    path = world.home / ".config/par/config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_mistake_creates_nothing_and_check_tells_all(world: World) -> None:
    home = world.repository()
    (home / "sub").mkdir()
    before = traces(world, home)
    path = home / ".par.yaml"
    path.write_text("initialization:\n  includ: [.env]\n  commands: make\nport: 3\n")
    users = configure(world, "trash_days: soon\n")
    first = f"{path}:2: initialization.includ: unknown key"
    refused(
        world.par("start", "feat", cwd=home),
        6,
        f"{first} (and 3 more: par config check)",
        "did you mean 'include'?",
    )
    assert traces(world, home) == before
    lines = [
        f"{first}; did you mean 'include'?",
        f"{path}:3: initialization.commands: a list is expected, not a string; {STEPS}",
        f"{path}:4: port: unknown key; did you mean 'ports'?",
        f"{users}:1: trash_days: a number is expected, not a string; write a number from 0 to 36500",
    ]
    told = f"par: 4 mistakes in {path} and {users}\nhint: correct what is listed, then: par config check\n"
    result = world.par("config", "check", cwd=home / "sub")
    assert (result.status, result.stdout.splitlines(), result.stderr) == (6, lines, told)
    result = world.par("config", "check", "-p", str(home), "--json")
    assert (result.status, result.stderr) == (6, told)
    own, defaults = result.json["files"]
    assert own["mistakes"][0] == {
        "line": 2,
        "key": "initialization.includ",
        "message": "unknown key",
        "hint": "did you mean 'include'?",
    }
    assert (own["asks"], defaults["asks"], result.json["notes"]) == (None, None, [])
    outside = world.par("config", "check")
    assert outside.stdout == f"{lines[-1]}\n"
    assert outside.stderr.startswith(f"par: 1 mistake in {users}\n")
    hint = "use -p PATH"
    refused(
        world.par("config", "check", "-p", str(world.home)),
        3,
        f"'{world.home}' is not in a git repository",
        hint,
    )


def test_check_says_what_good_files_ask_for(world: World) -> None:
    home = world.repository()
    (home / ".env").write_text("A=1\n")
    path = home / ".par.yaml"
    users = configure(world, "trash_days: 3\neditor: vi\nenv: {EDITOR: vi, B: '{port+1}'}\n")
    result = world.par("config", "check", cwd=home)
    assert result.stdout == (
        f"{path} is not there\n{users}:3: env.B: {{port}} stands for no port; write ports: 2\n"
    )
    users.write_text("trash_days: 3\neditor: vi\nenv: {EDITOR: vi, B: '{port+1}'}\nports: 2\n")
    path.write_text(ALL)
    result = world.ok("config", "check", cwd=home)
    assert result.stdout == (
        f"{path} asks for: 2 includes, 1 symlink, 2 commands, 4 variables, 2 ports, 1 window, "
        f"1 command before removal, the shell /bin/bash\n"
        f"{users} asks for: 2 variables, 2 ports; sets trash_days, editor\n"
    )
    missing = ["include 'config/*.json'", "symlink 'node_modules'"]
    notes = [f"no untracked file of app matches {each}" for each in missing]
    assert result.stderr.splitlines() == [f"note: {each}" for each in notes]
    result = world.ok("config", "check", "--json", cwd=home)
    own, defaults = result.json["files"]
    assert (result.json["version"], result.json["notes"], result.stderr) == (1, notes, "")
    assert own["asks"] == {
        "include": [".env", "config/*.json"],
        "symlink": ["node_modules"],
        "commands": [
            {"name": "Install", "command": "cd frontend && pnpm install"},
            {"name": None, "command": "echo one\necho two\n"},
        ],
        "env": {"A": "{label}-{x}-{port+1}", "B": "0123", "C": "", "_d": "yes"},
        "ports": 2,
        "shell": "/bin/bash",
        "layout": LAID,
        "before_remove": [{"name": None, "command": "docker compose down"}],
    }
    assert (defaults["path"], defaults["there"], defaults["mistakes"]) == (str(users), True, [])
    assert (defaults["asks"]["trash_days"], defaults["asks"]["editor"]) == (3, "vi")
    path.write_text("ports: 1\n")
    told = f"{path}: ports: 1 are too few for {{port+1}} in env.B of {users}"
    refused(world.par("start", "feat", cwd=home), 6, told, "write ports: 2")


def test_the_file_of_the_main_worktree_is_read_and_no_other(world: World) -> None:
    home = world.repository()
    other = world.home / "other"
    world.git(home, "worktree", "add", "-q", str(other))
    (other / ".par.yaml").write_text("nonsense: 3\n")
    result = world.ok("config", "check", cwd=other)
    assert result.stdout.startswith(f"{home}/.par.yaml is not there\n")
    assert result.stderr == f"note: '{other}/.par.yaml' is not read, but that of the main worktree\n"
    world.ok("start", "feat", cwd=other)


class Shape(NamedTuple):
    """The files of a repository, the ignored ones with an empty text, and what is written for them."""

    id: str
    files: Mapping[str, str | None]
    include: list[str]
    commands: list[str]


VENV = "python3 -m venv .venv && .venv/bin/pip install"
SHAPES = [
    Shape("nothing", {}, [], []),
    Shape("npm", {"package.json": "{}"}, [], ["npm install"]),
    Shape("npm locked", {"package.json": "{}", "package-lock.json": "{}"}, [], ["npm ci"]),
    Shape(
        "pnpm",
        {"package.json": "{}", "pnpm-lock.yaml": "", ".env": None, ".env.local": None},
        [".env", ".env.local"],
        ["pnpm install"],
    ),
    Shape(
        "yarn in two folders",
        {
            "web/package.json": "{}",
            "web/yarn.lock": "",
            "app/package.json": "{}",
            "web/.env": None,
            "docs/package.json": "{}",
            "un known/package.json": "{}",
        },
        ["web/.env"],
        ["cd app && npm install", "cd web && yarn install"],
    ),
    Shape("uv", {"pyproject.toml": "", "uv.lock": "", "sub/pyproject.toml": ""}, [], ["uv sync"]),
    Shape("poetry", {"pyproject.toml": "", "poetry.lock": ""}, [], ["poetry install"]),
    Shape("pip", {"requirements.txt": "", "pyproject.toml": ""}, [], [f"{VENV} -r requirements.txt"]),
    Shape("package", {"pyproject.toml": ""}, [], [f"{VENV} -e ."]),
    Shape(
        "many",
        {
            "Cargo.toml": "",
            "go.mod": "",
            "Gemfile": "",
            "composer.json": "{}",
            "Makefile": "CC := x\nsetup-x:\nsetup: dep\n\ttrue\ninstall:\n",
            ".env.example": "A=\n",
        },
        [],
        [
            "cp .env.example .env",
            "cargo fetch",
            "go mod download",
            "bundle install",
            "composer install",
            "make setup",
        ],
    ),
    Shape(
        "example with .env",
        {".env.example": "A=\n", ".env": None, ".env #(x)": None, "Makefile": "setup := 1\n"},
        [".env"],
        [],
    ),
]


def test_init_writes_what_suits_the_repository_and_check_takes_it(world: World) -> None:
    for shape in SHAPES:
        home = world.repository(shape.id.replace(" ", "-"))
        for name, text in shape.files.items():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).write_text("secret" if text is None else text)
        ignored = [f"/{name}\n" for name, text in shape.files.items() if text is None]
        (home / ".git/info/exclude").write_text("".join(ignored))
        path = home / ".par.yaml"
        result = world.ok("config", "init", cwd=home)
        assert result.stdout.startswith(f"{path} is written; it asks for: ")
        text = path.read_text()
        found = reading.read(path, is_users=False)
        assert found.mistakes == ()
        assert list(found.recipe.include) == shape.include, shape.id
        assert [step.command for step in found.recipe.commands] == shape.commands, shape.id
        refused(world.par("config", "init", cwd=home), 4, f"'{path}' is there already", "par config check")
        assert path.read_text() == text
        # Each key is there, as it is or as an example that only needs its mark taken away
        examples = read(world.home, re.sub(r"^( *)#(?! )", r"\1", text, flags=re.MULTILINE))
        assert examples.mistakes == ()
        assert all(getattr(examples.recipe, key) for key in Recipe._fields)
    assert world.ok("config", "check", cwd=home).stdout.startswith(f"{path} asks for: 1 include\n")
    path.unlink()
    world.ok("start", "feat", cwd=home)
    elsewhere = world.ok("config", "init", cwd=world.worktree("feat"))
    assert elsewhere.stdout.startswith(f"{path} is written; ")
    assert (
        elsewhere.stderr == "note: this is another worktree than yours: new contexts follow the file there\n"
    )
    path.unlink()
    path.symlink_to(world.home / "elsewhere")
    refused(world.par("config", "init", cwd=home), 4, f"'{path}' is there already", "par config check")
    assert not (world.home / "elsewhere").exists()


def test_the_example_of_the_docs_is_good_and_their_table_has_every_key(tmp_path: Path) -> None:
    page = (ROOT / "docs/par-yaml.md").read_text()
    found = read(tmp_path, page.partition("```yaml\n")[2].partition("```")[0])
    assert found.mistakes == ()
    keys = set(Recipe._fields)
    assert all(getattr(found.recipe, key) for key in keys)
    assert keys <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
