"""A clone of what a repository elsewhere was cloned from."""

import os
import re
import subprocess
from pathlib import Path

from par.errors import CommandError, NotFoundError, UnsafeError
from par.git import launch, remotes
from par.git.process import Outcome
from par.model import Repository
from par.names import visible

# A name and a password in a URL are for this machine alone
SECRET = re.compile(r"^(https?://)[^@/]*@")


def source(home: Repository) -> str:
    """The URL of the default remote of `home`, as another machine can use it. Raises NotFoundError."""
    remote = remotes.load(home).default
    if remote is None:
        message = f"{visible(home.name)} has no remote to clone from"
        raise NotFoundError(message, hint="git remote add origin URL")
    if not remotes.place(remote.target).host:
        message = f"the remote '{visible(remote.name)}' is a folder of this machine: {visible(remote.target)}"
        raise NotFoundError(message, hint="git remote -v")
    return SECRET.sub(r"\1", remote.target)


def clone(url: str, folder: Path) -> None:
    """Clone `url` to `folder`, which is not there yet, whole or not at all.

    Raises CommandError with what git says, and UnsafeError for what is no URL of another machine.
    """
    if not remotes.place(url).host or url.startswith("-"):
        raise UnsafeError(f"'{visible(url)}' is no URL of another machine", hint=f"git clone URL {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.par-{os.urandom(4).hex()}")
    how = dict.fromkeys(("stdin", "stdout"), subprocess.DEVNULL)
    words = ["git", "-c", "protocol.ext.allow=never", "clone", "--quiet", "--", url, str(part)]
    with launch.started(
        words, 0, cwd="/", env=launch.environment(), stderr=subprocess.PIPE, encoding="utf-8", **how
    ) as git:
        _, said = git.communicate()
    if git.returncode:
        raise CommandError(f"git clone: {Outcome(git.returncode, '', said).reason}", hint=f"git clone {url}")
    part.rename(folder)
