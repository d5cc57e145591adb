"""Which commands of repositories the user has approved."""

from par.model import Repository
from par.recipe import Recipe


def is_approved(home: Repository, own: Recipe) -> bool:
    """Whether the recipe of `home` needs no approval, or has it as it stands now."""
    return not own.runs_code
