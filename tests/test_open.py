"""`par open`: which session a person at the keyboard is shown, and what keeps par from it."""

from __future__ import annotations

import shutil

from conftest import Result, Terminal, World, eventually


def clients(world: World, server: str = "default") -> dict[str, str]:
    """The clients of a server by name, with the session that each shows."""
    rows = world.tmux("-L", server, "list-clients", "-F", "#{client_name}\t#{session_name}").splitlines()
    return dict(row.split("\t") for row in rows)


def wait_until_shown(world: World, *names: str, server: str = "default") -> None:
    """Wait until the clients of a server show these sessions, and no others."""
    wanted = sorted(names)
    eventually(lambda: sorted(clients(world, server).values()) == wanted, f"a client on {wanted}")


def contexts(world: World, *labels: str) -> list[str]:
    """New contexts with these labels; the names of their sessions."""
    world.started(*labels)
    return [world.session(label) for label in labels]


def test_open_attaches_outside_and_switches_inside(world: World, terminal: Terminal) -> None:
    feat, longer = contexts(world, "feat", "feat-2")
    terminal.par("open FEAT")
    wait_until_shown(world, feat)
    terminal.par("o feat-2")
    wait_until_shown(world, longer)
    assert world.index["opened"] == ["feat-2", "feat"]
    terminal.par("open nothing; echo status $?")
    terminal.wait("par: there is no context 'nothing'\nhint: par ls\nstatus 3")
    assert list(clients(world).values()) == [longer]
    assert world.index["opened"] == ["feat-2", "feat"]


def test_dash_is_the_context_before_however_each_was_opened(world: World, terminal: Terminal) -> None:
    one, two, three = contexts(world, "one", "two", "three")
    terminal.par("open one")
    wait_until_shown(world, one)
    terminal.par("open two")
    wait_until_shown(world, two)
    terminal.par("open -")
    wait_until_shown(world, one)
    terminal.par("open -")
    wait_until_shown(world, two)
    terminal.type(f"tmux switch-client -t ={three}:")
    wait_until_shown(world, three)
    terminal.par("open -")
    wait_until_shown(world, two)
    terminal.par("open -")
    wait_until_shown(world, three)
    world.ok("rm", "two")
    terminal.par("open -")
    wait_until_shown(world, one)


def test_dash_outside_of_tmux_is_the_context_before_the_last(world: World, terminal: Terminal) -> None:
    one, two = contexts(world, "one", "two")
    terminal.par("open -; echo status $?")
    terminal.wait("par: no context was opened before this one\nhint: par ls\nstatus 3")
    for name, words in ((one, "open one"), (two, "open two"), (one, "open -"), (two, "open -")):
        terminal.par(words)
        wait_until_shown(world, name)
        world.tmux("detach-client", "-s", f"={name}:")
        wait_until_shown(world)
    terminal.type(f"tmux attach-session -t ={one}:")
    wait_until_shown(world, one)
    terminal.par("open -")
    wait_until_shown(world, two)


def test_a_stopped_session_is_made_again_in_its_worktree(world: World, terminal: Terminal) -> None:
    (name,) = contexts(world, "feat")
    folder = world.worktree("feat")
    options = "#{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{window_name}"
    facts = world.tmux("list-sessions", "-F", options)
    world.tmux("kill-server")
    terminal.par("open feat")
    wait_until_shown(world, name)
    assert world.sessions() == [name]
    assert world.tmux("list-sessions", "-F", options) == facts
    assert facts == f"feat session app feat {folder} feat"
    panes = "#{==:#{pane_id},#{@par_pane}} #{pane_current_path} #{session_path}"
    assert world.tmux("list-panes", "-a", "-F", panes) == f"1 {folder} {folder}"
    world.ok("send", "feat", "pwd > here")
    eventually(lambda: (folder / "here").exists() and (folder / "here").read_text() == f"{folder}\n")


def test_a_session_that_came_back_without_marks_is_taken_as_the_contexts(
    world: World, terminal: Terminal
) -> None:
    (name,) = contexts(world, "feat")
    world.tmux("kill-server")
    world.tmux("new-session", "-d", "-s", name, "-c", str(world.worktree("feat")))
    terminal.par("open feat")
    wait_until_shown(world, name)
    assert world.sessions() == [name]
    eventually(lambda: world.tmux("list-sessions", "-F", "#{@par_label}") == "feat")


