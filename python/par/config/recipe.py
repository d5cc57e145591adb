"""What a repository, or a user, asks par to do for each new worktree. Pure."""

import re
from typing import NamedTuple

PLACEHOLDER = re.compile(r"\{(label|branch|repo|port)(?:\+([0-9]+))?\}")

# What runs commands where nothing else is asked for
SHELL = "sh"


class Step(NamedTuple):
    """A command line for a shell, and what it is called."""

    command: str
    name: str = ""


class Recipe(NamedTuple):
    """What is done for a new worktree; what is empty asks for nothing.

    `include` and `symlink` are globs, relative to the repository's folder, of what git does not track.
    `env` has names and values in which placeholders such as `{port}` stand. `ports` is how many the
    context gets. `shell` runs the commands, by default sh. `layout` is a configuration of tmuxp as JSON.
    """

    include: tuple[str, ...] = ()
    symlink: tuple[str, ...] = ()
    commands: tuple[Step, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    ports: int = 0
    shell: str = ""
    layout: str = ""
    before_remove: tuple[Step, ...] = ()

    @property
    def runs_code(self) -> bool:
        """Whether following it can run a program, and so has to be approved."""
        return bool(self.commands or self.env or self.shell or self.layout or self.before_remove)

    def without_code(self) -> "Recipe":
        """What of it needs no approval."""
        return self._replace(commands=(), env=(), shell="", layout="", before_remove=())

    def over(self, base: "Recipe") -> "Recipe":
        """This recipe, with the keys of `base` that it has not; `env` is merged name by name."""
        return Recipe(
            include=self.include or base.include,
            symlink=self.symlink or base.symlink,
            commands=self.commands or base.commands,
            env=tuple({**dict(base.env), **dict(self.env)}.items()),
            ports=self.ports or base.ports,
            shell=self.shell or base.shell,
            layout=self.layout or base.layout,
            before_remove=self.before_remove or base.before_remove,
        )


def most_port(value: str) -> int:
    """The greatest N of a `{port+N}` in the value of a variable, `{port}` being 0; -1 where it has none."""
    found = [match[2] or "0" for match in PLACEHOLDER.finditer(value) if match[1] == "port"]
    # Python itself refuses to read a number of thousands of digits
    return max((int(each.lstrip("0")[:6] or 0) for each in found), default=-1)
