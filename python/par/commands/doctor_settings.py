"""What `par doctor --environment` finds in the settings of tmux: what par needs, and need not fear."""

from collections.abc import Iterator
from typing import NamedTuple

# Settings of the server that must be off, and what happens else
BITING = {"exit-unattached": "every session ends when the last terminal detaches"}
# Settings that people fear for, and why par need not
HARMLESS = {
    **dict.fromkeys(("base-index", "pane-base-index", "renumber-windows"), "par goes by tmux's ids"),
    "automatic-rename": "par goes by its own marks",
    "set-titles": "par reads no titles",
    "detach-on-destroy": "par switches a terminal away before it ends a session",
    "remain-on-exit": "par reports a dead pane and types nothing there",
    "destroy-unattached": "par's sessions are exempt from it",
    "exit-empty": "par starts a server where none runs",
}
STATUS_MARK = "@par_status"
REORDER = "load par after your theme, as the last plugin"


class Check(NamedTuple):
    """One thing that par needs and what was seen of it; a `remedy` says what to do where it failed."""

    name: str
    message: str
    remedy: str = ""

    @property
    def is_failed(self) -> bool:
        return bool(self.remedy)


def checks(options: dict[str, str]) -> Iterator[Check]:
    """A check for each of these settings; `options` are those of a server with the user's tmux.conf."""
    yield _status_text(options)
    for name, message in BITING.items():
        value = options.get(name, "off")
        remedy = "" if value == "off" else f"set -s {name} off"
        yield Check(name, f"{value}: {message}" if remedy else value, remedy)
    for name, why in HARMLESS.items():
        yield Check(name, f"{options.get(name, '?')}, {why}")


def _status_text(options: dict[str, str]) -> Check:
    """Whether the status line has par's text, where that was asked for: a theme may have set it since."""
    side = options.get("@par-status-position", "none").strip("'\"")
    wanted = f"status-{side}"
    if wanted not in {"status-left", "status-right"}:
        return Check("status text", "par is not asked to place it")
    whole = options.get("status-format[0]", wanted)
    if STATUS_MARK in options.get(wanted, "") and wanted in whole:
        return Check("status text", f"is in {wanted}")
    return Check("status text", f"is not in {wanted}: what is loaded after par has set that", REORDER)
