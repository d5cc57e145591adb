"""Draws the README's pictures: a real tmux with the plugin, its keys typed, its screen captured as SVG.

Run it with the Python of the test environment that ./scripts/test builds: docs/pictures.py
"""

import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "python")]

from conftest import PAR, Terminal, World, eventually, sealed_world  # noqa: E402
from plugin import Plugin  # noqa: E402

COLUMNS, LINES = 104, 26
AGENTS = {"fix-login": "waiting", "faster-search": "working", "review-me": "done"}
PROGRAM = (
    "printf '\\033[H\\033[2J\\033[1;36m%s\\033[0m\\n\\n\\033[32m+ 12 tests passed\\033[0m\\n\\n%s\\n'"
    "; exec cat"
)
STATUS = ("set -g status-right '#{E:@par_status} %H:%M '", "set -g status-style 'bg=#1e2430,fg=#c8d0e0'")


CELL = 12.2
LEADING = re.compile(
    r'x="(?P<x>[\d.]+)"(?P<y> y="[\d.]+" )textLength="(?P<length>[\d.]+)"'
    r"(?P<rest>[^>]*>)(?P<spaces>(?:&#160;)+)(?=[^&<])"
)


def draw(terminal: Terminal, name: str, title: str) -> None:
    """Write what the terminal shows to docs/NAME.svg."""
    screen = terminal.screen(colours=True).rstrip("\n")
    console = Console(record=True, width=COLUMNS, file=open("/dev/null", "w"), force_terminal=True)  # noqa: PTH123, SIM115
    console.print(Text.from_ansi(screen), soft_wrap=True)
    target = ROOT / "docs" / f"{name}.svg"
    target.write_text(LEADING.sub(_begin_at_text, console.export_svg(title=title, unique_id=name)))
    print(target.relative_to(ROOT))


def _begin_at_text(match: re.Match[str]) -> str:
    # Not every viewer keeps spaces at the beginning of a text
    shift = CELL * match["spaces"].count(";")
    x, length = float(match["x"]) + shift, float(match["length"]) - shift
    return f'x="{x:g}"{match["y"]}textLength="{length:g}"{match["rest"]}'


def prepare(world: World) -> Plugin:
    """Two repositories, three contexts with an agent in each, and the plugin in a server of its own."""
    shop, api = world.repository("shop"), world.repository("api")
    world.git(api, "branch", "review-me")
    plugin = Plugin(world, columns=COLUMNS, lines=LINES, folder=shop, before=STATUS).start()
    plugin.par("start", "fix-login", cwd=shop)
    plugin.par("start", "faster-search", cwd=api)
    plugin.par("checkout", "review-me", cwd=api)
    for label, state in AGENTS.items():
        plugin.tmux("set-option", "-t", f"={world.session(label)}:", "@par_state", state)
        question = "May I run the migration? (y/n)" if state == "waiting" else f"agent: {state}"
        pane = plugin.tmux("display-message", "-p", "-t", f"={world.session(label)}:", "#{pane_id}")
        shown = PROGRAM.replace("%s", f"agent on {label}", 1).replace("%s", question, 1)
        plugin.tmux("respawn-pane", "-k", "-t", pane, shown)
    return plugin


def main() -> None:
    with sealed_world() as world:
        plugin = prepare(world)
        terminal = plugin.attach()
        eventually(lambda: "3" in terminal.screen().splitlines()[-1], "the count in the status line")
        (world.home / "par").symlink_to(ROOT / "scripts/par")
        terminal.type(f"PATH=$HOME:$PATH PAR_PYTHON={PAR[0]}; export PAR_PYTHON; clear")
        terminal.type("par ls")
        terminal.wait("you are here")
        draw(terminal, "ls", "par ls, and the status line")
        terminal.type("clear")
        terminal.press("C-b", "A")
        terminal.wait("May I run the migration")
        draw(terminal, "picker", "prefix + A: the picker")
        terminal.press("Escape")
        eventually(lambda: "May I run" not in terminal.screen())
        terminal.press("C-b", "M-a")
        terminal.wait("Control center")
        draw(terminal, "menu", "prefix + M-a: the menu")
        terminal.press("q")
        terminal.press("C-b", "M-a")
        terminal.wait("Control center")
        terminal.press("C")
        terminal.wait("[control-c")
        draw(terminal, "control-center", "the control center")


if __name__ == "__main__":
    main()
