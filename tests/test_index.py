"""The JSON index: its form and modes, what is done with one that is damaged, and the import of par-cli's."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import PAR, Terminal, World, eventually
from par.model import Context, Kind, Phase, Repository, Worktree
from par.state import contexts_tsv, index_text, legacy
from par.state.records import Damaged, from_record, to_record

HINT = "hint: par doctor\n"


def index_of(world: World) -> Path:
    return world.data / "global_state.json"


def test_index_has_version_2_and_a_record_for_each_context(world: World) -> None:
    home = world.repository("app")
    world.ok("start", "feat", cwd=home)
    (root,) = world.data.glob("worktrees/*/feat")
    record = world.index["contexts"]["feat"]
    made = datetime.fromisoformat(record.pop("created_at"))
    assert timedelta() <= datetime.now(timezone.utc) - made < timedelta(minutes=2)
    assert record.pop("operation").isalnum()
    assert record == {
        "kind": "session",
        "phase": "ready",
        "root": str(root),
        "session": "feat",
        "socket": f"{world.home}/tmux-{os.getuid()}/default",
        "worktrees": [
            {
                "repository": str(home),
                "common_dir": f"{home}/.git",
                "path": str(root),
                "branch": "feat",
                "is_branch_ours": True,
                "doomed_oid": "",
                "base": "refs/heads/main",
                "base_oid": world.git(home, "rev-parse", "HEAD"),
            }
        ],
    }
    assert (set(world.index), world.index["version"]) == ({"version", "data", "contexts", "opened"}, 2)
    assert (set(world.index["contexts"]), world.index["opened"]) == ({"feat"}, [])


def test_folders_of_the_index_may_be_spelled_in_any_way(world: World) -> None:
    world.started("feat")
    folder, index = world.worktree("feat"), index_of(world)
    seen, written = world.ok("ls", "--json").json, index.read_text()
    for other in (f"{folder}/", f"{folder}/.", f"{folder.parent}//feat", f"{folder.parent}/./feat"):
        index.write_text(written.replace(f'"{folder}"', f'"{other}"'))
        assert index.read_text() != written
        assert world.ok("ls", "--json").json == seen
        assert world.ok("whoami", cwd=folder).stdout == "feat\n"
        assert world.par("doctor").status == 0


def test_only_the_owner_can_read_what_par_keeps(world: World) -> None:
    home = world.repository()
    world.run("sh", "-c", 'umask 000; exec "$@"', "sh", *PAR, "start", "feat", cwd=home)
    modes = {path.name: path.stat().st_mode & 0o777 for path in world.data.glob("*")}
    assert modes.pop("worktrees") & 0o700 == 0o700
    assert modes == {"global_state.json": 0o600, "contexts.tsv": 0o600, "locks": 0o700}
    assert world.data.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (world.data / "locks").iterdir()} == {0o600}


WORKTREE = {
    "repository": "/g",
    "common_dir": "/g/.git",
    "path": "/r",
    "branch": "b",
    "is_branch_ours": True,
    "doomed_oid": "",
}
GOOD = {
    "kind": "session",
    "phase": "ready",
    "root": "/r",
    "session": "s",
    "socket": "/s",
    "created_at": "2025-01-01T00:00:00+00:00",
    "operation": "0a",
    "worktrees": [WORKTREE],
}


def index_with(**changes: Any) -> bytes:
    """An index with one context, whose record has these fields changed."""
    return json.dumps({"version": 2, "contexts": {"a": {**GOOD, **changes}}, "opened": []}).encode()


DAMAGED = {
    "empty": b"",
    "blank": b" \n\n",
    "truncated": index_with()[:-40],
    "NUL bytes": bytes(200),
    "byte order mark": b"\xef\xbb\xbf" + index_with(),
    "UTF-16": index_with().decode().encode("utf-16"),
    "bad UTF-8": index_with().replace(b'"b"', b'"\xff\xfe"'),
    "binary": bytes(range(256)),
    "merge markers": b"<<<<<<< HEAD\n" + index_with() + b"\n=======\n{}\n>>>>>>> other\n",
    "two documents": index_with() * 2,
    "null": b"null",
    "list": b"[]",
    "number": b"2",
    "text": b'"contexts"',
    "empty object": b"{}",
    "no contexts": b'{"version": 2, "opened": []}',
    "no version": b'{"contexts": {}, "opened": []}',
    "older version": b'{"version": 1, "contexts": {}, "opened": []}',
    "version in words": b'{"version": "two", "contexts": {}, "opened": []}',
    "huge number": b'{"version": ' + b"9" * 10_000 + b"}",
    "contexts in a list": b'{"version": 2, "contexts": [], "opened": []}',
    "opened is null": b'{"version": 2, "contexts": {}, "opened": null}',
    "same label twice": index_with().replace(b'{"a": ', b'{"a": ' + json.dumps(GOOD).encode() + b', "a": '),
    "deeply nested": b"[" * 200_000,
    "deeply nested object": b'{"a":' * 100_000,
}
COMMANDS = (("ls",), ("labels",), ("path", "a"), ("rm", "a"), ("rm", "all", "-y", "--purge", "--force"))


def check_refused(world: World, *words: str, cwd: Path | None = None) -> None:
    result = world.par(*words, cwd=cwd)
    first, hint = result.stderr.splitlines(keepends=True)
    assert (result.status, result.stdout, hint) == (7, "", HINT), result
    assert first.startswith(f"par: the index {index_of(world)} "), result


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_index_is_told_in_a_line_and_left_as_it_is(world: World, name: str) -> None:
    world.data.mkdir(parents=True)
    index_of(world).write_bytes(DAMAGED[name])
    check_refused(world, *COMMANDS[list(DAMAGED).index(name) % len(COMMANDS)])
    assert index_of(world).read_bytes() == DAMAGED[name]
    assert {path.name for path in world.data.iterdir()} <= {"global_state.json", "locks"}


DAMAGED_RECORDS: dict[str, object] = {
    "null": None,
    "a-list": [],
    "no-fields": {},
    "unknown-kind": {**GOOD, "kind": "other"},
    "unknown-phase": {**GOOD, "phase": None},
    "relative-root": {**GOOD, "root": "worktrees/a"},
    "root-is-a-number": {**GOOD, "root": 7},
    "no-session-name": {**GOOD, "session": ""},
    "no-time": {**GOOD, "created_at": "yesterday"},
    "time-is-a-number": {**GOOD, "created_at": 1700000000},
    "operation-is-a-path": {**GOOD, "operation": "../../src"},
    "no-worktree": {**GOOD, "worktrees": []},
    "worktrees-is-a-text": {**GOOD, "worktrees": "abc"},
    "worktree-without-path": {**GOOD, "worktrees": [{"repository": "/g", "common_dir": "/g/.git"}]},
    "": GOOD,
    "all": GOOD,
    "-rf": GOOD,
    "two\nlines": GOOD,
}


def damage(world: World) -> None:
    """Put damaged records of every sort before and after what the index has."""
    document = world.index
    items = list(DAMAGED_RECORDS.items())
    document["contexts"] = {**dict(items[:9]), **document["contexts"], **dict(items[9:])}
    index_of(world).write_text(json.dumps(document))


def kept(world: World) -> dict[str, object]:
    """The damaged records, as they are in the index now."""
    return {label: record for label, record in world.index["contexts"].items() if label in DAMAGED_RECORDS}


def test_damaged_records_are_shown_and_kept_as_they_are_and_the_others_work(world: World) -> None:
    home = world.started("feat")
    damage(world)
    rows = {each["label"]: each for each in world.ok("ls", "--json").json["contexts"]}
    assert rows["feat"]["state"] == "running"
    assert {label for label, row in rows.items() if row["state"] == "damaged"} == set(DAMAGED_RECORDS)
    assert all(row.keys() == rows["feat"].keys() for row in rows.values())
    shown = world.ok("ls")
    marks = [line.split("\t")[0] for line in shown.stdout.splitlines() if "\tdamaged\t" in line]
    assert marks == [*[*DAMAGED_RECORDS][:-1], "two\\u{a}lines"]
    assert shown.stderr.count("\n") == len(DAMAGED_RECORDS)
    assert "the record of 'unknown-kind' is damaged: 'other' is not a valid Kind: par doctor --fix\n" in (
        shown.stderr
    )
    assert [row["label"] for row in world.ok("ls", "--json", "--kind", "session").json["contexts"]] == [
        "feat"
    ]
    assert world.ok("labels").stdout == "feat\n"
    world.ok("start", "more", cwd=home)
    world.ok("send", "feat", "true")
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert kept(world) == DAMAGED_RECORDS
    assert set(world.index["contexts"]) == {"feat", "more", *DAMAGED_RECORDS}


def test_command_for_a_damaged_record_is_refused_and_one_for_all_skips_it(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "topic")
    world.ok("start", "feat", cwd=home)
    world.ok("start", "gone", cwd=home)
    world.ok("rm", "gone")
    damage(world)
    document = world.index
    document["contexts"].update(gone=GOOD | {"kind": 1})
    index_of(world).write_text(json.dumps(document))
    told, hint = "the record of context 'no-time' is damaged: ", "hint: par doctor --fix\n"
    told += "Invalid isoformat string: 'yesterday'"
    uses = (("path",), ("open",), ("rm",), ("code", "--editor", "true"), ("send", "--dry-run", "--", "x"))
    for verb, *rest in uses:
        words = (verb, *rest[:-1], "No-Time", *rest[-1:]) if verb == "send" else (verb, "No-Time", *rest)
        result = world.par(*words)
        assert (result.status, result.stdout, result.stderr) == (7, "", f"par: {told}\n{hint}"), words
    makes = (("start", "no-time"), ("checkout", "topic", "-l", "NO-TIME"))
    for words in makes:
        result = world.par(*words, cwd=home)
        assert (result.status, result.stdout, result.stderr) == (4, "", f"par: {told}\n{hint}"), words
    result = world.par("restore", "gone")
    assert (result.status, result.stderr) == (
        4,
        "par: the record of context 'gone' is damaged: 1 is not a valid Kind\n" + hint,
    )
    labels = ", ".join(DAMAGED_RECORDS).replace("\n", "\\u{a}")
    skipped = f"skipped, the record is damaged: {labels}, gone (par doctor --fix)\n"
    assert world.ok("send", "all", "true").stderr == skipped
    assert world.ok("control-center", "--no-attach").stderr == skipped
    assert world.ok("resurrect").stderr == skipped
    result = world.ok("rm", "all", "-y")
    assert (result.stdout.splitlines()[0], result.stderr) == (
        "removed 'feat': worktree, branch feat, session",
        skipped,
    )
    assert world.index["contexts"] == {**DAMAGED_RECORDS, "gone": GOOD | {"kind": 1}}
    assert world.par("rm", "all", "-y").status == 3


def test_start_and_checkout_make_nothing_next_to_a_damaged_index(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "topic")
    world.data.mkdir(parents=True)
    index_of(world).write_bytes(DAMAGED["truncated"])
    for words in (
        ("start", "feat"),
        ("checkout", "topic"),
        ("control-center",),
        ("open", "a"),
        ("send", "a", "x"),
    ):
        check_refused(world, *words, cwd=home)
    assert index_of(world).read_bytes() == DAMAGED["truncated"]
    assert (world.branches(home), world.sessions()) == ({"main", "topic"}, [])
    assert not (world.data / "worktrees").exists()


def test_newer_index_asks_for_a_newer_par_and_is_left_as_it_is(world: World) -> None:
    home = world.repository()
    world.data.mkdir(parents=True)
    index_of(world).write_text('{"version": 3, "things": []}')
    for words in (("ls",), ("start", "feat"), ("rm", "feat")):
        told = f"par: the index {index_of(world)} has version 3, newer than this par\nhint: update par\n"
        result = world.par(*words, cwd=home)
        assert (result.status, result.stdout, result.stderr) == (7, "", told)
    assert index_of(world).read_text() == '{"version": 3, "things": []}'


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


STRANGERS: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "FIFO": os.mkfifo,
    "socket": a_socket,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_stands_in_the_place_of_the_index_stays_and_nobody_hangs(world: World, name: str) -> None:
    home = world.repository()
    world.data.mkdir(parents=True)
    STRANGERS[name](index_of(world))
    before = index_of(world).lstat()
    check_refused(world, "ls")
    check_refused(world, "start", "feat", cwd=home)
    after = index_of(world).lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert (world.branches(home), world.sessions()) == ({"main"}, [])
    assert not (world.data / "nowhere").exists()


QUICK = settings(deadline=None, max_examples=60)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1).filter(
    lambda name: name not in {".", ".."}
)
# A name that is not UTF-8 comes from the file system with its odd bytes as lone surrogates
odd_names = (
    st.binary(min_size=1, max_size=8).map(os.fsdecode).filter(lambda it: not set(it) & {"\0", "/", "."})
)
folders = st.lists(names | odd_names, min_size=1, max_size=4).map(lambda parts: Path("/", *parts))
texts = folders.map(str)
variables = st.lists(st.tuples(names, st.text()), max_size=2).map(tuple)
worktrees = st.builds(
    Worktree,
    st.builds(Repository, folders, folders),
    texts,
    branch=names,
    is_branch_ours=st.booleans(),
    deletable_oid=st.sampled_from(["", "0" * 40]),
    port=st.integers(1, 65_535),
    port_count=st.integers(1, 100),
    env=variables,
    env_asked=variables,
    included=st.lists(names, max_size=2).map(tuple),
)
# Of what is printable, so that hardly any is thrown away
printable = st.characters(exclude_categories=["C", "Z"], include_characters=" ", exclude_characters="/")
labels = st.text(printable, min_size=1).filter(
    lambda it: it.isprintable() and it[0] != "-" and it.casefold() not in {"all", ".", ".."}
)
contexts = st.builds(
    Context,
    label=labels,
    kind=st.sampled_from(Kind),
    phase=st.sampled_from(Phase),
    folder=texts,
    worktrees=st.lists(worktrees, min_size=1, max_size=3).map(tuple),
    session=names,
    socket=folders,
    created_at=st.datetimes(timezones=st.just(timezone.utc)),
    operation=st.text("0123456789abcdef", min_size=1),
    new_label=st.just("") | labels,
    command=st.text(),
    prompt=st.none() | st.text(),
)


@QUICK
@given(st.lists(contexts, max_size=3, unique_by=lambda it: it.label), st.sampled_from(Phase))
def test_text_of_the_index_has_a_line_for_each_record_as_it_is_now(made: list[Context], phase: Phase) -> None:
    """A record comes back as the context that it was."""
    for each in made:
        assert from_record(each.label, json.loads(json.dumps(to_record(each)).encode())) == each
    index_text.document(2, "/data", made, (), ())
    now = [*(each._replace(phase=phase) for each in made[:1]), *made[1:]]
    said = index_text.document(2, "/data", now, (Damaged("no label", [{}], "?"),), ["\U0001f600"])
    records = {**{each.label: to_record(each) for each in now}, "no label": [{}]}
    assert json.loads(said) == {
        "version": 2,
        "data": "/data",
        "contexts": records,
        "opened": ["\U0001f600"],
    }
    assert said.count("\n") == len(records) + 2
    rows = index_text.table(now).removesuffix("\n").split("\n")
    ready = [each.label for each in now if each.is_ready]
    assert [row.split("\t")[0] for row in rows] == (ready or [""])
    assert all(row.count("\t") == len(contexts_tsv.Row._fields) - 1 for row in rows if ready)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@QUICK
@given(contexts, st.sampled_from(sorted(GOOD)), json_values)
def test_damaged_record_raises_only_what_load_expects(context: Context, field: str, value: object) -> None:
    record = {**to_record(context), field: value}
    try:
        read = from_record(context.label, record)
    except (AttributeError, KeyError, TypeError, ValueError):
        return
    assert read.root.is_absolute()
    assert read.worktrees
    assert read.operation.isalnum()
    assert read.created_at.tzinfo is not None


@QUICK
@given(json_values)
def test_only_a_document_of_par_cli_is_taken_for_one(document: object) -> None:
    expected = isinstance(document, dict) and {"sessions", "workspaces"} <= set(document)
    assert legacy.is_legacy(document) <= expected


class Older:
    """What par-cli 0.2 left: a session, a checkout and a workspace, made with git and tmux as it did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.home = world.repository("My.App")
        self.parts = [world.repository(name, under=world.home / "ws") for name in ("front", "back")]
        self.sessions: dict[str, dict[str, Any]] = {}
        world.git(self.home, "branch", "topic")
        self._session("v1.2", "session", is_managed=True)
        self._session("topic", "checkout", is_managed=False)
        self._workspace("both")
        world.data.chmod(0o755)
        self.content = json.dumps(
            {
                "sessions": {label: self.sessions[label] for label in ("v1.2", "topic")},
                "workspaces": {"both": self.sessions["both"]},
                "last_session": "topic",
                "previous_session": "v1.2",
            },
            indent=2,
        )
        index_of(world).write_text(self.content)

    def _session(self, label: str, kind: str, is_managed: bool) -> None:
        path = self.world.data / "worktrees/0123abcd" / label
        words = ("-b", label, str(path)) if is_managed else (str(path), label)
        self.world.git(self.home, "worktree", "add", "-q", *words)
        self._add(label, kind, self.home, path, f"par-my-app-0123-{label}", managed_branch=is_managed)

    def _workspace(self, label: str) -> None:
        root = self.world.data / "workspaces/4567abcd" / label
        parts = [
            {
                "repo_name": home.name,
                "repo_path": str(home),
                "worktree_path": str(root / home.name / label),
                "branch_name": label,
            }
            for home in self.parts
        ]
        for home, part in zip(self.parts, parts, strict=True):
            self.world.git(home, "worktree", "add", "-q", "-b", label, part["worktree_path"])
        self._add(label, "workspace", root, root, f"par-ws-ws-4567-{label}", workspace_repos=parts)

    def _add(self, label: str, kind: str, home: Path, path: Path, session: str, **more: object) -> None:
        self.world.run("tmux", "new-session", "-d", "-s", session, "-c", str(path))
        self.sessions[label] = {
            "label": label,
            "repository_path": str(home),
            "repository_name": home.name,
            "worktree_path": str(path),
            "tmux_session_name": session,
            "branch_name": label,
            "created_at": "2025-06-01T10:20:30.123456",
            "session_type": kind,
            **more,
        }


