"""git's own configuration file of a repository, looked at without git where a look says enough."""

from par.model import Repository


def said(home: Repository) -> bytes | None:
    """What the file says, in small letters; None where nobody can say."""
    file = home.common_dir / "config"
    try:
        # A FIFO would never end: what git meets there is said elsewhere
        return file.read_bytes().lower() if file.is_file() else None
    except OSError:
        return None


def may_name(home: Repository, branch: str) -> bool:
    """Whether git may find the name of a branch in it."""
    content = said(home)
    # With a backslash any letter can be written in two ways
    return content is None or b"\\" in content or branch.encode("utf-8", "surrogateescape").lower() in content
