"""This par as it is put on another machine: its own files, and the digest that names just these."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from zlib import crc32

from par.errors import NotFoundError
from par.state import host_rows, index, paths
from par.system import files

ROOT = Path(__file__).resolve().parents[3]
CACHE = "__pycache__"
ONCE = Lock()
PARTS = ("par.tmux", "pyproject.toml", "python/par", "scripts")


def version() -> str:
    """The digest of all the files. Raises NotFoundError where this par came without its launcher."""
    with ONCE:  # of several hosts that are asked at the same time the first one finds it for all
        return _version()


@cache
def _version() -> str:
    _check()
    looked = "\n".join(each for part in PARTS for each in _looked(f"{ROOT}/{part}"))
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
    for path in _files():
        content = path.read_bytes()
        found.update(f"{_name(path)} {_mode(path)} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:16]


def packed() -> bytes:
    """The files as a tar archive, the same for the same files."""
    import io  # noqa: PLC0415 - only wanted when a host is added or updated
    import tarfile  # noqa: PLC0415 - as above

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in _files():
            entry = tarfile.TarInfo(_name(path))
            entry.size, entry.mode = path.stat().st_size, _mode(path)
            with path.open("rb") as file:
                tar.addfile(entry, file)
    return archive.getvalue()


def _files() -> Iterator[Path]:
    for part in PARTS:
        if (ROOT / part).is_file():
            yield ROOT / part
        for folder, below, names in os.walk(ROOT / part):
            below[:] = sorted(each for each in below if each != CACHE)
            yield from (Path(folder, name) for name in sorted(names) if name != ".DS_Store")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _mode(path: Path) -> int:
    return 0o700 if path.stat().st_mode & 0o100 else 0o600
