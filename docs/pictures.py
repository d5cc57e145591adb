"""Draws the pictures of the docs: a real tmux with the plugin, its keys typed, its screens captured as SVG.

Run it with the Python of the test environment that ./scripts/test builds: docs/pictures.py [NAME...]
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT / "tests"), str(ROOT / "python")]

from drawing import Shot, film  # noqa: E402
from signs import BAR  # noqa: E402

from conftest import World, eventually, sealed_world  # noqa: E402
from plugin import Plugin  # noqa: E402

COLUMNS, LINES = 100, 26
CONF = (
    f"set -g status-style 'bg={BAR},fg=default'",
    "set -g status-left '#[bold][#{?@par_label,#{@par_label},#{session_name}}]#[nobold] '",
    "set -g status-left-length 30",
    "set -g status-right '#{E:@par_status}'",
    "set -g @par-popup-height 75%",
    "set -g default-command 'exec sh'",
)
SHRC = r"""PS1=$(printf '\033[1;34m${PWD##*/}\033[0m $ ')
"""
Until = str | Callable[[], object]
TYPED, REST = 0.08, 0.15
# What stands for a coding agent: it works, and one of them asks
AGENT = r"""#!/bin/sh
say() { printf "$@"; sleep "$PACE"; }
printf '\033[H\033[2J'
case $1 in
fix-login)
  say '\033[1;36mTask: log in with an expired token\033[0m\n\n'
  say '\033[2mread\033[0m   src/login.py\n'
  say '\033[2medit\033[0m   src/login.py   \033[32m+14\033[0m \033[31m-3\033[0m\n'
  say '\033[2mrun\033[0m    pytest tests/login   \033[32m12 passed\033[0m\n\n'
  until [ -e ~/go ]; do sleep 0.1; done
  ~/bin/par state waiting
  say '\033[1;33mMay I run the migration of the sessions table? (y/n)\033[0m '
  read -r answer
  ~/bin/par state working
  say '\n\033[2mrun\033[0m    ./manage migrate   \033[32mok\033[0m\n' ;;
faster-search)
  ~/bin/par state working
  say '\033[1;36mTask: make the search ten times faster\033[0m\n\n'
  size=1000
  while say '\033[2mbench\033[0m  %6d documents   \033[32m%2d ms\033[0m\n' "$size" "$((size / 400))"; do
    sleep 1
    size=$((size + 1000))
  done ;;
review-me)
  say '\033[1;36mTask: review the branch review-me\033[0m\n\n'
  say '\033[32mNothing to object to.\033[0m Two remarks on names, in review.md.\n'
  ~/bin/par state done ;;
esac
exec cat
"""


# Three that do one task, each in its own way: one asks first, one is wrong
ATTEMPTS = {
    "careful": """~/bin/par state waiting
