"""What happens to repositories and servers between two commands, none of it by par."""

from __future__ import annotations

import os

from faults.actions import Actions
from faults.model import check_told


def collect_garbage(life: Actions) -> None:
    home = life.dice.choice([*life.model.homes.values()])
    life.world.git(home, "gc", "-q", "--prune=now")


def prune_worktrees(life: Actions) -> None:
    for home in life.model.homes.values():
        life.world.git(home, "worktree", "prune", "--expire=now")


def end_server(life: Actions) -> None:
    life.world.tmux("kill-server")


def leave_lock(life: Actions) -> None:
    """A lock that nobody holds: commands may be refused, doctor tells of it, and without it all goes on."""
    # It looks in repositories that have contexts
    known = [each.home for mark, each in life.model.works.items() if each.home and mark in life.model.living]
    if not known:
        return
    home = life.dice.choice(known)
    branches = sorted(life.world.branches(home) - {"main", "mine"})
    name = life.dice.choice(
        ["config.lock", "packed-refs.lock", *(f"refs/heads/{each}.lock" for each in branches)]
    )
    lock = home / ".git" / name
    lock.touch()
    os.utime(lock, (1_700_000_000, 1_700_000_000))
    life.model.sick.add("lock")
    life.dice.choice((life.remove, life.restore, life.start, life.mend))()
    left = {each.home for mark, each in life.model.works.items() if mark in life.model.living}
    if lock.exists() and home in left:
        said = life.world.par("doctor")
        assert (said.status, str(lock) in said.stdout + said.stderr) == (4, True), (str(lock), said)
    lock.unlink(missing_ok=True)
    life.model.check()
    life.model.sick.discard("lock")


def delete_branch(life: Actions) -> None:
    """The branch of a worktree is deleted in it; doctor brings it back."""
    places = [each for label in life.model.listed for each in life.model.marks(label).items()]
    places = [each for each in places if life.model.works[each[0]].home]
    if places:
        _, folder = life.dice.choice(places)
        said = life.world.run("git", "symbolic-ref", "-q", "HEAD", cwd=folder)
        if said.status == 0 and said.stdout.strip() not in {"refs/heads/mine"}:
            life.log.append(f"deleted {said.stdout.strip()} in {folder}")
            life.world.git(folder, "update-ref", "-d", said.stdout.strip())
            life.model.sick.add("branch")
            life.dice.choice((life.look, life.mend))()
            life.log.append(str(life.world.ok("doctor", "--fix")))
            life.model.sick.discard("branch")
            life.model.check()


def rename_repository(life: Actions) -> None:
    """A repository is away for a while, under another name, and comes back."""
    home = life.dice.choice([*life.model.homes.values()])
    away = home.with_name("away")
    home.rename(away)
    for words in life.dice.sample([("ls",), ("doctor",), ("undo",), ("trash",), ("resurrect",)], 2):
        life.log.append(f"without {home}: par {' '.join(words)}")
        check_told(life.world.par(*words, cwd=life.world.home))
    away.rename(home)
    life.model.check()


DAMAGES = (
    collect_garbage,
    prune_worktrees,
    end_server,
    leave_lock,
    delete_branch,
    rename_repository,
)
