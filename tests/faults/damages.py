"""What happens to repositories and servers between two commands, none of it by par."""

from __future__ import annotations

import os

from faults.actions import Actions
from faults.model import check_told


def collect_garbage(life: Actions) -> None:
    home = life.dice.choice([*life.model.homes.values()])
    life.world.git(home, "gc", "-q", "--prune=now")
    life.model.forgive(home)


def prune_worktrees(life: Actions) -> None:
    for home in life.model.homes.values():
        life.world.git(home, "worktree", "prune", "--expire=now")


def end_server(life: Actions) -> None:
    life.world.tmux("kill-server")


def leave_lock(life: Actions) -> None:
    """A lock that nobody holds: commands may be refused, doctor tells of it, and without it all goes on."""
    # It looks in repositories that have contexts, or something in the trash
    known = life.model.known_homes()
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
    if lock.exists() and home in life.model.known_homes():
        said = life.world.par("doctor")
        assert (said.status, str(lock) in said.stdout + said.stderr) == (4, True), (str(lock), said)
    lock.unlink(missing_ok=True)
    life.model.sick.discard("lock")
    life.model.check()


def delete_branch(life: Actions) -> None:
    """The branch of a worktree is deleted in it; doctor brings it back."""
    places = [each for label in life.model.listed for each in life.model.marks(label).items()]
    # What was adopted is the user's own, and so is what becomes of it
    places = [
        each for each in places if life.model.works[each[0]].home and each[1].parent != life.model.outside
    ]
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
    """A repository is away for a while, under another name, and comes back: what is in it waits so long."""
    home = life.dice.choice([*life.model.homes.values()])
    held = [each for each in life.model.listed if home in life.model.homes_of(each)]
    away = home.with_name("away")
    home.rename(away)
    words: list[tuple[str, ...]] = [("ls",), ("doctor",), ("undo",), ("trash",), ("resurrect",)]
    # Of what it cannot judge a purge gives nothing up
    words += [("rm", each) for each in held[:1]] + [("rm", "--purge", each) for each in held[-1:]]
    has_kept = False
    for each in life.dice.sample(words, 3):
        life.log.append(f"without {home}: par {' '.join(each)}")
        result = life.world.par(*each, cwd=life.world.home)
        check_told(result)
        has_kept |= "\nkept " in result.stdout
    away.rename(home)
    if has_kept:  # a folder that nobody could judge is not lost sight of
        assert life.world.par("doctor").status == 4
        life.world.ok("doctor", "--fix")
    life.model.check()


DAMAGES = (
    collect_garbage,
    prune_worktrees,
    end_server,
    leave_lock,
    delete_branch,
    rename_repository,
)
