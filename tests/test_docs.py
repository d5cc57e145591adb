"""The front page, the pages in docs/, `--help` and the code say the same, and their command lines run."""

import re
import shlex
import sys
from pathlib import Path

import click
import pytest

from conftest import ROOT, Result, Terminal, World, eventually, refused
from par.cli.main import par
from par.cli.verbs import ALIASES, GROUPS, VERBS, load
from par.errors import ParError
from par.render import elsewhere

README = ROOT / "README.md"
PAGES = {path: path.read_text() for path in (README, *sorted((ROOT / "docs").glob("*.md")))}
DOCS = "\n".join(PAGES.values())
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
LINK = re.compile(r"(?:\]\(|(?:src|srcset|href)=\")(?!https?:)([^)\s\"]+)")


def row_of(verb: str) -> str:
    """The line of the table of commands that is about `verb`, with the sections that it leads to."""
    rows = [line for line in DOCS.splitlines() if line.startswith("| `par ")]
    row = next(row for row in rows if f"`par {verb}" in re.split(r"(?<!\\)\|", row)[1])
    titles = re.findall(r"\[([^]]*)\]\(#", row)
    return row + "".join(DOCS.partition(f"\n## {title}\n")[2].partition("\n## ")[0] for title in titles)


@pytest.mark.parametrize("name", [verb.name for verb in VERBS])
def test_the_table_of_commands_names_each_and_its_options(name: str) -> None:
    row, context = row_of(name), click.Context(load(name))
    for parameter in load(name).get_params(context):
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            longest = max(parameter.opts, key=len)
            assert f"`{longest}" in row, f"{name} {longest}"
            choices = getattr(parameter.type, "choices", ())
            assert all(choice in row for choice in choices)
    assert all(f"`{alias}`" in row for alias, full in ALIASES.items() if full == name)


def test_the_tables_of_commands_are_the_groups_of_help() -> None:
    sections = dict(re.findall(r"^## (.*)\n\n\| command \|.*\n(.*\n(?:\|.*\n)+)", DOCS, re.MULTILINE))
    assert list(sections) == list(GROUPS)
    for title, verbs in GROUPS.items():
        assert all(f"`par {verb.name}" in sections[title] for verb in verbs)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_command_describes_itself_with_an_example(verb: object, world: World) -> None:
    name = verb.name  # type: ignore[attr-defined]
    command = load(name)
    assert command.epilog is not None
    assert command.epilog.startswith("Example: ")
    assert f"par {name}" in command.epilog
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help
    result = world.ok(name, "--help")
    assert command.epilog in " ".join(result.stdout.split())


def test_help_lists_each_command_with_its_alias(world: World) -> None:
    shown = world.ok("--help").stdout
    assert world.ok().stdout == shown
    for verb in VERBS:
        assert re.search(rf"^  {verb.name}\b.*{re.escape(verb.summary)}$", shown, re.MULTILINE)
    assert all(alias in shown for alias in ALIASES)
    assert {verb.name for verb in VERBS} == set(par.list_commands(click.Context(par)))


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("strat", "par start x"), ("list", "par ls x"), ("help", "par --help x"), ("banana", "par --help")],
)
def test_a_command_that_is_not_there_names_the_one_that_was_meant(
    typed: str, hint: str, world: World
) -> None:
    refused = Result(2, "", f"par: there is no command '{typed}'\nhint: {hint}\n")
    assert world.par(typed, "x") == refused


WRONG = (
    ("trash emtpy", "there is no command 'trash emtpy'", "par trash empty"),
    ("workspace strat x", "there is no command 'workspace strat'", "par workspace start x"),
    ("config banana", "there is no command 'config banana'", "par config --help"),
    ("start", "LABEL is missing", "par start --help"),
    ("ls --jsno", "there is no option '--jsno'", "par ls --json"),
    ("ls -x", "there is no option '-x'", "par ls --help"),
    ("ls --json=3", "--json takes no value", "par ls --help"),
    ("restore --as", "--as needs a value", "par restore --help"),
    ("run all -j x -- ls", "--jobs: 'x' is not a whole number from 1 on", "par run --help"),
    ("capture x -n 0", "--lines: '0' is not a whole number from 1 on", "par capture --help"),
    ("ls --kind x", "--kind: 'x' is not one of 'session', 'checkout', 'workspace'", "par ls --help"),
    ("completion x", "'x' is not one of 'bash', 'zsh', 'fish'", "par completion --help"),
    ("resurrect a b", "too many words: a b", "par resurrect --help"),
    (
        "trash empty --older-than x",
        "--older-than: 'x' is not an age such as 14d, 12h or 30m",
        "par trash empty --help",
    ),
)