printf 'May I round down? '
read -r answer
printf 'half() { echo $(($1 / 2)); }\\n# %s\\n' "$answer" >half.sh""",
    "quick": "printf 'half() { expr \"$1\" / 2; }\\n' >half.sh",
    "sloppy": "printf 'half() { echo 2; }\\n' >half.sh",
}
ATTEMPT = """#!/bin/sh
{work}
git commit -qam 'Halve a number'
~/bin/par state done
exec cat
"""
MAKEFILE = "test:\n\t@. ./half.sh; [ `half 9` = 4 ] && [ `half 2` = 1 ] && echo all passed\n"


class Camera:
    """A person at a terminal in front of the plugin; of each step a shot is taken."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.terminal = plugin.attach()
        self.shots: list[Shot] = []
        self.caption = ""

    def outer(self, *words: str) -> str:
        return self.plugin.world.run("tmux", "-u", "-L", "outer", *words).stdout.rstrip("\n")

    def cursor(self) -> tuple[int, int] | None:
        """Where it is, column and line; none where it is hidden."""
        told = self.outer("display-message", "-p", "#{?cursor_flag,#{cursor_x} #{cursor_y},}").split()
        return (int(told[0]), int(told[1])) if told else None

    def shoot(self, seconds: float) -> None:
        """Show what is on the screen now for some seconds."""
        # The throwaway home is shown as a home
        screen = self.outer("capture-pane", "-epN").replace(str(self.plugin.world.home), "/home/me")
        self.shots.append(Shot(screen, seconds, self.caption, self.cursor()))

    def type(self, text: str, until: Until, seconds: float) -> None:
        """Type a line, a sign at a time, and Enter; wait until it has done its work."""
        for sign in text:
            before = self.cursor()
            self.outer("send-keys", "-l", "--", sign)
            eventually(lambda: self.cursor() != before)  # noqa: B023
            self.shoot(TYPED)
        self.press("Enter", until=until, seconds=seconds)

    def run(self, text: str, seconds: float) -> None:
        """Type a command line, and wait for the prompt that comes after it."""
        self.type(text, self.has_prompt, seconds)

    def has_prompt(self) -> bool:
        """Whether the shell waits for a line, and tmux has seen that."""
        *_, last, status = filter(None, self.terminal.screen().splitlines())
        return last.endswith("$") and "0:sh*" in status

    def press(self, *keys: str, until: Until, seconds: float, caption: str = "") -> None:
        """Press keys, wait, and show what came of it for some seconds."""
        if caption:
            self.caption = caption
            self.shoot(1.0)
        self.terminal.press(*keys)
        self.wait(until)
        self.shoot(seconds)
        self.caption = ""

    def wait(self, until: Until) -> None:
        """Wait until a text is on the screen, or something else is so, and the screen has come to rest."""
        if callable(until):
            eventually(until)
        else:
            self.terminal.wait(until)
        self.rest()

    def rest(self) -> None:
        """Wait until nothing moves on the screen."""
        seen = ""
        # fzf turns its little wheel as long as the preview lives
        while seen != (now := re.sub("[⠀-⣿]", " ", self.outer("capture-pane", "-p"))):
            seen = now
            time.sleep(REST)

    def develop(self, name: str, title: str, poster: int = -1) -> None:
        """Write what was shot since the last time to docs/NAME.svg."""
        target = DOCS / f"{name}.svg"
        target.write_text(film(self.shots, COLUMNS, LINES, title, poster))
        print(f"{target.name}: {target.stat().st_size // 1024} kB, {len(self.shots)} shots")
        self.shots = []


def prepare(world: World) -> Camera:
    """Two repositories, three contexts with an agent in each, and the plugin in a server of its own."""
    projects = world.home / "projects"
    projects.mkdir()
    shop, api = (world.repository(name, under=projects) for name in ("shop", "api"))
    world.git(api, "branch", "review-me")
    tools = world.home / "bin"
    tools.mkdir()
    (tools / "par").symlink_to(ROOT / "scripts/par")
    (tools / "agent").write_text(AGENT)
    (tools / "agent").chmod(0o755)
    (world.home / ".shrc").write_text(SHRC)
    variables = {
        "PAR_PYTHON": sys.executable,
        "ENV": str(world.home / ".shrc"),
        "PATH": f"{tools}:{world.env['PATH']}",
        "PACE": "0.1",
    }
    plugin = Plugin(world, columns=COLUMNS, lines=LINES, folder=shop, before=CONF, variables=variables)
    return Camera(plugin.start())


def begin(camera: Camera) -> None:
    """Three contexts in two repositories, each with an agent; one agent asks something as soon as it may."""
    plugin, world = camera.plugin, camera.plugin.world
    plugin.par("start", "fix-login", cwd=world.home / "projects/shop")
    plugin.par("start", "faster-search", cwd=world.home / "projects/api")
    plugin.par("checkout", "review-me", cwd=world.home / "projects/api")
    for label in ("review-me", "faster-search", "fix-login"):
        plugin.tmux("send-keys", "-t", f"={world.session(label)}:", f"exec ~/bin/agent {label}", "Enter")
    camera.wait("par 3")


