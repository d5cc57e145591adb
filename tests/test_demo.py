"""`par demo`: it does the main job for real, and leaves nothing."""

import re
from pathlib import Path

from conftest import Terminal, World


def demo_folders() -> set[Path]:
    return set(Path("/tmp").glob("par-demo-*"))


def test_the_demo_does_the_main_job_and_cleans_up(world: World) -> None:
    before = demo_folders()
    terminal = Terminal(world)
    terminal.par("demo; echo left $?")
    terminal.wait("left 0")
    assert "Yours were never touched." in terminal.screen()
    assert "│ ○ faster-search" in terminal.screen()
    assert "\nremoved 'fix-login': worktree, branch fix-login, session\n" in terminal.screen()
    assert demo_folders() <= before
    # Not on a terminal it tells the same, and what is kept can be attached to and ended
    result = world.ok("demo", "--keep")
    steps = re.findall(r"^\$ par (\S+)", result.stdout, re.MULTILINE)
    assert steps == ["start", "start", "checkout", "send", "ls", "control-center", "rm", "ls"]
    for label in ("fix-login", "faster-search", "review-me"):
        assert re.search(rf"^  {label} *\| ## {label}$", result.stdout, re.MULTILINE)
        assert re.search(rf"^  \d: {label}$", result.stdout, re.MULTILINE)
    assert "removed 'fix-login': worktree, branch fix-login, session" in result.stdout
    assert result.stderr == ""
    folder = next(iter(re.findall(r"rm -rf (\S+)", result.stdout)))
    socket = next(iter(re.findall(r"tmux -S (\S+) attach", result.stdout)))
    shown = world.run("tmux", "-S", socket, "list-windows", "-t", "=control-center:", "-F", "#{window_name}")
    assert shown.stdout == "faster-search\nreview-me\n"
    assert world.run("sh", "-c", next(iter(re.findall(r"End it: +(.*)", result.stdout)))).status == 0
    assert not Path(folder).exists()
    # Both have a place of their own
    assert not world.data.exists()
    assert world.sessions() == []
