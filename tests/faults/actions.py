"""What a life has in it: each command of par's, and work in between, with what each may do to work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from faults.kinds import chosen
from faults.life import Life
from faults.model import check_told

LIVING, LYING = 5, 5


class Actions(Life):
    """Each action does nothing where there is nothing to do it with."""

    def start(self) -> None:
        home = self.model.homes[self.dice.choice([*self.model.homes])]
        label = self.label()
        if not self.is_taken(home, label):
            self.run("start", label, "-p", str(home))

    def checkout(self) -> None:
        home = self.model.homes[self.dice.choice([*self.model.homes])]
        holders = self.world.git(home, "for-each-ref", "--format=%(worktreepath)", "refs/heads/mine")
        self.run("checkout", "mine", "-l", self.label(), "-p", str(home), expected=(4,) if holders else (0,))

    def workspace(self) -> None:
        label, names = self.label(), self.dice.sample(["app", "back", "front"], 2)
        if not any(self.is_taken(self.model.homes[each], label) for each in names):
            self.run("workspace", "start", label, "--repos", ",".join(names))

    def grow(self) -> None:
        for label in self._workspaces():
            if not self.is_taken(self.model.homes["docs"], label):
                self.run("workspace", "add", label, str(self.model.homes["docs"]), expected=(0, 4))
                break

    def shrink(self) -> None:
        for label in self._workspaces():
            folders = self.model.listed[label]
            if len(folders) > 1:
                self.run("workspace", "drop", label, self.dice.choice(folders).name)
                break

    def _workspaces(self) -> list[str]:
        found = self.model.listed.items()
        return [label for label, folders in found if folders and "workspaces" in folders[0].parts]

    def work(self) -> None:
        """Somebody works in a worktree."""
        places = [each for label in self.model.listed for each in self.model.marks(label).items()]
        if places:
            mark, folder = self.dice.choice(places)
            kinds = chosen(self.dice, self.model.works[mark].is_clean, mark in self.busy)
            self.log.append(f"work {mark} in {folder}: {[each.__name__ for each in kinds]}")
            self.busy |= {mark} if any(each.__name__.startswith("mid_") for each in kinds) else set()
            self.model.fill(mark, folder, kinds)

    def remove(self) -> None:
        if self.model.listed:
            self.run("rm", self.dice.choice([*self.model.listed]))

    def purge(self) -> None:
        """Without --force nothing goes that is nowhere else, and what has nothing goes."""
        if self.model.listed:
            label = self.dice.choice([*self.model.listed])
            marks = self.model.marks(label).keys() - self.model.fixed.keys()
            works = [self.model.works[each] for each in marks]
            is_counted = any(each.is_counted for each in works)
            is_clean = all(each.is_clean for each in works)
            expected = {5} if is_counted else {0} if is_clean else {0, 5}
            self.run("rm", "--purge", label, expected=expected, may_go=() if is_counted else marks)

    def give_up(self) -> None:
        if len(self.model.listed) > LIVING:
            label = self.dice.choice([*self.model.listed])
            marks = self.model.marks(label).keys() - self.model.fixed.keys()
            self.run("rm", "--purge", "--force", label, may_go=marks)

    def restore(self) -> None:
        if self.model.removed:
            name, label = self.dice.choice([*self.model.removed.items()])
            other = () if self._comes_back(name, label) else ("--as", f"{label}{self.model.number()}")
            self.run("restore", name, *other)

    def _comes_back(self, name: str, label: str) -> bool:
        """Whether nothing has the label, nor the branch, of an entry of the trash."""
        homes = {self.model.works[each].home for each in self.model.in_trash(name)}
        return label not in self.model.listed and not any(
            self.is_taken(each, label) for each in homes if each
        )

    def undo(self) -> None:
        if self.model.removed:
            self.run("undo", expected=(0, 4))

    def empty(self) -> None:
        if len(self.model.removed) > LYING:
            name = self.dice.choice([*self.model.removed])
            self.run("trash", "empty", name, expected=(2,))
            self.run("trash", "empty", name, "-y", may_go=self.model.in_trash(name))

    def adopt(self) -> None:
        number = self.model.number()
        home = self.model.homes[self.dice.choice([*self.model.homes])]
        folder = self.model.outside / f"theirs{number}"
        self.world.git(home, "worktree", "add", "-q", "-b", f"topic{number}", str(folder))
        self.model.fixed[self.model.follow(folder, home)] = folder
        self.run("adopt", str(folder), "-l", self.label())

    def look(self) -> None:
        words = (("ls",), ("labels",), ("trash", "--size"), ("trash",), ("path", "a"), ("doctor",))
        self.run(*self.dice.choice(words), expected=(0, 3, 4))

    def mend(self) -> None:
        self.run("doctor", "--fix", expected=(0, 4))

    def resurrect(self) -> None:
        self.run("resurrect")

    def both(self) -> None:
        """Two at once, of which one may be refused."""
        words: list[tuple[str, ...]] = [("rm", each) for each in self.model.listed]
        words += [("restore", each) for each in self.model.removed]
        words += [("start", self.label(), "-p", str(self.model.homes["app"])), ("doctor", "--fix"), ("undo",)]
        chosen = self.dice.sample(words, 2)
        self.log.append(f"at once: {chosen}")
        with ThreadPoolExecutor(2) as pool:
            done = pool.map(lambda each: self.world.par(*each, cwd=self.model.source), chosen)
            for each in done:
                check_told(each)
        self.model.check()
        self.settle()

    def actions(self) -> dict[Callable[[], None], int]:
        """What can be done, and how often."""
        often = {
            self.work: 16,
            self.remove: 12,
            self.restore: 10,
            self.start: 6,
            self.give_up: 6,
            self.empty: 6,
        }
        some = {self.purge: 5, self.look: 4, self.both: 4, self.checkout: 3, self.workspace: 3, self.undo: 3}
        few = {self.mend: 3, self.grow: 2, self.shrink: 2, self.adopt: 2, self.resurrect: 2}
        return {**often, **some, **few}
