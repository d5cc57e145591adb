"""The states that programs gave their panes with `par state`, and whether those programs still run.

`state.sh` writes them, and says what the options mean; `agents.tmux` has the hooks that tmux calls it from.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, NoReturn

from par import names
from par.tmux import server

# What wants the user most first: it is what a context shows that has several
STATES = ("waiting", "failed", "working", "done")
QUIET, FAILED = "quiet", "failed"
QUIET_SECONDS = 60
SHELLS = "^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$"
# Empty where the program in the pane is dead, or a shell again that was none before
LIVE = (
    f"#{{?pane_dead,,#{{?#{{&&:#{{@par_state_by}},#{{m/r:{SHELLS},#{{pane_current_command}}}}}},,"
    f"#{{?#{{m/r:^({'|'.join(STATES)})$,#{{@par_state}}}},#{{@par_state}},}}}}}}"
)
OPTIONS = ("@par_state_at", "@par_state_by", "@par_state_pid", "@par_state")
# Without links resolved: an update of the plugin may put another folder behind one
SCRIPT = Path(os.path.abspath(__file__)).with_name("state.sh")  # noqa: PTH100
HOOKS = SCRIPT.with_name("agents.tmux")
_NUMBERS = ("#{@par_state_at}", "#{@par_state_pid}", "#{window_activity}", "#{@par-quiet-after}")
_NUMBERED = " ".join(f"#{{?#{{m/r:^[0-9]+$,{each}}},{each},-}}" for each in _NUMBERS)
# Of a pane that has a state, and of each such pane of a session, all that `agent` judges by
SAID_HERE = f"#{{?@par_state,#{{pane_id}} {LIVE} {_NUMBERED};,}}"
SAID = f"#{{W:#{{P:{SAID_HERE}}}}}"


class Agent(NamedTuple):
    """What the programs of a session do: the state that wants the user most, and since when; '' for none.

    `since` is in seconds since the epoch, 0 where nobody said. `ended` are the panes whose program has
    ended though its state is still there.
    """

    state: str = ""
    since: int = 0
    ended: tuple[str, ...] = ()


NOTHING = Agent()


def agent(said: str) -> Agent:
    """What a session's SAID comes to."""
    if not said:
        return NOTHING
    found, ended = [], []
    for pane in said.removesuffix(";").split(";"):
        pane_id, state, *numbers = pane.split(" ")
        since, pid, active, quiet_after = (int(each) if each.isdecimal() else 0 for each in numbers)
        if pid and not is_alive(pid):
            ended.append(pane_id)
        elif state:
            found.append((STATES.index(state), since, active + (quiet_after or QUIET_SECONDS)))
    rank, since, quiet_at = min(found, default=(-1, 0, 0))
    state = STATES[rank] if found else ""
    return Agent(QUIET if state == "working" and quiet_at < time.time() else state, since, tuple(ended))


def listening() -> tuple[str, ...]:
    """The command that lets a server hear of states, where it does not by now: it reads much for that."""
    written = HOOKS.stat().st_mtime_ns if HOOKS.exists() else 0
    version = f"{names.digest(HOOKS)}-{written}"
    said = (
        ("set-option", "-g", "@_par_state_sh", str(SCRIPT)),
        ("source-file", "-q", str(HOOKS)),
        ("set-option", "-g", "@_par_listens", version),
    )
    return ("if-shell", "-F", f"#{{!=:#{{@_par_listens}},{version}}}", server.script(said))


def is_alive(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's
        return True
    return True


def become(script: str, *words: str) -> NoReturn:
    """Be one of the scripts in sh beside this, which keys and agents' hooks run without Python."""
    os.execv("/bin/sh", ["sh", str(SCRIPT.with_name(script)), *words])


def forget(socket: Path, panes: Iterable[str]) -> None:
    """Take away the states of programs that have ended: the status line counts what is there."""
    server.attempt_each(
        socket, [f"set-option -p -u -q -t {each} {option}" for each in panes for option in OPTIONS]
    )
