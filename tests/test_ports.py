"""Ports of contexts: leased from the index, free when they are given, never given to two."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import World, refused
from par.errors import StateError
from par.setup import ports
from par.state.index import Index

STARTS = 20


def app(world: World, name: str = "app", **asked: Any) -> Path:
    """A repository that asks for this, in a file that nobody committed."""
    home = world.repository(name)
    (home / ".par.yaml").write_text(json.dumps(asked))
    return home


def block(world: World, label: str) -> list[int]:
    """The ports of a context, as scripts see them."""
    (row,) = [row for row in world.ok("ls", "--json").json["contexts"] if row["label"] == label]
    worktree = row["worktrees"][0]
    return [*range(worktree["port"], worktree["port"] + worktree["ports"])] if worktree["port"] else []


def env_of(world: World, label: str) -> dict[str, str]:
    """What the commands and panes of a context find in their environment."""
    return dict(world.index["contexts"][label]["worktrees"][0].get("env", ()))


def test_each_context_has_ports_of_its_own_until_it_is_removed(world: World) -> None:
    home = app(world, ports=3)
    none = world.repository("none")
    made = world.ok("start", "a", "--json", cwd=home).json["context"]["worktrees"][0]
    world.ok("start", "b", cwd=home)
    world.ok("start", "c", cwd=none)
    first, second = block(world, "a"), block(world, "b")
    assert (made["port"], made["ports"]) == (first[0], 3)
    assert len({*first, *second}) == 6
    assert set(first + second) <= set(range(20_000, 32_000))
    assert env_of(world, "a") == {"PAR_PORT": str(first[0])}
    (row,) = [row for row in world.ok("ls", "--json").json["contexts"] if row["label"] == "c"]
    assert (row["worktrees"][0]["port"], row["worktrees"][0]["ports"]) == (None, 0)
    assert env_of(world, "c") == {}
    world.ok("rm", "a")
    (home / ".par.yaml").write_text(json.dumps({"ports": 1}))
    for label in ("d", "e"):
        world.ok("start", label, cwd=home)
        assert not {*block(world, label)} & {*second}


def test_what_comes_back_has_its_ports_or_others_that_are_free(world: World) -> None:
    home = world.repository()
    asked = {"ports": 2, "env": {"URL": "http://localhost:{port+1}/{label}/{branch}", "BRACES": "{x} {"}}
    (world.home / ".config/par").mkdir(parents=True)
    (world.home / ".config/par/config.yaml").write_text(json.dumps(asked))
    for label in ("a", "b"):
        world.ok("start", label, cwd=home)
    mine, other = block(world, "a"), block(world, "b")
    world.ok("rm", "a", "b")
    assert world.ok("restore", "b").stderr == ""
    assert block(world, "b") == other
    document = world.index
    document["contexts"]["b"]["worktrees"][0]["port"] = mine[1]
    (world.data / "global_state.json").write_text(json.dumps(document))
    result = world.ok("restore", "a", "--as", "new")
    now = block(world, "new")
    assert result.stderr == f"note: 'new' has port {now[0]} now: another context got {mine[0]}\n"
    assert not {*now} & {mine[1], mine[1] + 1}
    said = {"URL": f"http://localhost:{now[1]}/new/new", "BRACES": "{x} {", "PAR_PORT": str(now[0])}
    assert env_of(world, "new") == said


def test_parallel_starts_never_share_a_port(world: World) -> None:
    homes = [app(world, f"app{number}", ports=7) for number in range(2)]
    with ThreadPoolExecutor(STARTS) as pool:
        running = [pool.submit(world.ok, "start", f"c{n}", cwd=homes[n % 2]) for n in range(STARTS)]
        assert [each.result().status for each in running] == [0] * STARTS
    records = [record["worktrees"][0] for record in world.index["contexts"].values()]
    given = [port for each in records for port in range(each["port"], each["port"] + each["port_count"])]
    assert (len(given), len(set(given))) == (STARTS * 7, STARTS * 7)


def test_no_ports_left_is_exit_7_and_leaves_nothing(world: World) -> None:
    home = app(world, ports=100)
    world.ok("start", "a", cwd=home)
    document = world.index
    document["contexts"]["a"]["worktrees"][0].update(port=20_050, port_count=11_851)
    (world.data / "global_state.json").write_text(json.dumps(document))
    told = "no 100 ports in a row are free between 20000 and 31999"
    refused(world.par("start", "b", cwd=home), 7, told, "free those of a context: par rm LABEL")
    assert list(world.index["contexts"]) == ["a"]


class Place(NamedTuple):
    """Where a program listens."""

    id: str
    family: int
    address: str
    is_shared: bool = False


PLACES = [
    Place("own-address", socket.AF_INET, "127.0.0.1"),
    Place("another-own-address", socket.AF_INET, "127.0.0.2"),
    Place("every-address", socket.AF_INET, ""),
    Place("own-address-shared", socket.AF_INET, "127.0.0.1", True),
    Place("every-address-shared", socket.AF_INET, "", True),
    Place("own-address-6", socket.AF_INET6, "::1"),
    Place("every-address-6", socket.AF_INET6, "::"),
    Place("every-address-6-shared", socket.AF_INET6, "::", True),
]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def listen(stack: ExitStack, place: Place, port: int) -> None:
    """Listen there until the test ends."""
    listening = stack.enter_context(socket.socket(place.family))
    if place.is_shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((place.address, port))
    listening.listen()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
def test_port_on_which_a_program_listens_is_not_given(stack: ExitStack, place: Place) -> None:
    try:
        socket.socket(place.family).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    start = ports.lease(Index(), 5, ())
    listen(stack, place, start + 2)
    again = ports.lease(Index(), 5, ())
    assert start + 2 not in range(again, again + 5)
    assert ports.lease(Index(), 1, ()) != start + 2


def test_block_lies_in_no_other_and_fits_between_them() -> None:
    first = ports.lease(Index(), 1, ())
    low = [(first, 10), (first + 13, 10), (20_000, first - 20_000)]
    found = ports.lease(Index(), 3, low)
    assert found >= first + 10  # where other tests try a port for a moment it is a later one
    assert not {*range(found, found + 3)} & {*range(first + 13, first + 23)}
    assert ports.lease(Index(), 4, low) >= first + 23
    with pytest.raises(StateError):
        ports.lease(Index(), 12_001, ())
