"""A model of what the docs promise: whatever par is asked for, all work is somewhere, whole, in a list."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from conftest import Result, World, eventually
from faults.contents import Made, Place
from faults.kinds import Kind
from faults.known import MARK, Work, admin, head, kept, noted, notes, ref, tree, unfinished
from faults.snapshot import stamps

REPOSITORIES = ("app", "back", "front", "docs")
PLACES = ("worktrees/*/*", "review/*/*", "workspaces/*/*", "workspaces/*/*/*", "trash/*/*")
CHANGING = {"creating", "removing", "purging", "restoring", "adding", "dropping", "renaming"}
STATUSES = {0, 2, 3, 4, 5, 6, 7, 8, 130}


class Model:
    """The work that is known, by the mark that lies with it.

    `listed` has the worktrees of each label, `removed` the label of each entry of the trash. `fixed` is
    what par may never move. While something is `sick`, a commit that is checked out may be
    missing, and what was begun may not be finished.
    """

    # What is staged in an index of this content
    _staged: ClassVar[dict[bytes, str]] = {}

    def __init__(self, world: World) -> None:
        self.world = world
        self.source = world.home / "src"
        self.outside = world.home / "outside"
        self.outside.mkdir()
        self.homes = {name: self._repository(name) for name in REPOSITORIES}
        world.repository("library", commits=2)
        self.works: dict[str, Work] = {}
        self.fixed: dict[str, Path] = {}
        self.sick: set[str] = set()
        self.listed: dict[str, list[Path]] = {}
        self.removed: dict[str, str] = {}
        # What git was asked of last, with its answers as they should be
        self._seen: dict[str, tuple[object, ...]] = {}
        self._trash: tuple[object, dict[str, str]] = ({}, {})
        self._count = 0
        self.mine = {name: self._mine(home) for name, home in self.homes.items()}

    def _repository(self, name: str) -> Path:
        home = self.world.repository(name, commits=3)
        (home / ".git/info/exclude").write_text("*.ign\n.env\nbuild/\n")
        (home / "notes").write_text("not committed\n")
        tree = self.world.git(home, "rev-parse", "HEAD^{tree}")
        oid = self.world.git(home, "commit-tree", "-m", "of the user", tree)
        self.world.git(home, "branch", "mine", oid)
        return home

    def _mine(self, home: Path) -> tuple[object, ...]:
        """What is the user's own in a repository: files, index, and the branches that were there first."""
        # Where `mine` is may change: it is checked out in contexts
        main, is_mine = ref(home / ".git", "refs/heads/main"), bool(ref(home / ".git", "refs/heads/mine"))
        return tree(home), self._index(home), (home / ".git/HEAD").read_text(), main, is_mine

    def _index(self, folder: Path) -> str:
        """What is staged in the worktree `folder`, with its flags: an index always says the same."""
        file = (admin(folder) or folder / ".git") / "index"
        content = file.read_bytes() if file.exists() else b""
        if content not in self._staged:
            self._staged[content] = self.world.git(folder, "ls-files", "-s", "-v")
        return self._staged[content]

    def number(self) -> int:
        self._count += 1
        return self._count

    def follow(self, folder: Path, home: Path | None) -> str:
        """Know of all work in `folder` from now on; its mark. In a workspace's own folder it is work."""
        mark = f"{self.number()}"
        (folder / MARK).write_text(mark)
        self.works[mark] = Work(home, {}, {})
        self.learn(mark, folder, Made(is_counted=home is None), is_clean=home is not None)
        return mark

    def fill(self, mark: str, folder: Path, kinds: Iterable[Kind]) -> None:
        """Make content of such kinds in `folder`, and know of it."""
        home = self.works[mark].home
        made = [kind(Place(self.world, folder, home, self.number())) for kind in kinds] if home else []
        objects = tuple(oid for each in made for oid in each.objects)
        nested = tuple(inner for each in made for inner in each.nested)
        if made:
            is_counted = any(each.is_counted for each in made)
            self.learn(mark, folder, Made(objects, nested, is_counted), is_clean=False)

    def learn(self, mark: str, folder: Path, made: Made, is_clean: bool = True) -> None:
        """Take `folder` as it is now for what has to be found from now on."""
        known, world = self.works[mark], self.world
        inner = [*made.nested, *known.nested]
        at, told = head(folder) if known.home else "", notes(folder)
        self.works[mark] = Work(
            known.home,
            tree(folder, known.home is None),
            unfinished(told),
            self._index(folder) if known.home else "",
            at,
            known.objects | frozenset(made.objects) | frozenset([at] if at else []),
            tuple(each._replace(said=world.git(folder / each.place, *each.words)) for each in inner),
            known.is_counted or made.is_counted,
            known.is_clean and is_clean,
        )
        self._seen[mark] = (folder, at, told)

    def places(self) -> dict[str, Path]:
        """Where each mark lies now."""
        found = [each for pattern in PLACES for each in self.world.data.glob(pattern)]
        marked = [each for each in (*found, *self.outside.glob("*")) if (each / MARK).is_file()]
        places = {(each / MARK).read_text(): each for each in marked}
        assert len(places) == len(marked), f"work lies in two places: {marked}"
        return places

    def marks(self, label: str) -> dict[str, Path]:
        """What belongs to the context `label`, and where that is."""
        folders = self.listed[label]
        return {
            mark: each
            for mark, each in self.places().items()
            if each in folders or any(each == folder.parent for folder in folders)
        }

    def homes_of(self, label: str) -> set[Path | None]:
        """The repositories that a context is in."""
        return {self.works[each].home for each in self.marks(label)}

    @property
    def living(self) -> set[str]:
        """The marks of all that belongs to a context."""
        return {mark for label in self.listed for mark in self.marks(label)}

    def known_homes(self) -> list[Path]:
        """The repositories that contexts are in, or entries of the trash."""
        lying = {mark for name in self.removed for mark in self.in_trash(name)}
        found = [each.home for mark, each in self.works.items() if mark in self.living | lying]
        return sorted({each for each in found if each})

    def forgive(self, home: Path) -> None:
        """What git itself collected, of worktrees that live, is not par's to keep."""
        held = kept(self.world, home)
        for mark in self.living:
            work = self.works[mark]
            if work.home == home:
                self.works[mark] = work._replace(objects=work.objects & held)

    def in_trash(self, name: str) -> set[str]:
        """The marks of what lies in the entry `name` of the trash."""
        return {mark for mark, each in self.places().items() if each.parent.name == name}

    def look(self) -> None:
        """Let par heal what it finds, and read what it lists."""

        def listed() -> list[dict[str, str]]:
            rows = [line.split("\t") for line in self.world.ok("ls").stdout.splitlines()[1:]]
            said = {label: state for label, state, *_ in rows}
            # A git that outlived its par is waited for
            is_waiting = bool(CHANGING.intersection(said.values())) and not self.sick
            return [] if is_waiting else [said]

        (said,) = eventually(listed, "the end of orphans")
        is_there = (self.world.data / "global_state.json").exists()
        records = self.world.index["contexts"] if is_there else {}
        assert said.keys() == records.keys()
        self.listed = {label: [Path(each["path"]) for each in records[label]["worktrees"]] for label in said}
        lying = {path: path.stat().st_mtime_ns for path in self.world.data.glob("trash/*/*")}
        if lying != self._trash[0]:
            told = self.world.ok("trash", "--json").json["trash"] if lying else []
            self._trash = (lying, {each["id"]: each["label"] for each in told})
        self.removed = self._trash[1]

    def check(self, may_go: Iterable[str] = ()) -> None:
        """Find all work, whole; only what `may_go` may be gone, and is known no more then."""
        self.look()
        places = self.places()
        gone = self.works.keys() - places.keys()
        lost = {each: self.works[each] for each in gone - {*may_go}}
        assert not lost, f"lost: {lost}"
        for mark in gone:
            del self.works[mark]
        known = {
            str(each) for folders in self.listed.values() for one in folders for each in (one, one.parent)
        }
        for mark, place in places.items():
            is_listed = (
                str(place) in known or place.parent.name in self.removed or place.parent == self.outside
            )
            assert is_listed, f"{place} is in no list"
            assert self.fixed.get(mark, place) == place, f"{place} was moved"
            self._compare(mark, place)
        self._check_repositories()

    def _compare(self, mark: str, place: Path) -> None:
        work = self.works[mark]
        now = tree(place, work.home is None)
        differ = {each for each in {*work.tree, *now} if work.tree.get(each) != now.get(each)}
        assert not differ, f"not as it was in {place}: {sorted(differ)}"
        own = admin(place)
        if work.home is None or own is None:
            assert work.home is None or place.parent.parent.name == "trash", f"{place} is tied to nothing"
            return
        is_lying, told = place.parent.parent.name == "trash", notes(place)
        found = unfinished(told)
        # What par itself notes there is not for the time when it lies in its place
        found = {name: found.get(name, b"") for name in work.unfinished} if is_lying else found
        differ = {each for each in {*work.unfinished, *found} if work.unfinished.get(each) != found.get(each)}
        assert not differ, f"unfinished work in {place} is not as it was: {sorted(differ)}"
        if is_lying:
            return
        at = head(place)
        assert at in ({work.head, ""} if self.sick else {work.head}), (
            f"HEAD of {place}: {at}, not {work.head}"
        )
        if self._seen.get(mark) != (place, at, told):
            self._ask(work, place)
            self._seen[mark] = (place, at, told)

    def _ask(self, work: Work, place: Path) -> None:
        """Ask git of a worktree that is in its place, where anything that git knows of it has changed."""
        assert self._index(place) == work.staging, f"another index in {place}"
        for each in work.nested:
            said = self.world.run("git", *each.words, cwd=place / each.place)
            assert said.stdout.rstrip("\n") == each.said, (place / each.place, said)

    def _check_repositories(self) -> None:
        for name, home in self.homes.items():
            wanted = {oid for each in self.works.values() if each.home == home for oid in each.objects}
            now = (wanted, stamps(home))
            if self._seen.get(name) == now:
                continue
            self._seen[name] = now
            missing = wanted - kept(self.world, home) - noted(home)
            lost = [self.world.run("git", "cat-file", "-p", each, cwd=home) for each in missing]
            assert not missing, f"git loses in {home}: {lost}"
            assert self._mine(home) == self.mine[name], f"{home} was changed"


def check_told(result: Result) -> None:
    """A failure is one line with at most one hint, a documented status, and no bug of par's."""
    assert result.status in STATUSES or result.status < 0 or result.status > 128, result
    assert "Traceback" not in result.stderr, result
    assert "bug in par" not in result.stderr, result
    if 0 < result.status < 128:
        lines = result.stderr.splitlines()
        begin = next((at for at, line in enumerate(lines) if line.startswith("par: ")), len(lines))
        # What it says on its way comes first; what the line counts comes below it, and has hints of its own
        message, *rest = [*lines[begin:], ""]
        told = [line for line in rest[:-1] if not line.startswith("  ")]
        is_counted = message.endswith(("finding left", "findings left"))
        assert message, result
        assert [line[:6] for line in told] == ["hint: "] or (is_counted and not told), result
