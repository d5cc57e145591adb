"""Moving a linked worktree in one rename, and making all that names its place name the new one.

git's own `worktree move` refuses submodules, and before 2.30 nothing repairs links: so they are written
by hand, as gitrepository-layout(5) describes them, each in one step that a kill cannot halve.
"""

import os
from pathlib import Path

from par.git import deletion, inside, links, process
from par.system import durable, files

# How the reason begins for which par locks what it moves into the trash
REMOVED = "removed by par"
# The same for what gets another name
RENAMED = "renamed by par"


def lock(path: Path, reason: str) -> None:
    """Keep git and people from pruning the worktree at `path`; `git worktree list` shows the reason."""
    if admin := links.admin_dir(path):
        write(admin, "locked", f"{reason}\n")


def unlock(path: Path) -> None:
    """Take back `lock`."""
    if admin := links.admin_dir(path):
        (admin / "locked").unlink(missing_ok=True)
        durable.sync(admin)


def move(source: Path, target: Path) -> None:
    """Rename a worktree; it names its repository then, but not the other way. Raises OSError."""
    mode = source.stat().st_mode
    deletion.allow_writing(source)  # also to move it, it must be: it names its parent
    name_repository(source)
    durable.rename(source, target)
    if target.stat().st_mode != mode:
        target.chmod(mode)


def name_repository(path: Path) -> None:
    """Let a worktree name its repository wherever it lies; with worktree.useRelativePaths git does not."""
    admin = links.admin_dir(path)
    if admin and not links.is_absolute(path):
        write(path, ".git", f"gitdir: {admin}\n")


def relink(path: Path) -> None:
    """Let the repository find the worktree that was moved to `path`, and its submodules find each other."""
    admin = links.admin_dir(path)
    was = links.said_place(admin) if admin else None
    if admin and was and was != path:
        for module in inside.modules(admin):
            _relink_module(module, was, path)
        write(admin, "gitdir", f"{path}/.git\n")


def _relink_module(module: Path, was: Path, now: Path) -> None:
    config = ("config", "--file", str(module / "config"), "core.worktree")
    said = process.attempt(process.SOMEWHERE, *config).stdout.removesuffix("\n")
    place = Path(os.path.normpath(module / said))
    if said and was in place.parents:
        submodule, name = now / place.relative_to(was), f"{place.relative_to(was)}/.git"
        # What its code put there since, as a link in the place of its folder, is not the submodule
        if files.is_file(now, name):
            write(now, name, f"gitdir: {os.path.relpath(module, submodule)}\n")
        process.run(process.SOMEWHERE, *config, os.path.relpath(submodule, module))


def write(root: Path, name: str, text: str) -> None:
    """Replace the file `name` below the folder `root` by `text` at once, past every link. Raises OSError."""
    files.write(root, name, text.encode("utf-8", "surrogateescape"))
