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
        if name == "__path__":  # `from module import name` asks whether it is a package
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        return getattr(module, name)


def _one_or_more(one: str, more: str, count: int) -> str:
    return one if count == 1 else more


# click imports it to tidy up texts of help, and it takes as long as Python's own start
sys.modules.setdefault("inspect", _Deferred("inspect"))
# click looks for translations of its words, of which there are none
_words = sys.modules.setdefault("gettext", _Deferred("gettext"))
if isinstance(_words, _Deferred):
    _words.__dict__.update(gettext=str, ngettext=_one_or_more)