def test_wrong_words_are_refused_in_one_line_as_all_else(world: World) -> None:
    for words, message, hint in WRONG:
        refused(world.par(*words.split()), 2, message, hint)


def test_commands_in_what_a_host_says_are_those_that_there_are() -> None:
    known = {word for each in (*elsewhere.LABELLED, *elsewhere.OTHERS) for word in each.split()[:1]}
    assert known == {*(verb.name for verb in VERBS), "undo"}
    said = {
        "hint: par open feat": "hint: par open build1:feat",
        "hint: par rm feat --purge": "hint: par rm build1:feat --purge",
        "bring it back: par restore feat": "bring it back: par restore build1:feat",
        "hint: par rm '*' -y": "hint: par --host build1 rm '*' -y",
        "hint: par init --retry": "hint: par --host build1 init --retry",
        "hint: par workspace add ws ../docs": "hint: par workspace add build1:ws ../docs",
        "hint: par workspace ls": "hint: par --host build1 workspace ls",
        "par: par adopts linked ones": "par: par adopts linked ones",
        "session 'feat' in app": "session 'build1:feat' in app",
        "~/par start": "~/par start",
    }
    assert {each: elsewhere.line("build1", each) for each in said} == said


def test_every_exit_status_is_documented() -> None:
    documented = set(map(int, re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE)))
    classes = ParError.__subclasses__()
    assert documented == {0, 1, 130, *(each.status for each in classes)}


