"""Labels, globs, `all` and filters mean the same contexts to every command that takes several."""

from __future__ import annotations

import pytest

from conftest import World, eventually, refused


@pytest.fixture
def several(world: World) -> World:
    """Contexts one-a, one-b and lone in two repositories, a checkout, and a workspace of both."""
    world.copied(_several)
    return world


def _several(world: World) -> None:
    app, shop = world.repository("app"), world.repository("shop")
    for label, home in (("one-a", app), ("one-b", shop), ("Lone", shop)):
        world.ok("start", label, cwd=home)
    world.git(app, "branch", "topic")
    world.ok("checkout", "topic", cwd=app)
    world.ok("workspace", "start", "both", cwd=world.home / "src")


def listed(world: World, *words: str) -> list[str]:
    return [each["label"] for each in world.ok("ls", "--json", *words).json["contexts"]]


def aimed(world: World, *words: str) -> list[str]:
    """What `send` would type into, by its dry run."""
    return [line.partition(":")[0] for line in world.ok("send", "--dry-run", *words, "x").stdout.splitlines()]


def test_words_and_filters_mean_the_same_to_ls_and_send(several: World) -> None:
    session = several.session("one-b")
    several.tmux("set-option", "-t", f"={session}:", "@par_init", "failed")
    several.tmux("set-option", "-t", f"={several.session('topic')}:", "@par_state", "waiting")
    several.tmux("kill-session", "-t", f"={several.session('one-a')}:")
    everything = ["one-a", "one-b", "Lone", "topic", "both"]
    for words, expected in (
        (("all",), everything),
        (("ALL", "one-a"), everything),
        (("one-*",), ["one-a", "one-b"]),
        (("LONE", "O[n]e-?", "lone"), ["Lone", "one-a", "one-b"]),
        (("*o*", "--repo", "shop"), ["one-b", "Lone", "both"]),
        (("--kind", "checkout"), ["topic"]),
        (("--init", "failed"), ["one-b"]),
        (("--state", "waiting"), ["topic"]),
        (("--state", "stopped"), ["one-a"]),
        (("all", "--state", "running", "--kind", "session"), ["one-b", "Lone"]),
    ):
        assert listed(several, *words) == expected, words
        assert aimed(several, *words) == expected, words
    assert listed(several) == everything
    assert aimed(several, "both/shop", "--repo", "shop") == ["both/shop"]


def test_what_matches_nothing_is_exit_status_3(several: World) -> None:
    for words, message, hint in (
        (("no-*",), "no context matches 'no-*'", "par ls"),
        (
            ("one-*", "--kind", "checkout"),
            "none of the 2 contexts matches --kind checkout",
            "par ls",
        ),
        (("Lone", "--repo", "app"), "the context does not match --repo app", "par ls"),
    ):
        refused(several.par("ls", *words), 3, message, hint)
        refused(several.par("send", *words, "x"), 3, message, hint)
        refused(several.par("rm", "-y", *words), 3, message, hint)
    unknown = "there is no context 'lon'"
    refused(several.par("rm", "-y", "one-*", "lon"), 3, unknown, "par rm -y 'one-*' Lone")
    # One repository of a workspace is never corrected to all of it
    part = "there is no context 'both/App': it is one repository of the workspace 'both'"
    refused(several.par("rm", "both/App"), 3, part.replace("App", "app"), "par workspace drop both app")
    for line in ("merge both/App", "rebase both/App", "rename both/App foo", "ls both/App"):
        refused(several.par(*line.split()), 3, part, "this takes a whole workspace")
    refused(several.par("merge", "both/x"), 3, "there is no context 'both/x'", "par ls")
    # What is long, or more than a line, is not for pasting
    refused(several.par("send", "lon", "a\nb"), 3, unknown, "did you mean 'Lone'?")
    none = several.par("ls", "--json", "--kind", "checkout", "--repo", "shop")
    assert (none.status, none.json) == (3, {"version": 1, "contexts": []})
    assert several.par("rm").stderr == (
        "par: name contexts, or all, or a filter such as --repo NAME\nhint: par rm --help\n"
    )


def test_rm_of_what_was_not_named_one_by_one_asks_first(several: World) -> None:
    hint = "par rm 'o*' --repo shop -y"
    refused(several.par("rm", "o*", "--repo", "shop"), 2, "this needs confirmation", hint)
    refused(
        several.par("rm", "--state", "running"), 2, "this needs confirmation", "par rm --state running -y"
    )
    assert several.ok("rm", "o*", "--repo", "shop", "-y").stdout.startswith("removed 'one-b': ")
    several.ok("rm", "-y", "--kind", "workspace")
    assert listed(several) == ["one-a", "Lone", "topic"]


def test_send_to_many_leaves_out_the_context_it_is_called_from(several: World) -> None:
    pane = several.tmux("display-message", "-p", "-t", f"={several.session('one-a')}:", "#{@par_pane}")
    socket = several.tmux("display-message", "-p", "#{socket_path}")
    inside = {"TMUX": f"{socket},1,0", "TMUX_PANE": pane}
    others = ["one-b", "Lone", "topic", "both"]

    def receipts(*words: str, **env: str) -> list[str]:
        said = several.ok("send", "--dry-run", *words, "x", cwd=folder, **env).stdout
        return [line.partition(":")[0] for line in said.splitlines()]

    folder = several.home
    assert receipts("all", **inside) == others
    assert receipts("one-*", **inside) == ["one-b"]
    assert receipts("one-a", **inside) == ["one-a"]
    assert receipts("all", "--self", **inside) == ["one-a", *others]
    refused(
        several.par("send", "*-a", "x", TMUX=inside["TMUX"], TMUX_PANE=pane),
        3,
        "there is no other context than 'one-a', where you are",
        "par send --self, to send to it too",
    )
    # An agent whose environment lost the pane is in its worktree
    folder = several.worktree("one-a")
    assert receipts("all") == others
    several.tmux("send-keys", "-t", pane, "-l", "touch $PWD/typed")
    several.tmux("send-keys", "-t", pane, "Enter")
    eventually((folder / "typed").exists)
