"""The popups that make, send and remove: what they ask, what they do, and how they end."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import World, eventually
from desk import Desk, only

LABEL = "New context in app, from main: type its label"
CHECKOUT = "Check out in app: choose a branch, or type pr/123 or a URL"
NOWHERE = "No git repository in"


def tip(world: World, folder: Path, branch: str, day: int) -> None:
    """A branch with a commit of its own, made on that day of 2024."""
    world.git(folder, "checkout", "-q", "-b", branch, "main")
    when = f"2024-01-{day:02}T12:00:00Z"
    done = world.run(
        "git", "commit", "-q", "--allow-empty", "-m", branch, cwd=folder, GIT_COMMITTER_DATE=when
    )
    assert done.status == 0, done
    world.git(folder, "checkout", "-q", "main")


def listed(desk: Desk) -> list[str]:
    """The names in a list of branches, without their dates."""
    return [
        found[1]
        for line in desk.popup()
        if (found := re.search(r"(?: ago|> checked out|^  checked out) +(\S+)", line))
    ]


def test_new_starts_in_the_repository_of_the_pane(world: World) -> None:
    home = world.repository("app")
    (home / "deep").mkdir()
    desk = Desk(world, folder=home / "deep")
    desk.open("new", LABEL)
    desk.terminal.type("größe-世界")
    desk.shows("größe-世界")
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    desk.open("new", LABEL)
    desk.terminal.type("feat")
    desk.shows("feat")
    desk.gone()
    assert world.git(world.worktree("feat"), "symbolic-ref", "HEAD") == "refs/heads/feat"


def test_new_in_a_worktree_names_the_repository(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.tmux("switch-client", "-c", desk.client(), "-t", f"={world.session('feat')}:")
    desk.open("new", "New context in app, from feat: type its label")
    desk.terminal.type("more")
    desk.shows("more")
    listed = {each["label"]: each["repository"]["path"] for each in world.ok("ls", "--json").json["contexts"]}
    assert listed["more"] == str(world.home / "src/app")


def test_new_opens_for_the_client_that_asked(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    other = desk.attach("other")
    desk.open("new", LABEL)
    other.type("echo typed last")
    other.wait("\ntyped last")
    desk.terminal.type("feat")
    desk.shows("feat")
    assert desk.shown("other") == "home"


def test_new_asks_in_the_popup_what_may_run(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    (world.home / "src/app/.par.yaml").write_text("before_remove: [make stop]\n")
    desk.open("new", LABEL)
    desk.terminal.type("feat")
    desk.terminal.wait("Run these in every new context of app? [y/N]:")
    assert "    make stop" in desk.popup()
    desk.terminal.type("y")
    desk.shows("feat")
    assert world.ok("trust", "--list").stdout.endswith("as it stands now\n")


def test_new_shows_an_error_and_asks_again(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    desk.open("new", LABEL)
    desk.terminal.type("-bad label")
    desk.terminal.wait("(any key)")
    assert desk.popup()[0] == "par: label '-bad label' contains a character that is not allowed"
    desk.terminal.press("x")
    desk.terminal.wait("> -bad label")
    assert not any("par: label" in line for line in desk.popup())
    desk.terminal.press("C-u")
    desk.terminal.type("good")
    desk.shows("good")


def test_new_is_left_by_escape(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    desk.open("new", LABEL)
    desk.terminal.press("f", "e", "Escape")
    desk.gone()
    assert not (world.data / "global_state.json").exists()


def test_new_without_a_repository_offers_the_known_ones(world: World) -> None:
    desk = Desk(world)
    world.started("one")
    desk.par("start", "two", cwd=world.repository("api"))
    desk.open("new", NOWHERE)
    assert [line[2:] for line in desk.popup()[1:4]] == [
        f"No git repository in {world.home}: choose one, or type its folder",
        f"{world.home}/src/api",
        f"{world.home}/src/app",
    ]
    desk.terminal.press("Down", "Enter")
    desk.terminal.wait(LABEL)
    desk.terminal.type("feat")
    desk.shows("feat")


def test_new_without_any_repository_takes_a_folder(world: World) -> None:
    world.repository("app")
    desk = Desk(world)
    desk.open("new", NOWHERE)
    desk.terminal.type("~/src/app")
    desk.terminal.wait(LABEL)
    desk.terminal.type("feat")
    desk.shows("feat")


def test_new_in_a_folder_that_is_none_says_so(world: World) -> None:
    desk = Desk(world)
    desk.open("new", NOWHERE)
    desk.terminal.type("nowhere")
    desk.terminal.wait("its label")
    desk.terminal.type("feat")
    desk.terminal.wait("(any key)")
    assert desk.popup()[0].startswith("par: ")


def test_new_from_asks_where_the_branch_starts(world: World) -> None:
    home = world.repository("app")
    tip(world, home, "older", 1)
    tip(world, home, "newer", 2)
    desk = Desk(world, folder=home)
    desk.open("new-from", "New context in app: choose where its branch starts")
    eventually(lambda: listed(desk) == ["HEAD", "main", "newer", "older"])
    desk.terminal.press("o", "l", "d")
    eventually(lambda: listed(desk) == ["older"])
    desk.terminal.press("Enter")
    desk.terminal.wait("New context in app, from older: type its label")
    desk.terminal.type("feat")
    desk.shows("feat")
    assert world.git(home, "rev-parse", "feat") == world.git(home, "rev-parse", "older")


def test_checkout_lists_branches_most_recent_first(world: World) -> None:
    _, home = world.clone("app")
    tip(world, home, "local", 3)
    tip(world, home, "both", 1)
    world.git(home, "push", "-q", "origin", "both", "both:far")
    world.git(home, "remote", "set-head", "origin", "main")
    desk = Desk(world, folder=home)
    desk.open("checkout", CHECKOUT)
    eventually(lambda: sorted(listed(desk)) == ["both", "local", "main", "origin/far"])
    assert listed(desk)[:2] == ["main", "local"]
    desk.terminal.press("f", "a", "r")
    eventually(lambda: listed(desk) == ["origin/far"])
    desk.terminal.press("Enter")
    desk.shows("far")
    assert world.git(home, "rev-parse", "--abbrev-ref", "far@{upstream}") == "origin/far"


@pytest.mark.parametrize("typed", ["pr/7", "https://example.com/owner/app/pull/7"])
def test_checkout_of_a_typed_pull_request(world: World, typed: str) -> None:
    bare, home = world.clone("app")
    tip(world, home, "pr/7-like", 1)
    world.git(home, "push", "-q", "origin", "pr/7-like:refs/pull/7/head")
    if "://" in typed:
        world.git(home, "config", f"url.{bare}.insteadOf", "https://example.com/owner/app")
        world.git(home, "remote", "set-url", "origin", "https://example.com/owner/app")
    desk = Desk(world, folder=home)
    desk.open("checkout", CHECKOUT)
    desk.terminal.type(typed)
    desk.shows("pr-7")
    assert world.git(home, "rev-parse", "pr-7") == world.git(home, "rev-parse", "pr/7-like")


def test_checkout_of_a_branch_that_is_called_like_something_else(world: World) -> None:
    # Names are searched, not the path in `checked out at`: three letters in a row are in any
    _, home = world.clone("added")
    tip(world, home, "origin/odd", 1)
    desk = Desk(world, folder=home)
    desk.open("checkout", CHECKOUT.replace("app", "added"))
    eventually(lambda: sorted(listed(desk)) == ["main", "origin/odd"])
    desk.terminal.press("o", "d", "d")
    eventually(lambda: listed(desk) == ["origin/odd"])
    desk.terminal.press("Enter")
    desk.shows("origin/odd")
    assert world.git(world.worktree("origin/odd"), "symbolic-ref", "HEAD") == "refs/heads/origin/odd"


def test_checkout_of_what_is_not_there_asks_again(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    desk.open("checkout", CHECKOUT)
    desk.terminal.press("z", "z", "z")
    eventually(lambda: not listed(desk))
    desk.terminal.press("Enter")
    desk.terminal.wait("(any key)")
    assert desk.popup()[:2] == ["par: there is no branch 'zzz' in app", "hint: git branch --all"]
    desk.terminal.press("x")
    desk.terminal.wait(CHECKOUT)


def test_send_asks_for_contexts_and_text(world: World) -> None:
    desk = Desk(world)
    world.started("one", "two")
    desk.open("send", "○ one")
    desk.terminal.press("Enter")
    desk.terminal.wait("Send to two: type the command")
    desk.terminal.type("-n 'echo' ; #{pane_id} `id`")
    desk.terminal.wait("par: sent to two")
    eventually(lambda: "-n 'echo' ; #{pane_id} `id`" in world.screen(f"={world.session('two')}:"))
    assert "echo" not in world.screen(f"={world.session('one')}:")
    desk.gone()


def test_send_to_all(world: World) -> None:
    desk = Desk(world)
    home = world.started("one", "two")
    desk.open("send-all", "Send to all 2 contexts: type the command")
    desk.terminal.type("echo hi")
    desk.terminal.wait("par: sent to all 2 contexts")
    desk.gone()
    # As par send it leaves out the context that one is in
    desk.par("start", "three", cwd=home)
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=two:")
    desk.open("send-all", "Send to all 2 other contexts: type the command")
    desk.terminal.type("echo $((40 + 2))")
    desk.terminal.wait("par: sent to all 2 other contexts")
    eventually(lambda: all("42" in world.screen(f"={label}:") for label in ("one", "three")))
    assert "42" not in world.screen("=two:")
    desk.gone()


def test_send_asks_before_it_answers_for_the_user(world: World) -> None:
    desk = Desk(world)
    world.started("one", "two")
    desk.par("state", "waiting", "two")
    one, two = (f"={world.session(label)}:" for label in ("one", "two"))

    def type_to_all(key: str) -> None:
        desk.open("send-all", "Send to all 2 contexts: type the command")
        desk.terminal.type(f"echo {key}$((40 + 2))")
        desk.terminal.wait("y sends it all the same")
        desk.terminal.press(key)
        eventually(lambda: f"{key}42" in world.screen(one))

    type_to_all("n")
    desk.gone()
    type_to_all("y")
    desk.terminal.wait("par: sent to all 2 contexts")
    eventually(lambda: "y42" in world.screen(two))
    assert "n42" not in world.screen(two)
    assert world.screen(one).count("y42") == 1


def test_send_to_a_stopped_context_says_so(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.tmux("kill-session", "-t", f"={world.session('feat')}:")
    desk.open("send", "· feat")
    desk.terminal.press("Enter")
    desk.terminal.wait("Send to feat: type the command")
    desk.terminal.type("ls")
    desk.terminal.wait("(any key)")
    assert desk.popup()[0] == "feat: not sent, its session is stopped"


def test_remove_asks_which(world: World) -> None:
    desk = Desk(world)
    world.started("one", "two", "three")
    desk.open("remove", "○ one")
    desk.terminal.press("Tab", "Tab", "Enter")
    desk.terminal.wait("y removes")
    assert desk.popup()[0] == "Remove three two?"
    desk.terminal.press("y")
    desk.terminal.wait("par: removed 2 contexts - par undo brings them back")
    desk.gone()
    assert [*world.index["contexts"]] == ["one"]


def test_help_names_the_keys(world: World) -> None:
    desk = Desk(world)
    desk.open("help", "(any key)")
    shown = "\n".join(desk.popup())
    assert "ctrl-s  send to the marked" in shown
    assert "prefix A" in shown
    assert "choose a context" in shown
    desk.terminal.press("x")
    desk.gone()


def test_without_fzf_everything_is_asked_by_number(world: World) -> None:
    home = world.repository("app")
    world.git(home, "branch", "feat")
    desk = Desk(world, folder=home, variables={"PATH": only(world.home / "bin")})
    desk.open("checkout", "(a number; empty: cancel)")
    shown = desk.popup()
    place = next(line.split()[0] for line in shown if line.endswith("feat"))
    desk.terminal.type(place)
    desk.shows("feat")
    desk.open("new", "(empty: cancel)")
    desk.terminal.type("second")
    desk.shows("second")
    desk.open("remove", "(a number; empty: cancel)")
    assert [line.split() for line in desk.popup()[:2]] == [["1", "feat"], ["2", "second"]]
    desk.terminal.type("2")
    desk.terminal.wait("Remove second?")
    desk.terminal.press("y")
    desk.terminal.wait("removed 'second'")
    desk.gone()
    desk.open("send", "(a number; empty: cancel)")
    desk.terminal.type("")
    desk.gone()


def test_a_small_terminal_has_room_for_a_new_context(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"), columns=40, lines=12)
    desk.open("new", LABEL[:20])
    desk.terminal.type("feat")
    desk.shows("feat")
    shutil.rmtree(world.worktree("feat"))


def test_a_branch_that_a_context_has_opens_that_context(world: World) -> None:
    home = world.home / "src/app"
    home.mkdir(parents=True)
    desk = Desk(world, folder=home)
    world.started("feat")
    desk.open("checkout", "in context feat")
    assert any(line.endswith(f"checked out at {home}") for line in desk.popup())
    desk.terminal.press("f", "e", "a", "t")
    eventually(lambda: sum(" ago " in line for line in desk.popup()) == 1)
    desk.terminal.press("Enter")
    desk.shows("feat")
    desk.gone()


def test_a_branch_of_a_context_can_be_built_upon(world: World) -> None:
    home = world.home / "src/app"
    home.mkdir(parents=True)
    desk = Desk(world, folder=home)
    world.started("feat")
    desk.open("new-from", "in context feat")
    desk.terminal.press("f", "e", "a", "t")
    eventually(lambda: sum(" ago " in line for line in desk.popup()) == 1)
    desk.terminal.press("Enter")
    desk.terminal.wait("New context in app, from feat: type its label")


def test_help_is_whole_on_a_small_terminal(world: World) -> None:
    desk = Desk(world, columns=40, lines=12)
    desk.open("help", "(any key)")
    first = desk.popup()
    assert first[:2] == ["In the picker: type to filter", " enter   open it"]
    desk.terminal.press("x")
    desk.terminal.wait("esc     leave")
    if "prefix A" not in desk.terminal.wait("(any key)"):  # in a popup of tmux 3.2 there is less room
        desk.terminal.press("x")
    desk.terminal.wait("prefix A       par: choose a context".replace(" par: ", " "))
    desk.terminal.wait("(any key)")


def test_long_lines_are_broken_between_words(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"), columns=40, lines=12)
    desk.open("new", LABEL[:20])
    desk.terminal.type("my feature")
    desk.terminal.wait("(any key)")
    assert desk.popup()[:2] == ["par: label 'my feature' contains a", "character that is not allowed"]


def test_a_workspace_is_made_of_what_lies_beside_the_repository(world: World) -> None:
    world.repository("api")
    desk = Desk(world, folder=world.repository("app"))
    desk.open("workspace", "New workspace of api app: type its label")
    desk.terminal.type("both")
    desk.shows("both")
    assert {
        each["path"].rpartition("/")[2] for each in world.ok("ls", "--json").json["contexts"][0]["worktrees"]
    } == {
        "api",
        "app",
    }


def test_the_last_removal_is_undone(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.par("rm", "feat")
    desk.open("undo", "par: restored 'feat': session in app")
    desk.gone()
    assert [*world.index["contexts"]] == ["feat"]


def test_the_trash_is_shown_to_choose_from(world: World) -> None:
    desk = Desk(world)
    desk.open("trash", "The trash is empty.")
    desk.terminal.press("x")
    world.started("first", "second")
    desk.par("rm", "first", "second")
    desk.open("trash", "Bring back")
    desk.terminal.press("f", "i", "r", "s", "t")
    eventually(lambda: not any("second" in line for line in desk.popup()))
    desk.terminal.press("Enter")
    desk.terminal.wait("par: restored 'first': session in app")
    desk.gone()
    assert [*world.index["contexts"]] == ["first"]


def test_all_stopped_contexts_get_their_sessions_again(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.tmux("kill-session", "-t", f"={world.session('feat')}:")
    desk.open("resurrect", "par: every context has its session")
    desk.gone()
    assert world.session("feat") in world.sessions()
