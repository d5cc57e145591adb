"""A first .par.yaml for a repository: what its files call for, and each other key as a comment. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from par.config.recipe import Step

# What is written must be plain text to YAML, to a shell and to git's globs alike
PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*")
# They hold projects that nobody works on every day
ASIDE = frozenset({"doc", "docs", "example", "examples", "test", "tests", "third_party", "vendor"})
VENV = "python3 -m venv .venv && .venv/bin/pip install"
# Of each kind of project the first file that is there says how its packages are installed
INSTALLERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Install JavaScript packages": (
        ("pnpm-lock.yaml", "pnpm install"),
        ("yarn.lock", "yarn install"),
        ("bun.lock", "bun install"),
        ("bun.lockb", "bun install"),
        ("package-lock.json", "npm ci"),
        ("package.json", "npm install"),
    ),
    "Install Python packages": (
        ("uv.lock", "uv sync"),
        ("poetry.lock", "poetry install"),
        ("pdm.lock", "pdm install"),
        ("Pipfile", "pipenv install --dev"),
        ("requirements.txt", f"{VENV} -r requirements.txt"),
        ("pyproject.toml", f"{VENV} -e ."),
    ),
    "Fetch Rust crates": (("Cargo.toml", "cargo fetch"),),
    "Download Go modules": (("go.mod", "go mod download"),),
    "Install Ruby gems": (("Gemfile", "bundle install"),),
    "Install PHP packages": (("composer.json", "composer install"),),
    "Install Elixir packages": (("mix.exs", "mix deps.get"),),
}
# Files with secrets and settings of one person, which git ignores
SECRETS = (
    ".env",
    ".env.*",
    ".envrc",
    ".dev.vars",
    "local.properties",
    "config/master.key",
    "*/.env",
    "*/.env.*",
)
MODELS = (".example", ".sample", ".template", ".dist")
SETUP = re.compile(r"^(setup|bootstrap)\s*:(?!=)", re.MULTILINE)


class Draft(NamedTuple):
    """The text of a file, and what it asks for."""

    text: str
    include: tuple[str, ...]
    commands: tuple[Step, ...]


def draft(files: frozenset[str], untracked: Iterable[str], makefile: str) -> Draft:
    """What suits a repository with these tracked files, and `untracked` ones that a worktree may need."""
    folders = ("", *_folders(files))
    near = {each for each in untracked if each[: each.rfind("/") + 1] in folders}
    include = tuple(sorted(each for each in near if PLAIN.fullmatch(each) and not each.endswith(MODELS)))
    steps = [*_modules(files), *_examples(files, include), *_installs(files), *_targets(makefile)]
    return Draft(_text(include, steps), include, tuple(steps))


def _modules(files: frozenset[str]) -> Iterable[Step]:
    if ".gitmodules" in files:
        yield Step("git submodule update --init --recursive", "Check out the submodules")


def _examples(files: frozenset[str], include: tuple[str, ...]) -> Iterable[Step]:
    for folder in ("", *_folders(files)):
        if f"{folder}.env.example" in files and f"{folder}.env" not in {*include, *files}:
            yield _step(folder, "cp .env.example .env", "Write .env")


def _installs(files: frozenset[str]) -> Iterable[Step]:
    for name, rules in INSTALLERS.items():
        # A folder below a project of the same kind is mostly a part of it
        for folder in ("",) if any(mark in files for mark, _ in rules) else _folders(files):
            found = [command for mark, command in rules if f"{folder}{mark}" in files]
            yield from [_step(folder, found[0], name)] if found else []


def _targets(makefile: str) -> Iterable[Step]:
    if found := SETUP.search(makefile):
        yield Step(f"make {found[1]}", "Set up")


def _folders(files: frozenset[str]) -> list[str]:
    names = {each.split("/")[0] for each in files if "/" in each}
    return [f"{name}/" for name in sorted(names - ASIDE) if PLAIN.fullmatch(name)]


def _step(folder: str, command: str, name: str) -> Step:
    plain = folder.rstrip("/")
    return Step(f"cd {plain} && {command}", f"{name} in {plain}") if plain else Step(command, name)


def _text(include: tuple[str, ...], steps: list[Step]) -> str:
    copied = ["  include:", *(f"    - {each}" for each in include)] if include else ["  #include: [.env]"]
    run = ["  #commands: [make]"]
    if steps:
        pairs = [(f"    - name: {each.name}", f"      command: {each.command}") for each in steps]
        run = ["  commands:", *(line for pair in pairs for line in pair)]
    values = {
        "initialization": "initialization:" if include or steps else "#initialization:",
        "include": "\n".join(copied),
        "commands": "\n".join(run),
    }
    return TEXT.format(**values)


TEXT = """\
# What par does for each new worktree of this repository: `par config check` reads it over.
# A line that begins with # and no blank is an example: take the # away.

{initialization}
  # Copied from the main worktree: files and folders that git does not track, as globs.
{include}
  # The same, but linked: all worktrees share them.
  #symlink: [node_modules]
  # Run in the new worktree in this order, until one fails.
{commands}

# Variables of commands and panes; {{label}}, {{branch}}, {{repo}}, {{port}}, {{port+1}} are filled in.
#env: {{DATABASE: "app_{{label}}"}}
# How many free ports each context gets; the first is PAR_PORT.
#ports: 2
# The program that runs the commands, by default sh.
#shell: bash
# Windows and panes that the session gets besides, in the format of tmuxp.
#layout: {{windows: [{{window_name: server, panes: [make]}}]}}
# Run before the worktree is removed; one that fails stops that.
#before_remove: [docker compose down]
"""
