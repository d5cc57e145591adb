"""What shows a session of a host, and connects again: `attach.sh`, with an ssh that does as a test says."""

from __future__ import annotations

from conftest import ROOT, Terminal, World, eventually

ATTACH = ROOT / "python/par/tmux/attach.sh"
# It does what the next line of `does` says, and writes down how it was called
SSH = """#!/bin/sh
printf '%s|%s\\n' "${SSH_AUTH_SOCK-}" "$*" >>~/asked
IFS= read -r next <~/does
sed -i.old 1d ~/does
eval "$next"
"""
# What tmux over there leaves on, when the connection breaks
BREAK = r"printf '\033[?1049h\033[?1000h\033[?2004h\033[3;5rinside'; exit 255"


class Loop:
    """The loop in a session `away` of its own, beside a session `home`, and a terminal that shows them."""

    def __init__(self, world: World, *does: str) -> None:
        self.world = world = World(world.home, {**world.env, "PATH": f"{world.home}/bin:{world.env['PATH']}"})
        (world.home / "bin").mkdir()
        (world.home / "bin/ssh").write_text(SSH)
        (world.home / "bin/ssh").chmod(0o755)
        (world.home / "does").write_text("".join(f"{each}\n" for each in does))
        world.tmux("new-session", "-d", "-s", "home", "sh")
        self.terminal = Terminal(world)

    def start(self) -> None:
        words = ("sh", str(ATTACH), "build1", "ssh", "-t", "build1", "a b")
        self.world.tmux("new-session", "-d", "-s", "away", *words)

    def watch(self) -> None:
        """Attach to `home`, and switch to `away`."""
        self.terminal.type("tmux attach -t =home:")
        eventually(lambda: self.shown() == "home")
        self.world.tmux("switch-client", "-t", "=away:")
        eventually(lambda: self.shown() == "away")
        self.terminal.press("Enter")

    def shown(self) -> str:
        return self.world.tmux("list-clients", "-F", "#{session_name}")

    def asked(self) -> list[str]:
        path = self.world.home / "asked"
        return path.read_text().splitlines() if path.exists() else []

    def wait_tries(self, count: int) -> None:
        eventually(lambda: len(self.asked()) == count, f"{count} tries")

    def modes(self) -> str:
        """Which modes of the session over there are on in the pane."""
        formats = ("alternate_on", "mouse_standard_flag", "scroll_region_upper", "insert_flag")
        asked = " ".join(f"#{{{each}}}" for each in formats)
        return self.world.tmux("display-message", "-p", "-t", "=away:", asked)


def test_it_connects_again_by_itself_and_at_any_key(world: World) -> None:
    loop = Loop(
        world,
        f"read _; {BREAK}",
        BREAK,
        "echo 'ssh: no way'; exit 255",
        "stty -a; printf 'here\\n'; cat; exit 0",
    )
    loop.start()
    loop.watch()
    # After a pause of one second by itself, and then at once where a key is pressed
    loop.terminal.wait("par: the connection to build1 is broken: again in 2 s (any key: now, q: leave)")
    assert loop.modes() == "0 0 0 0"
    assert "inside" not in loop.terminal.screen()
    loop.wait_tries(2)
    loop.terminal.press("x")
    loop.terminal.wait("ssh: no way\npar: the connection to build1 is broken: again in 4 s")
    world.tmux("set-environment", "-t", "=away:", "SSH_AUTH_SOCK", "/new/agent")
    loop.terminal.press("Enter")
    loop.terminal.wait("here")
    assert loop.asked() == ["|-t build1 a b"] * 3 + ["/new/agent|-t build1 a b"]
    # The terminal is as it was before: a line is typed
    assert " icanon" in loop.terminal.screen()
    assert "-icanon" not in loop.terminal.screen()
    loop.terminal.press("C-d")
    eventually(lambda: loop.shown() == "home")
    eventually(lambda: world.sessions() == ["home"])  # it ends after its client was switched


def test_leaving_goes_back_to_where_the_client_came_from(world: World) -> None:
    fails = "echo \"par: there is no context 'x'\"; exit 3"
    again = fails.replace("'x'", "'y'")
    loop = Loop(world, "read _; exit 255", fails, again, "exit 0", "sleep 1; exit 0")
    loop.start()
    loop.watch()
    # What was refused over there is said once, and not asked for again and again
    said = "par: there is no context 'x'\npar: it ended on build1 with status 3 (any key: again, q: leave)"
    loop.terminal.wait(said)
    loop.wait_tries(2)
    loop.terminal.press("Space")
    loop.wait_tries(3)
    loop.terminal.wait(said.replace("'x'", "'y'"))  # the first one is on the screen for a moment yet
    loop.terminal.press("q")
    eventually(lambda: loop.shown() == "home")
    eventually(lambda: world.sessions() == ["home"])  # it ends after its client was switched
    # A client that came from no other session ends with it, also where the shell behind it ends at ^C
    world.tmux("detach-client", "-a")
    world.tmux("detach-client", "-s", "=home:")
    (world.home / "does").write_text("sleep 100\n")
    loop.start()
    loop.terminal.type("clear; tmux attach -t =away:; echo over")
    loop.terminal.wait("par: connecting to build1 ...")
    loop.wait_tries(4)
    loop.terminal.press("C-c")
    loop.terminal.wait("[exited]\nover")
    eventually(lambda: world.sessions() == ["home"])  # it ends after its client was switched
