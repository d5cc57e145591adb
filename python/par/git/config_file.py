"""git's own configuration file of a repository, looked at without git where a look says enough."""

from par.model import Repository

MOST_BYTES = 1 << 20


def may_say(home: Repository, word: str) -> bool:
    """Whether git may find a word in it, whatever its case; where a look cannot tell it may."""
    file = home.common_dir / "config"
    try:
        # A FIFO would never end: what git meets there is said elsewhere
        if not file.is_file() or file.stat().st_size > MOST_BYTES:
            return True
        content = file.read_bytes().lower()
    except OSError:
        return True
    # With a backslash any letter can be written in two ways
    return b"\\" in content or word.encode("utf-8", "surrogateescape").lower() in content