@pytest.fixture
def older(world: World) -> Older:
    return Older(world)


def test_looking_at_the_older_index_shows_it_and_changes_nothing(world: World, older: Older) -> None:
    rows = world.ok("ls", "--json").json["contexts"]
    assert [(row["label"], row["kind"], row["state"], row["branch"]) for row in rows] == [
        ("both", "workspace", "running", "both"),
        ("v1.2", "session", "running", "v1.2"),
        ("topic", "checkout", "running", "topic"),
    ]
    assert {row["created_at"][:19] for row in rows} == {"2025-06-01T10:20:30"}
    assert [worktree["repository"] for worktree in rows[0]["worktrees"]] == list(map(str, older.parts))
    root = world.data / "workspaces/4567abcd/both"
    assert world.ok("path", "both").stdout == f"{root}\n"
    assert index_of(world).read_text() == older.content


def test_older_index_is_imported_once_with_a_backup(world: World, older: Older) -> None:
    backup = world.data / "global_state.par-cli.json"
    world.ok("start", "new", cwd=older.home)
    assert (world.index["version"], world.index["opened"]) == (2, ["topic", "v1.2"])
    assert set(world.index["contexts"]) == {"v1.2", "topic", "both", "new"}
    assert (backup.read_text(), backup.stat().st_mode & 0o777) == (older.content, 0o600)
    assert index_of(world).stat().st_mode & 0o777 == 0o600
    world.ok("rm", "--purge", "new")
    assert backup.read_text() == older.content