def blocks(language: str) -> list[str]:
    """The fenced blocks of all pages in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def walk(world: World, block: str) -> None:
    """Type a block of the pages at a terminal, line by line; each has to succeed."""
    bin_ = world.home / "bin"
    bin_.mkdir()
    (bin_ / "par").symlink_to(ROOT / "scripts/par")
    (bin_ / "code").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {world.home}/code-opened\n')
    (bin_ / "code").chmod(0o755)
    terminal = Terminal(world, columns=150)
    terminal.type(f"export PAR_PYTHON={sys.executable} PATH=$HOME/bin:$PATH")
    for number, line in enumerate(block.splitlines()):
        terminal.type(line)
        if line.startswith(("par open", "par control-center")):
            eventually(lambda: world.tmux("list-clients"))
            world.tmux("detach-client", "-a")
            world.tmux("detach-client")
            # What is typed before the client has left the terminal is lost
            eventually(lambda: "[detached" in terminal.screen().rpartition("-gave-0")[2])
        terminal.type(f'echo "line-$(({number}))-gave-$?"')
        assert f"line-{number}-gave-0" in terminal.wait(f"line-{number}-gave-")


def test_the_first_five_minutes_run_word_for_word(world: World) -> None:
    bare, local = world.clone("my-app")
    projects = world.home / "projects"
    projects.mkdir()
    local.rename(projects / "my-app")
    world.repository("shop", under=projects)
    world.git(bare, "update-ref", "refs/pull/123/head", "HEAD")
    walk(world, next(block for block in blocks("sh") if "par start feature-auth" in block))
    assert sorted(world.ok("labels").stdout.split()) == ["bugfix-login", "feature-auth", "review"]
    assert world.branches(projects / "my-app") == {"main", "feature-auth", "pr-123"}


def test_the_walk_through_a_workspace_runs_word_for_word(world: World) -> None:
    projects = world.home / "projects"
    world.repository("docs", under=projects)
    for name in ("backend", "frontend"):
        world.repository(name, under=projects / "shop")
    walk(world, next(block for block in blocks("sh") if "par workspace start" in block))
    found = {each["label"]: each for each in world.ok("ls", "--json").json["contexts"]}
    repositories = {
        label: [Path(worktree["repository"]).name for worktree in each["worktrees"]]
        for label, each in found.items()
    }
    assert repositories == {"user-auth": ["backend", "frontend"], "search": ["frontend", "docs"]}
    assert all(Path(worktree["path"]).is_dir() for each in found.values() for worktree in each["worktrees"])
    opened = Path((world.home / "code-opened").read_text().rstrip("\n"))
    assert opened.name == "user-auth.code-workspace"
    assert {path.name for path in opened.parent.iterdir()} == {
        name.rstrip("/") for name in re.findall(r"^[├└]── (\S+)", DOCS, re.MULTILINE)
    }


def test_every_par_line_of_the_pages_is_understood() -> None:
    typed = re.findall(r"(?:^|\$\(|^\./scripts/)par ([^)>#\n]*)", "".join(blocks("sh")), re.MULTILINE)
    assert len(typed) >= 10
    for words in map(shlex.split, typed):
        name, command, rest = par.resolve_command(click.Context(par), words)
        assert command is not None
        command.make_context(name, rest, obj=None)


def test_the_front_page_is_short_and_leads_to_every_page_and_no_link_is_dead() -> None:
    assert len(PAGES[README].splitlines()) <= 150
    assert {"./scripts/par demo\n", "./scripts/test\n"} <= set(blocks("sh"))
    linked = {(ROOT / link).resolve() for link in LINK.findall(PAGES[README])}
    assert {path.resolve() for path in PAGES} - linked == {README.resolve()}
    for path, text in {**PAGES, ROOT / "CONTRIBUTING.md": CONTRIBUTING}.items():
        for link in LINK.findall(text):
            name, _, section = link.partition("#")
            target = path.parent / name if name else path
            assert target.exists(), f"{path.name}: {link}"
            assert not section or section in anchors(target.read_text()), f"{path.name}: {link}"


def anchors(text: str) -> set[str]:
    """What a forge calls the headings of a page in links."""
    headings = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_option_of_tmux_is_in_its_table_and_nothing_else() -> None:
    engine = (path for path in (ROOT / "python/par").rglob("*") if path.suffix in {".py", ".sh"})
    sources = (ROOT / "par.tmux", *(ROOT / "scripts").glob("*.sh"), *engine)
    used = set(re.findall(r"@par-[a-z-]*[a-z]", "\n".join(path.read_text() for path in sources)))
    assert used == set(re.findall(r"^\| `(@par-[a-z-]+)` \|", DOCS, re.MULTILINE))
    assert set(re.findall(r"@par-[a-z-]*[a-z]", DOCS)) == used


def test_contributing_names_what_is_there() -> None:
    named = set(re.findall(r"`((?:python/par/|scripts/|tests/|par\.tmux)[\w./*]*)`", CONTRIBUTING))
    for path in named:
        assert list(ROOT.glob(path.rstrip("/"))) or "<" in path, path
    modules = {
        path.name
        for path in (ROOT / "python/par").iterdir()
        if path.name not in {"__pycache__", "__init__.py"}
    }
    missing = [
        name for name in modules if name.removesuffix(".py") not in CONTRIBUTING and name != "py.typed"
    ]
    assert missing == []


def test_no_file_is_longer_than_it_may_be() -> None:
    for path in (ROOT / "python").rglob("*.py"):
        assert len(Path(path).read_text().splitlines()) <= 200, path


def test_the_example_of_par_yaml_runs_word_for_word(world: World) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text(next(block for block in blocks("yaml") if "initialization:" in block))
    files = {"frontend/a": "", ".gitignore": ".env\n*.json\nmodels\n", ".env": "x\n", "config/a.json": "{}\n"}
    for name, content in {**files, "models/big": "weights\n"}.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(content)
    world.git(home, "add", "frontend", ".gitignore")
    world.git(home, "commit", "-q", "-m", "frontend")
    called, programs = world.home / "called", world.home / "bin"
    programs.mkdir()
    for name in ("pnpm", "npm", "docker"):
        said = f'#!/bin/sh\necho "{name} $* in ${{PWD##*/}}: $DATABASE $API_URL" >> {called}\n'
        (programs / name).write_text(said)
        (programs / name).chmod(0o755)
    path = f"{programs}:{world.env['PATH']}"
    (world.home / ".profile").write_text(f"PATH={programs}:$PATH\n")  # a pane has a login shell
    world.ok("start", "feat", "--trust", "--wait", cwd=home, PATH=path)
    root = world.worktree("feat")
    port = world.ok("ls", "--json").json["contexts"][0]["worktrees"][0]["port"]
    env = f"app_feat http://localhost:{port + 1}"
    eventually(lambda: "npm start" in called.read_text())
    world.ok("rm", "feat", PATH=path, PAR_TRUST="always")
    assert sorted(called.read_text().splitlines()) == [
        f"docker compose down in feat: {env}",
        f"npm start in feat: {env}",
        f"pnpm install in frontend: {env}",
    ]
    world.ok("restore", "feat", PATH=path, PAR_TRUST="always")
    assert (root / ".env").read_text() == "x\n"
    assert (root / "config/a.json").read_text() == "{}\n"
    assert (root / "models").readlink() == home / "models"
    assert "Worktree initialized!" in world.ok("init", "feat", "--log").stdout
    windows = world.tmux(
        "list-windows", "-t", f"={world.session('feat')}:", "-F", "#{window_name} #{window_panes}"
    )
    assert windows.splitlines() == ["feat 1", "server 2"]
