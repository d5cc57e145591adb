"""The process: signals, and the one place where a failure becomes a message and an exit status."""

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from par.cli.main import par
from par.cli.output import narrate, open_closed
from par.errors import ParError
from par.render.failure import failure
from par.system import narration, signals

INTERRUPTED = 130


def run() -> NoReturn:
    """Be the process `par`, and end it without Python's tear-down: the system frees all of it at once."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a reader that went away, a stream that was closed
            stream.flush()
    os._exit(status)


def main() -> int:
    """Run `par` with the words of the command line; the exit status."""
    open_closed()
    signals.unwind_on_signals()
    narration.listen(narrate)
    try:
        if sys.argv[1:2] == ["--words"]:  # of another machine's par
            sys.argv[1:] = import_module("par.hosts.incoming").accept(sys.argv[2:])
        status = par.main(prog_name="par", standalone_mode=False)
    except ParError as error:
        narrate(failure(error, sys.argv[1:]))
        return error.status
    except click.UsageError as error:
        wrong: ParError = import_module("par.cli.usage").explained(error, sys.argv[1:])
        narrate(failure(wrong, sys.argv[1:]))
        return wrong.status
    except (click.Abort, KeyboardInterrupt):
        narrate("par: interrupted")
        return INTERRUPTED
    except Exception as error:
        message: ParError = import_module("par.cli.unexpected").explained(error)
        narrate(failure(message))
        return message.status
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    run()
