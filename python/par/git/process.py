"""Running git: a clean environment, no hooks unless asked for, git's own words as errors."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from par import names
from par.errors import CommandError, NotFoundError
from par.git import launch, readable
from par.model import Repository
from par.names import visible

# A stranger's worktree may name programs in its own hooks folder: none of them runs for par's own looks
NO_HOOKS = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
# Nor is a bare repository found by lying where git looks: anybody can commit one, with its hooks
FOUND_BY_NAME = ("-c", "safe.bareRepository=explicit")
SOMEWHERE = Path("/")
NOTHING: Mapping[str, str] = MappingProxyType({})
# What par asks git, and most that it lets it do, takes no longer
BRIEF_SECONDS = 2.0
BLAMES = ("fatal: ", "error: ")
# A hook may fail without a word: then this is the last that git said
NO_REASONS = ("Preparing worktree", "Updating files:", "HEAD is now at")
# Another git is at work behind the lock, or was killed there
LOCKED = r"(?:\.lock'|could not lock config file .*): File exists"
# The worktree of a bare repository that counts as bare itself
BARE = "this operation must be run in a work tree"
# How git refuses a repository of another user's, and the command with which it would take it
EXCEPTION = r"(?m)^\t(git config --global --add safe\.directory .+)$"


class Outcome(NamedTuple):
    """What a git command left: its exit status and its two streams as text."""

    status: int
    stdout: str
    stderr: str

    @property
    def reason(self) -> str:
        """git's own explanation in one line: its first `fatal:` or `error:`, else its last words."""
        said = (line.strip() for line in names.lines(self.stderr))
        lines = [line for line in said if line and not line.startswith(NO_REASONS)]
        blamed = [line for line in lines if line.startswith(BLAMES)]
        reason = (blamed or lines[-1:] or [f"git exited with status {self.status}"])[0]
        return reason.removeprefix(BLAMES[0]).removeprefix(BLAMES[1])

    @property
    def hint(self) -> str:
        """What can be done: git's own exception for a repository of another user's, or a repair of par's."""
        if found := re.search(EXCEPTION, self.stderr):
            return found[1]
        return "par doctor --fix" if re.search(LOCKED, self.stderr) or BARE in self.stderr else ""


def attempt(
    place: Path | Repository,
    *arguments: str,
    text: str | None = None,
    options: Sequence[str] = (*NO_HOOKS, *FOUND_BY_NAME),
    index: Path | None = None,
    variables: Mapping[str, str] = NOTHING,
) -> Outcome:
    """Run git in a folder or for a repository, without hooks, and return what it left, whatever its status.

    `text` is what it reads from its standard input, `index` the file that it uses as the index, and
    `variables` is in its environment too.
    """
    more = {**({"GIT_INDEX_FILE": str(index)} if index else {}), **variables}
    with begun(place, *arguments, text=text, options=options, variables=more) as left:
        return left()


@contextmanager
def begun(
    place: Path | Repository,
    *arguments: str,
    text: str | None = None,
    options: Sequence[str] = (*NO_HOOKS, *FOUND_BY_NAME),
    variables: Mapping[str, str] = NOTHING,
) -> Iterator[Callable[[], Outcome]]:
    """As `attempt`, for a body that has something else to do meanwhile: it calls for what git left."""
    folder, named = _located(place)
    command = ["git", *options, *named, *arguments]
    if odd := _unreadable(place, arguments):
        yield lambda: odd
        return
    starting = launch.started(
        command,
        BRIEF_SECONDS,
        cwd=folder,
        env={**launch.environment(), **variables},
        stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="surrogateescape",
    )
    with ExitStack() as stack:
        try:
            git = stack.enter_context(starting)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing(folder) from error
        outcome = _Reading(git, text)
        stack.callback(outcome.give_up)
        yield outcome.read


class _Reading:
    """What a git that runs will have left."""

    def __init__(self, git: subprocess.Popen[str], text: str | None) -> None:
        self._git, self._text, self._has_begun = git, text, False

    def read(self) -> Outcome:
        self._has_begun = True
        stdout, stderr = self._git.communicate(self._text)
        return Outcome(self._git.returncode, stdout, stderr)

    def give_up(self) -> None:
        """Let git end where nobody has read what it says: it would wait for that."""
        for stream in () if self._has_begun else (self._git.stdout, self._git.stderr):
            if stream:
                stream.close()


def _located(place: Path | Repository) -> tuple[Path, tuple[str, ...]]:
    """The folder to run git in, and what names to it the bare repository that par knows."""
    if isinstance(place, Path):
        return place, ()
    return place.path, ((f"--git-dir={place.common_dir}",) if place.is_bare else ())


def _unreadable(place: Path | Repository, arguments: Sequence[str]) -> Outcome | None:
    """What git would leave if it did not wait for ever at what it finds; None where it can read that."""
    lists = not {"worktree", "fetch"}.isdisjoint(arguments)
    if isinstance(place, Path):
        message = readable.fault(place, None, lists)
    else:
        message = readable.fault(place.path, place.common_dir, lists)
    return Outcome(128, "", f"fatal: {visible(message)}") if message else None


def run(place: Path | Repository, *arguments: str, text: str | None = None) -> str:
    """As `attempt`; its standard output. Raises CommandError with its reason."""
    outcome = attempt(place, *arguments, text=text)
    if outcome.status:
        named = arguments[2] if arguments[0] == "-c" else arguments[0]
        raise CommandError(f"git {named}: {outcome.reason}", hint=outcome.hint)
    return outcome.stdout


def history(place: Path | Repository, form: str, *asked: str) -> list[str]:
    """A line in the pretty format `form` for each commit that `git rev-list` finds. Raises CommandError.

    `git log` would obey the user's settings: it shows signatures, other names, another encoding.
    """
    said = run(place, "rev-list", "--encoding=UTF-8", f"--format={form}", *asked)
    return said.split("\n")[1:-1:2]  # each has a line `commit OID` before it


def run_shown(
    home: Repository, arguments: Sequence[str], keep: int, seconds: float | None = None, waiting: str = ""
) -> Outcome:
    """Run git for a repository, showing its progress on the terminal when it takes over a second.

    The descriptor `keep` stays open in git, and with it the lock it holds. When git
    has said nothing for `seconds` it is stopped and TimeoutExpired raised; before that par says that it is
    `waiting`.
    """
    from par.git.progress import Progress  # noqa: PLC0415 - a look at a repository needs no terminal

    if odd := _unreadable(home, arguments):
        return odd
    folder, named = _located(home)
    with Progress(sys.stderr) as progress:
        with launch.started(
            ["git", *named, *arguments],
            0,
            cwd=folder,
            env=launch.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=progress.sink,
            pass_fds=(keep,),
        ) as git:
            progress.follow(git, seconds, waiting)
        return Outcome(git.returncode, "", progress.text)


def missing(folder: Path) -> NotFoundError:
    """Why git could not be started in `folder`."""
    if not folder.is_dir():
        return NotFoundError(f"there is no folder '{folder}'")
    return NotFoundError("git is not on PATH", hint="install git 2.25 or newer")
