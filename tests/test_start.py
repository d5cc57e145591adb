"""`par start`: what a new context is made of, and what keeps it from being made."""

from conftest import World


def test_start_makes_worktree_branch_and_session(world: World) -> None:
    home = world.repository("app")
    result = world.par("start", "feat", cwd=home)
    root = next((world.data / "worktrees").iterdir()) / "feat"
    assert result.stdout == (
        f"session 'feat' in app\n  worktree  {root}\n  branch    feat\n"
        f"  session   par-app-{root.parent.name}-feat\nopen it: par open feat\n"
    )
    assert (result.status, result.stderr) == (0, "")
    assert world.git(root, "symbolic-ref", "HEAD") == "refs/heads/feat"
    assert world.git(root, "rev-parse", "HEAD") == world.git(home, "rev-parse", "HEAD")
    options = "#{session_name} #{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{session_path}"
    assert world.tmux("list-sessions", "-F", options) == (
        f"par-app-{root.parent.name}-feat feat session app feat {root} {root}"
    )


def test_start_twice_is_a_conflict(world: World) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    result = world.par("start", "FEAT", cwd=home)
    assert result.stderr == "par: context 'feat' already exists\nhint: par open feat\n"
    assert (result.status, result.stdout) == (4, "")
