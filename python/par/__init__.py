"""par: a git worktree, a branch and a tmux session per task, under one label."""

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.2.0"

# Nothing that a command has loaded is garbage, and looking for some takes as long as Python's own start
gc.set_threshold(100_000)


class _Deferred(ModuleType):
    """Stands for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        return getattr(module, name)


# click imports it to tidy up texts of help, and it takes as long as Python's own start
sys.modules.setdefault("inspect", _Deferred("inspect"))
