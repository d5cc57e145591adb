"""What an entry of the trash holds: work that is nowhere else, and repositories that others need."""

from pathlib import Path

from par.errors import ParError
from par.git import inside, links, repository, unsaved
from par.git.trashing import Kept
from par.git.unsaved import Losses
from par.trash import workspace_folder
from par.trash.entries import Entry


def losses(entry: Entry) -> Losses:
    """What would be lost if the entry were deleted now, a line each; what cannot be judged is a file.

    Of a workspace each line begins with its repository.
    """
    found = [_losses(entry, place, kept) for place, kept in enumerate(entry.kept)]
    if len(found) > 1:
        found = [each.below(kept.worktree.name) for each, kept in zip(found, entry.kept, strict=True)]
    beside = workspace_folder.user_files_in(entry.trashed_root, entry.context) if entry.has_root else []
    return unsaved.joined([*found, Losses(tuple(beside))])


def _losses(entry: Entry, place: int, kept: Kept) -> Losses:
    home = kept.worktree.repository
    if not home.common_dir.is_dir() and not entry.trashed_path(place).exists():  # it stayed where it was
        return Losses()
    if not home.common_dir.is_dir():
        return Losses(("what cannot be judged: its repository is gone",))
    try:
        named = repository.refs(home, [f"{entry.ref(place)}/"]).values()
        lying = kept.worktree.at(entry.trashed_path(place))
        return unsaved.lying_at(lying, named, repository.fetched_oids(kept.settings), is_going=False)
    except (ParError, OSError) as error:
        return Losses((f"what cannot be judged: {error}",))


def dependents(entry: Entry) -> list[Path]:
    """The worktrees, lying elsewhere, whose repository would be deleted with the entry."""
    trashed = map(entry.trashed_path, range(len(entry.kept)))
    return [each for path in trashed for each in inside.dependents(path, links.admin_dir(path))]
