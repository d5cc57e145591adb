"""The process: signals, and the one place where a failure becomes a message and an exit status."""

import os
import sys
import traceback
from datetime import datetime, timezone

import click

from par import index, interrupts, paths
from par.cli.main import par
from par.cli.output import narrate
from par.errors import ParError
from par.render import text

INTERRUPTED = 130


def main() -> int:
    """Run `par` with the words of the command line; the exit status."""
    interrupts.unwind_on_signals()
    try:
        status = par.main(prog_name="par", standalone_mode=False)
    except ParError as error:
        narrate(text.error(error))
        return error.status
    except click.UsageError as error:
        narrate(f"par: {error.format_message()}")
        narrate(f"hint: {error.ctx.command_path if error.ctx else 'par'} --help")
        return 2
    except (click.Abort, KeyboardInterrupt):
        narrate("par: interrupted")
        return INTERRUPTED
    except Exception:
        return _tell_bug()
    return status if isinstance(status, int) else 0


def _tell_bug() -> int:
    said = f"{datetime.now(timezone.utc).isoformat()} par {sys.argv[1:]}\n{traceback.format_exc()}\n"
    try:
        paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
        before = paths.log().read_bytes() if paths.log().exists() else b""
        index.write(paths.log(), before[-100_000:] + said.encode("utf-8", "backslashreplace"))
        hint = f"please report what is at the end of {paths.log()}"
    except OSError:
        hint = said.strip().splitlines()[-1]
    narrate(text.error(ParError(f"a bug in par: {said.strip().splitlines()[-1]}", hint)))
    return 1


if __name__ == "__main__":
    sys.exit(main() or os.EX_OK)