def clients_of(world: World) -> list[str]:
    return world.tmux("list-clients", "-F", "#{session_name}").splitlines()


def dotted(world: World) -> tuple[str, str]:
    """Id and name of the session that was asked for with a dot in its name, which tmux keeps from 3.7 on."""
    rows = world.tmux("list-sessions", "-F", "#{session_id} #{session_name}").splitlines()
    ident, _, name = next(row for row in rows if row.endswith(("v1.2", "v1_2"))).partition(" ")
    return ident, name


def test_older_contexts_can_be_sent_to_opened_and_removed(
    world: World, older: Older, terminal: Terminal
) -> None:
    sent = world.ok("send", "all", "echo re''ceived").stdout.splitlines()
    assert len(sent) == 3
    session, name = dotted(world)
    eventually(lambda: "received" in world.screen(f"{session}:"), "the text")
    terminal.par("open v1.2")
    eventually(lambda: clients_of(world) == [name], "a client on the session")
    assert world.tmux("show-options", "-v", "-t", f"{session}:", "@par_label") == "v1.2"
    world.tmux("detach-client", "-s", session)
    assert world.ok("rm", "--purge", "v1.2").stdout == "removed 'v1.2': worktree, branch v1.2, session\n"
    # par-cli did not note whether the branches of a checkout or of a workspace were its own: they stay
    assert world.ok("rm", "--purge", "topic", "both", "--force").status == 0
    assert world.branches(older.home) == {"main", "topic"}
    assert [world.branches(home) for home in older.parts] == [{"main", "both"}] * 2
    for home in (older.home, *older.parts):
        assert len(world.git(home, "worktree", "list").splitlines()) == 1
    assert (world.index["contexts"], world.index["opened"], world.sessions()) == ({}, [], [])
    assert [path for kind in ("worktrees", "workspaces") for path in world.data.glob(f"{kind}/*")] == []


