"""`par demo`: it does the main job for real, and leaves nothing."""

import re
from pathlib import Path

from conftest import Terminal, World


def demo_folders() -> set[Path]:
    return set(Path("/tmp").glob("par-demo-*"))


def test_the_demo_does_the_main_job_and_cleans_up(world: World) -> None:
    before = demo_folders()
    result = world.ok("demo")
    steps = re.findall(r"^\$ par (\S+)", result.stdout, re.MULTILINE)
    assert steps == ["start", "start", "checkout", "send", "ls", "control-center", "rm", "ls"]
    for label in ("fix-login", "faster-search", "review-me"):
        assert re.search(rf"^  {label} *\| ## {label}$", result.stdout, re.MULTILINE)
        assert re.search(rf"^  \d: {label}$", result.stdout, re.MULTILINE)
    assert "removed 'fix-login': worktree, branch fix-login, session" in result.stdout
    assert result.stderr == ""
    assert demo_folders() <= before
    assert not world.data.exists()
    assert world.sessions() == []


def test_on_a_terminal_its_answers_are_what_a_person_gets(terminal: Terminal) -> None:
    terminal.par("demo")
    terminal.wait("Yours were never touched.")
    assert "│ ○ faster-search" in terminal.screen()
    assert "\nremoved 'fix-login': worktree, branch fix-login, session\n" in terminal.screen()


def test_a_demo_that_is_kept_can_be_attached_to_and_ended(world: World) -> None:
    said = world.ok("demo", "--keep", HOME=str(world.home)).stdout
    folder = next(iter(re.findall(r"rm -rf (\S+)", said)))
    socket = next(iter(re.findall(r"tmux -S (\S+) attach", said)))
    shown = world.run("tmux", "-S", socket, "list-windows", "-t", "=control-center:", "-F", "#{window_name}")
    assert shown.stdout == "faster-search\nreview-me\n"
    assert world.run("sh", "-c", next(iter(re.findall(r"End it: +(.*)", said)))).status == 0
    assert not Path(folder).exists()
