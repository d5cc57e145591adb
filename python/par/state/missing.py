"""What is told of a label that no context has: the nearest, or the workspace that it is a part of."""

from collections.abc import Sequence

from par.errors import NotFoundError
from par.model import Context, Kind
from par.names import key, nearest, visible
from par.state import host_labels


def error(label: str, contexts: Sequence[Context]) -> NotFoundError:
    """The error that says that none of `contexts` is called `label`, with what was probably meant."""
    head, _, name = label.rpartition("/")
    around = next((each for each in contexts if head and key(each.label) == key(head)), None)
    workspace = around if around and around.kind is Kind.WORKSPACE else None
    if workspace and key(name) in {key(each.name) for each in workspace.worktrees}:
        return whole_only(label, workspace)
    # What was typed as one repository of a workspace is never corrected to all of it
    known = [each.label for each in contexts if each is not workspace]
    near = host_labels.only(label) or nearest(label, known)
    near = near or (around.label if around and not workspace else "")
    return NotFoundError(f"there is no context '{visible(label)}'", hint="par ls", meant=(label, near))


def whole_only(label: str, workspace: Context, hint: str = "this takes a whole workspace") -> NotFoundError:
    """The error for `label`, LABEL/REPO, where no part of a workspace can be meant."""
    part = f"it is one repository of the workspace '{workspace.label}'"
    return NotFoundError(f"there is no context '{visible(label)}': {part}", hint)