def test_stopped_older_context_is_opened_again_in_its_worktree(
    world: World, older: Older, terminal: Terminal
) -> None:
    session = "par-my-app-0123-v1_2"
    world.tmux("kill-session", "-t", f"{dotted(world)[0]}:")
    terminal.par("open v1.2")
    eventually(lambda: clients_of(world) == [session], "a client on the session")
    asked = ("display-message", "-p", "-t", f"={session}:", "#{session_path}")
    assert world.tmux(*asked) == older.sessions["v1.2"]["worktree_path"]


@pytest.mark.parametrize("missing", ["worktree_path", "branch_name", "created_at"])
def test_damaged_older_index_is_left_as_it_is(world: World, older: Older, missing: str) -> None:
    document = json.loads(older.content)
    del document["sessions"]["topic"][missing]
    index_of(world).write_text(json.dumps(document))
    check_refused(world, "ls")
    check_refused(world, "start", "new", cwd=older.home)
    assert json.loads(index_of(world).read_text()) == document
    assert not (world.data / "global_state.par-cli.json").exists()


def test_older_index_with_nothing_in_it_is_imported(world: World) -> None:
    home = world.repository()
    world.data.mkdir(parents=True)
    index_of(world).write_text('{"sessions": {}, "workspaces": {}}')
    world.ok("start", "feat", cwd=home)
    assert set(world.index["contexts"]) == {"feat"}
