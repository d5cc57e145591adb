"""The error tree: every failure a user can meet, with its exit status."""


class ParError(Exception):
    """A failure in one line, with one hint that can be pasted.

    `message` names the thing that is wrong, without a final period; `hint` is a command or a short
    sentence: `usual_hint` where none is given. `details` are what the message counts, a line each. `meant`
    are a word of the command line and the one that was probably meant: the hint is then the command with
    that word. `status` is the exit status of the process.
    """

    status = 1
    usual_hint = ""

    def __init__(
        self,
        message: str,
        hint: str = "",
        details: tuple[str, ...] = (),
        meant: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.usual_hint
        self.details = details
        self.meant = meant


class UsageError(ParError):
    """The words of the command line are wrong, whatever the state of the world."""

    status = 2


class NotFoundError(ParError):
    """No such context, repository, ref or program."""

    status = 3


class ConflictError(ParError):
    """A label, branch, path or session is taken."""

    status = 4


class UnsafeError(ParError):
    """Work would be lost, or something is not trusted."""

    status = 5


class ConfigError(ParError):
    """A `.par.yaml` or a setting is wrong."""

    status = 6


class StateError(ParError):
    """The index cannot be read or written, is newer than this par, or its lock was not got."""

    status = 7
    usual_hint = "par doctor --environment"


class DeclinedError(ParError):
    """A question of par's was answered with no: nothing was done, as if interrupted."""

    status = 130


class DeadlineError(ParError):
    """What was waited for did not come in time, as timeout(1) has it."""

    status = 124


class CommandError(ParError):
    """git, tmux or another program failed; its own words are the message."""

    status = 8
    usual_hint = "par doctor"
