"""What a look at par's state can find, and how each finding reads."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


class Fault(Enum):
    """What kind of thing is wrong; scripts read the values."""

    MODE = "mode"
    OWNER = "owner"
    INDEX = "index"
    DATA_MOVED = "data-moved"
    DATA_COPY = "data-copy"
    INTERRUPTED = "interrupted"
    REPOSITORY_MOVED = "repository-moved"
    REPOSITORY_GONE = "repository-gone"
    WORKTREE_GONE = "worktree-gone"
    WORKTREE_MOVED = "worktree-moved"
    WORKTREE_UNTIED = "worktree-untied"
    STAGING_LOST = "staging-lost"
    WORKTREE_BARE = "worktree-bare"
    WORKTREE_FOREIGN = "worktree-foreign"
    WORKTREE_UNKNOWN = "worktree-unknown"
    BRANCH_GONE = "branch-gone"
    BRANCH_RENAMED = "branch-renamed"
    SESSION_UNMARKED = "session-unmarked"
    SESSION_UNKNOWN = "session-unknown"
    WORKSPACE_FILE = "workspace-file"
    GIT_REMAINS = "git-remains"
    REMAINS = "remains"
    TRASH_FILES = "trash-files"
    TRASH_COMMITS = "trash-commits"
    TRASH_ENTRY = "trash-entry"


# Until these are repaired the rest cannot be judged
FOUNDATIONS = frozenset({Fault.MODE, Fault.INDEX, Fault.DATA_MOVED})


class Finding(NamedTuple):
    """One thing that is not as it should be: `subject` names it, `message` says what is wrong with it.

    `fix` does what `repair` says, without a loss; where par has no repair, both are missing and
    `hint` says what a person can do.
    """

    fault: Fault
    subject: str
    message: str
    repair: str = ""
    hint: str = ""
    fix: Callable[[], object] | None = None

    @property
    def said(self) -> "Finding":
        """What identifies a finding: two that say the same are one."""
        return self._replace(fix=None)
