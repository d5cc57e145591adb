"""Where sessions were started, which tells whose one is that has no marks of par's."""

import re
from pathlib import Path

from par.model import Context

# par-<repository>-<hash>-<label>, and par-ws-<folder>-<hash>-<label>
OLDER_NAME = r"par-(ws-|.*-[0-9a-f]{4,8}-)"


def is_lost(context: Context, name: str, folder: str) -> bool:
    """Whether a session without marks, called `name` and started in `folder`, is one that `context` lost.

    What is called as sessions were before is nobody else's; a label may be the name of one of the user's.
    """
    is_sure = re.match(OLDER_NAME, name) or Path(folder).is_relative_to(context.root)
    return name == context.session and bool(is_sure)
