"""This par as it is put on another machine: its own files, and the digest that names just these."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from zlib import crc32

from par.errors import NotFoundError
from par.state import host_rows, index, paths
from par.system import files

PACKAGE = Path(__file__).resolve().parents[1]
CLONE = PACKAGE.parents[1]
# Where pip puts what is no Python: data-files in pyproject.toml
INSTALLED = Path(sys.prefix, "share/tmux-par")
ROOT = CLONE if (CLONE / "scripts/remote.sh").is_file() else INSTALLED
# What each part is called over there, and where it is here
PARTS = {
    "par.tmux": ROOT / "par.tmux",
    "pyproject.toml": ROOT / "pyproject.toml",
    "python/par": PACKAGE,
    "scripts": ROOT / "scripts",
}
CACHE = "__pycache__"
ONCE = Lock()


def version() -> str:
    """The digest of all the files. Raises NotFoundError where this par came without its launcher."""
    with ONCE:  # of several hosts that are asked at the same time the first one finds it for all
        return _version()


@cache
def _version() -> str:
    _check()
    looked = "\n".join(each for part in PARTS.values() for each in _looked(str(part)))
    kept, sign = paths.hosts() / "version", f"{crc32(looked.encode('utf-8', 'surrogateescape')):08x}"
    try:
        known, digest = files.content(kept).decode().split()
        if known == sign:
            return digest
    except (OSError, ValueError):
        pass
    digest = _digest()
    with suppress(OSError):  # two at once, or a full disk: then the next one looks again
        host_rows.folder()
        index.write(kept, f"{sign} {digest}".encode(), is_durable=False)
    return digest


def _looked(place: str) -> Iterator[str]:
    """What tells whether a file at `place`, or in it, has changed: each call looks at all of them."""
    if not os.path.isdir(place):  # noqa: PTH112 - this takes a third of what paths take
        seen = os.stat(place)  # noqa: PTH116 - as above
        yield f"{place} {seen.st_size} {seen.st_mtime_ns} {seen.st_mode}"
        return
    with os.scandir(place) as entries:
        for each in entries:
            if each.is_dir():
                if each.name != CACHE:
                    yield from _looked(each.path)
            else:
                seen = each.stat()
                yield f"{each.path} {seen.st_size} {seen.st_mtime_ns} {seen.st_mode}"


def _check() -> None:
    if not (ROOT / "scripts/remote.sh").is_file():
        message = "this par came without its launcher, so it cannot be put on a host"
        raise NotFoundError(message, hint="install par as a tmux plugin, or clone it")


def _digest() -> str:
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and the digest is kept

    found = sha256()
    for name, path in _files():
        content = path.read_bytes()
        found.update(f"{name} {_mode(path)} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:16]


def packed() -> bytes:
    """The files as a tar archive, the same for the same files."""
    import io  # noqa: PLC0415 - only wanted when a host is added or updated
    import tarfile  # noqa: PLC0415 - as above

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, path in _files():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = path.stat().st_size, _mode(path)
            with path.open("rb") as file:
                tar.addfile(entry, file)
    return archive.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    """Each file: what it is called over there, and where it is here."""
    for part, place in PARTS.items():
        if place.is_file():
            yield part, place
        for folder, below, names in os.walk(place):
            below[:] = sorted(each for each in below if each != CACHE)
            for each in sorted(names):
                if each != ".DS_Store":
                    yield f"{part}{folder.removeprefix(str(place))}/{each}", Path(folder, each)


def _mode(path: Path) -> int:
    return 0o700 if path.stat().st_mode & 0o100 else 0o600
