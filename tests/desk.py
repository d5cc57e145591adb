"""A person at a tmux client in front of par's popups."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from conftest import Terminal, eventually, forked_python
from plugin import PREFIX, Plugin, marking

FLOWS = (
    "picker",
    "new",
    "new-from",
    "checkout",
    "send",
    "send-all",
    "remove",
    "help",
    "workspace",
    "undo",
    "trash",
    "resurrect",
)
FRAME = "│┌┐└┘─╭╮╰╯"
BIND = "bind-key -n F{} run-shell -b 'exec #{{q:@_par_root}}/scripts/{} #{{q:client_name}} #{{pane_id}}'"


def only(folder: Path, *programs: str) -> str:
    """A PATH on which there is nothing but these programs and what every script needs."""
    folder.mkdir()
    needed = ("sh", "bash", "env", "awk", "sort", "sed", "stty", "sleep", "cat", "readlink", "cut", "grep")
    for program in (*needed, "tmux", "git", *programs):
        (folder / program).symlink_to(str(shutil.which(program)))
    return str(folder)


@dataclass
class Desk(Plugin):
    """The plugin with one terminal attached, where F1 to F12 open the popups of FLOWS."""

    terminal: Terminal = field(init=False)

    def __post_init__(self) -> None:
        bindings = (BIND.format(place, f"popup.sh {flow}") for place, flow in enumerate(FLOWS, 1))
        self.after = (*self.after, *bindings)
        self.variables = {"PAR_PYTHON": forked_python(), **self.variables}
        self.start()
        self.terminal = self.attach()

    def fake(self, label: str, repository: str = "app", branch: str = "", program: str = "cat") -> str:
        """A session that is marked as a context's, without a worktree; its id."""
        session = self.tmux("new-session", "-d", "-P", "-F", "#{session_id}", program)
        marks = {"label": label, "kind": "session", "repo": repository, "branch": branch or label}
        chain = marking(session, {f"@par_{name}": value for name, value in marks.items()})
        self.tmux(*chain[1:])
        return session

    def open(self, flow: str, until: str) -> str:
        """Press the key of a popup, the plugin's own of the picker; the screen once it shows `until`.

        A popup that is about to close would take the key.
        """
        self.gone()
        self.terminal.press(*((PREFIX, "A") if flow == "picker" else (f"F{FLOWS.index(flow) + 1}",)))
        return self.terminal.wait(until)

    def popup(self) -> list[str]:
        """The lines inside the popup, without its frame and fzf's; none where no popup is open."""
        lines = self.terminal.screen().splitlines()
        inside = [line.split("│")[1] for line in lines if line.count("│") >= 2]
        return [line.rstrip(f" {FRAME}") for line in inside]

    def rows(self) -> list[str]:
        """The rows of the picker as they are shown."""
        shown = self.popup()
        under = next(
            (place for place, line in enumerate(shown) if "^n new" in line or "? keys" in line), None
        )
        found = [line[2:] for line in shown[under + 1 :]] if under is not None else []
        return [line for line in found if line[:1] in set("●○·✗")]

    def wait_rows(self, *rows: str) -> None:
        """Wait until the picker shows exactly these rows, whatever the space between their columns."""
        try:
            eventually(lambda: [" ".join(row.split()) for row in self.rows()] == [*rows])
        except AssertionError:
            raise AssertionError("not these rows:\n" + self.terminal.screen()) from None

    def gone(self) -> None:
        """Wait until no popup is open."""
        try:
            eventually(lambda: not self.popup())
        except AssertionError:
            raise AssertionError("the popup did not end:\n" + self.terminal.screen()) from None