def test_a_renamed_session_is_opened_and_not_made_twice(world: World, terminal: Terminal) -> None:
    (name,) = contexts(world, "feat")
    world.tmux("rename-session", "-t", f"={name}:", "mine")
    terminal.par("open feat")
    wait_until_shown(world, "mine")
    assert world.sessions() == ["mine"]


def test_without_a_terminal_nothing_is_opened(world: World) -> None:
    (name,) = contexts(world, "feat")
    world.tmux("kill-session", "-t", f"={name}:")
    refused = "par: not a terminal: there is no tmux client to show a session in\nhint: par ls\n"
    assert world.par("open", "feat") == Result(2, "", refused)
    assert world.par("open", "feat", text="") == Result(2, "", refused)
    assert (world.sessions(), world.index["opened"]) == ([], [])


def test_a_worktree_that_is_gone_is_never_opened_elsewhere(world: World, terminal: Terminal) -> None:
    (name,) = contexts(world, "feat")
    folder = world.worktree("feat")
    shutil.rmtree(folder)
    refused = f"par: the worktree of 'feat' is gone: '{folder}'\nhint: par doctor --fix\n"
    assert world.par("open", "feat") == Result(3, "", refused)
    assert world.sessions() == [name]
    world.tmux("kill-server")
    terminal.par("open feat 2> said; echo status $?")
    terminal.wait("status 3")
    assert (world.home / "said").read_text() == refused
    assert (world.sessions(), world.index["opened"]) == ([], [])


def test_client_switches_that_one_of_two_clients(world: World, terminal: Terminal) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("new-session", "-d", "-s", "mine")
    other = Terminal(world, name="outer2")
    terminal.type("tmux attach-session -t =mine:")
    wait_until_shown(world, "mine")
    (first,) = clients(world)
    other.type("tmux attach-session -t =mine:")
    wait_until_shown(world, "mine", "mine")
    (second,) = set(clients(world)) - {first}
    assert world.par("open", "one", "--client", first) == Result(0, "", "")
    assert clients(world) == {first: one, second: "mine"}
    assert world.par("open", "two", "--client", second) == Result(0, "", "")
    assert clients(world) == {first: one, second: two}
    lost = world.par("open", "one", "--client", "nobody")
    assert (lost.status, lost.stdout) == (8, "")
    assert lost.stderr == "par: tmux switch-client: can't find client: nobody\nhint: par doctor\n"
    assert clients(world) == {first: one, second: two}


def test_a_context_on_another_server_is_opened_there(world: World, terminal: Terminal) -> None:
    home = world.started("here")
    world.ok("-L", "other", "start", "there", cwd=home)
    here, there = world.session("here"), world.session("there")
    terminal.par("open there")
    wait_until_shown(world, there, server="other")
    terminal.par("open here 2> said; echo status $?")
    terminal.wait("status 4")
    socket = world.index["contexts"]["here"]["socket"]
    assert (world.worktree("there") / "said").read_text() == (
        f"par: this terminal is inside another tmux server than {socket}\n"
        f"hint: detach, then run par again, or: tmux detach-client -E 'tmux -S {socket} attach-session'\n"
    )
    assert (clients(world), list(clients(world, "other").values())) == ({}, [there])
    assert world.sessions() == [here]
    world.tmux("-L", "other", "detach-client", "-s", f"={there}:")
    wait_until_shown(world, server="other")
    terminal.par("open here")
    wait_until_shown(world, here)
    assert world.tmux("-L", "other", "list-sessions", "-F", "#{session_name}") == there


def test_start_open_shows_the_new_context(world: World, terminal: Terminal) -> None:
    home = world.repository()
    terminal.par(f"start feat --open -p '{home}'")
    (name,) = eventually(lambda: list(clients(world).values()), "a client")
    assert (world.session("feat"), world.sessions()) == (name, [name])
    assert world.index["opened"] == ["feat"]
