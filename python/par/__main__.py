"""The process: signals, and the one place where a failure becomes a message and an exit status."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from par.cli.main import par
from par.cli.output import narrate, open_closed
from par.errors import ParError
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
        return _failed(error, sys.argv[1:])
    except click.UsageError as error:
        return _failed(import_module("par.cli.usage").explained(error, sys.argv[1:]), sys.argv[1:])
    except (click.Abort, KeyboardInterrupt):
        narrate("par: interrupted")
        return INTERRUPTED
    except Exception as error:
        return _failed(import_module("par.cli.unexpected").explained(error))
    return status if isinstance(status, int) else 0


def _failed(error: ParError, words: Sequence[str] = ()) -> int:
    """Say what failed; the exit status."""
    narrate(import_module("par.render.failure").failure(error, words))
    return error.status


if __name__ == "__main__":
    run()
