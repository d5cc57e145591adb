"""Which panes belong to a target, and which of them is meant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from par.contexts.selection import Target
from par.tmux import started
from par.tmux.panes import Pane


def by_label(live: Iterable[Pane]) -> Mapping[str, list[Pane]]:
    """The panes of a server by the label of their context, '' for those of none: what `near` asks."""
    found = defaultdict(list)
    for each in live:
        found[each.label].append(each)
    return found


def near(target: Target, live: Mapping[str, list[Pane]]) -> list[Pane]:
    """As `of`, for many targets."""
    label = target.context.label
    return of(target, live[label] if label in live else live.get("", ()))


def of(target: Target, live: Iterable[Pane]) -> list[Pane]:
    """The panes of its context among those of the server, also of a session that lost its marks."""
    context, found = target.context, [*live]
    return [each for each in found if each.label == context.label] or [
        each for each in found if not each.label and started.is_lost(context, each.session, each.folder)
    ]


def meant(target: Target, mine: Iterable[Pane], is_active: bool = False) -> Pane | None:
    """The first of the panes of its context, or the active one; for one repository the pane in its window."""
    if target.worktree:
        name = target.worktree.name
        chosen = [each for each in mine if each.worktree == name and (each.is_active or not is_active)]
    elif is_active:
        chosen = [each for each in mine if each.is_active and each.is_shown]
    else:
        # A session that tmux-resurrect brought back has no mark on its first pane
        chosen = [each for each in mine if each.is_first or not each.has_first]
    return next(iter(chosen), None)