def picker(camera: Camera) -> None:
    """The picker with its live preview, and an agent that is answered."""
    plugin, world = camera.plugin, camera.plugin.world
    begin(camera)
    plugin.tmux("switch-client", "-t", f"={world.session('faster-search')}:")
    for _ in range(2):
        time.sleep(1)
        camera.wait("bench")
        camera.shoot(1)
    (world.home / "go").touch()
    camera.wait("1 waiting")
    camera.shoot(1.5)
    camera.press("C-b", "A", until="May I run", seconds=2, caption="prefix + A")
    poster = len(camera.shots) - 1
    camera.press("Down", until="Nothing to object", seconds=1.5)
    camera.press("Down", until=lambda: camera.terminal.screen().count("bench") > 4, seconds=0.2)
    for _ in range(4):
        time.sleep(1)
        camera.shoot(1)
    camera.type("fix", lambda: plugin.shown() == "fix-login", 1.5)
    camera.type("y", "ok", 2.5)
    # Who looks first sees the picker
    camera.shots = camera.shots[poster:] + camera.shots[:poster]
    camera.develop("picker", "The picker: a row per context, and what its pane shows now", 0)


def start(camera: Camera) -> None:
    """From a shell: three contexts in two repositories, a command to all of them, and all in one session."""
    camera.rest()
    camera.shoot(0.5)
    camera.run("par start fix-login", 1.5)
    camera.run("par start faster-search -p ../api", 1.5)
    camera.run("par checkout review-me -p ../api", 1.5)
    camera.run("par send all 'git status -sb'", 2)
    camera.run("par ls", 2.5)
    poster = len(camera.shots) - 1
    camera.type("par control-center", lambda: camera.plugin.shown() == "control-center", 2)
    camera.press("C-b", "n", until="## faster", seconds=1.5, caption="prefix + n")
    camera.press("C-b", "n", until="## review", seconds=1.5, caption="prefix + n")
    camera.develop("start", "Start three contexts, type into all, and see them in one session", poster)


def attempts(camera: Camera) -> None:
    """One task for three agents: one asks, the best of them comes home, and that is undone."""
    world, shop = camera.plugin.world, camera.plugin.world.home / "projects/shop"
    for name, work in ATTEMPTS.items():
        (world.home / "bin" / name).write_text(ATTEMPT.format(work=work))
        (world.home / "bin" / name).chmod(0o755)
    for name, text in {"Makefile": MAKEFILE, "half.sh": "", "task.md": "Halve a number.\n"}.items():
        (shop / name).write_text(text)
    world.git(shop, "add", ".")
    world.git(shop, "commit", "-qm", "A task")
    camera.rest()
    camera.shoot(0.5)
    camera.run("par start half --each careful --each quick --each sloppy --prompt @task.md", 2)
    camera.wait("1 waiting")
    camera.shoot(1.5)
    clear(camera)
    camera.run("par ls", 2.5)
    camera.run("par send half-careful --answer 'yes, down'", 1)
    camera.wait(lambda: "waiting" not in camera.terminal.screen().splitlines()[-1])
    camera.run("par conflicts", 2.5)
    clear(camera)
    camera.run("par compare 'half-*' --keep half-quick -y -- make test", 3.5)
    poster = len(camera.shots) - 1
    camera.run("par merge half-quick", 2.5)
    camera.run("par undo", 3)
    camera.develop("attempts", "Three agents at one task: compared, the best one merged, and undone", poster)


def clear(camera: Camera) -> None:
    """Empty the screen, without a word."""
    camera.terminal.type("clear")
    camera.wait(lambda: "\n" not in camera.terminal.screen().rsplit("\n", 2)[0].strip())


def stills(camera: Camera) -> None:
    """The list and the menu."""
    (camera.plugin.world.home / "go").touch()
    begin(camera)
    camera.wait("1 waiting")
    camera.run("par ls", 1)
    del camera.shots[:-1]
    camera.develop("ls", "par ls, and the status line")
    camera.terminal.type("clear")
    camera.press("C-b", "M-a", until="Control center", seconds=1)
    camera.develop("menu", "prefix + M-a: the menu")


SCENES = (picker, start, attempts, stills)


def main() -> None:
    for scene in SCENES:
        if scene.__name__ in (sys.argv[1:] or [each.__name__ for each in SCENES]):
            with sealed_world() as world:
                scene(prepare(world))


if __name__ == "__main__":
    main()
