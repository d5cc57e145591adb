"""What is mounted below a context: it is named, and nothing that deletes ever goes there."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from conftest import PAR, Result, World
from par.git import deletion
from par.system import mounts

NAMESPACE = ("unshare", "-Urm")


def mounted(world: World, script: str, *arguments: Path | str) -> Result:
    """Run a shell script where it may mount, and what it mounts is seen by it alone."""
    if not shutil.which("unshare") or world.run(*NAMESPACE, "mount", "-t", "tmpfs", "x", "/mnt").status:
        pytest.skip("no private mount namespace (unshare -Urm) to be had")
    told = f'par() {{ {" ".join(map(repr, PAR))} "$@"; }}\n{script}'
    return world.run(*NAMESPACE, "bash", "-c", told, "bash", *map(str, arguments), cwd=world.home / "src/app")


@pytest.fixture
def precious(world: World) -> Path:
    folder = world.home / "precious"
    folder.mkdir()
    (folder / "data").write_text("kept\n")
    return folder


def test_what_has_a_mount_in_it_is_not_removed(world: World, precious: Path) -> None:
    world.started("feat")
    place = world.worktree("feat") / "build/data of it"
    place.mkdir(parents=True)
    ways = ("rm", "rm --purge -y", "rm --purge --force -y")
    script = 'mount --bind "$1" "$2" || exit\n' + "\n".join(f"par {way} feat; echo $?" for way in ways)
    result = mounted(world, script, precious, place)
    told = f"cannot be removed: 'feat' has something mounted in it, at '{place}'"
    refusal = f"par: {told}\nhint: umount '{place}'\n"
    assert result == Result(0, "5\n" * len(ways), refusal * len(ways))
    assert (precious / "data").read_text() == "kept\n"
    world.ok("rm", "feat")


def test_the_trash_keeps_what_has_a_mount_in_it_and_says_so(world: World, precious: Path) -> None:
    world.started("feat")
    (entry,) = world.ok("rm", "--json", "feat").json["removed"]
    place = world.data / "trash" / entry["trash_id"] / "0/mnt"
    place.mkdir()
    result = mounted(world, 'mount --bind "$1" "$2" && par trash empty -y', precious, place)
    assert f"'feat' ({entry['trash_id']}) stays in the trash" in result.stderr
    assert f"umount '{place}'" in result.stderr
    assert (precious / "data").read_text() == "kept\n"
    assert place.is_dir()
    world.ok("trash", "empty", "-y")
    assert not (world.data / "trash" / entry["trash_id"]).exists()


def test_deleting_a_tree_stops_at_a_mount_that_no_table_names(world: World, precious: Path) -> None:
    world.repository()
    tree = world.home / "tree"
    (tree / "inner").mkdir(parents=True)
    script = (
        'mount --bind "$1" "$2/inner" && PYTHONPATH=$3 exec "$4" -c '
        "'import sys, pathlib as p; from par.git import deletion as d; d.delete_tree(p.Path(sys.argv[1]))' "
        '"$2"'
    )
    source = Path(deletion.__file__).parents[2]
    result = mounted(world, script, precious, tree, source, PAR[0])
    assert "OSError: [Errno 16] something is mounted there" in result.stderr
    assert (precious / "data").read_text() == "kept\n"


def test_deleting_a_tree_takes_what_is_closed_and_what_is_deep_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    tree = tmp_path / "tree"
    deep = tree.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "file").write_text("")
    (tree / "link").symlink_to(outside)
    closed = tree / "closed"
    (closed / "below").mkdir(parents=True)
    (closed / "below").chmod(0)
    closed.chmod(0)
    deletion.delete_tree(tree)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["outside"]
    assert (outside / "kept").exists()


def test_deleting_a_tree_follows_no_link_that_comes_while_it_walks(tmp_path: Path) -> None:
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    (outside / "d").mkdir(parents=True)
    (outside / "d/kept").write_text("")
    is_over = threading.Event()

    def swap() -> None:
        while not is_over.is_set():
            for number in range(50):
                place = tree / str(number)
                try:
                    place.rename(tmp_path / "aside")
                    place.symlink_to(outside)
                    shutil.rmtree(tmp_path / "aside", ignore_errors=True)
                except OSError:
                    continue

    for number in range(50):
        (tree / str(number) / "d").mkdir(parents=True)
        (tree / str(number) / "d/file").write_text("")
    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(20):
            try:
                deletion.delete_tree(tree)
            except OSError:
                continue
            break
    finally:
        is_over.set()
        thread.join()
    assert (outside / "d/kept").exists()


def test_mounts_are_read_from_the_table_and_where_there_is_none_from_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "36 35 98:0 /x /data/a\\040b/c rw - ext4 /dev/a rw\n37 35 98:0 /x /database rw - a b c\n"
    )
    monkeypatch.setattr(mounts, "TABLE", table)
    assert mounts.below(Path("/data")) == [Path("/data/a b/c")]
    program = tmp_path / "mount"
    program.write_text(
        "#!/bin/sh\necho '/dev/disk3s1 on /data/d e (apfs, local)'\necho 'map on /x (autofs)'\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "none")
    monkeypatch.setattr(mounts, "PROGRAM", str(program))
    assert mounts.below(Path("/data")) == [Path("/data/d e")]
