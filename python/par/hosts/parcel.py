"""This par as it is put on another machine: its own files, and the digest that names just these."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from zlib import crc32

from par.errors import NotFoundError
from par.state import host_rows, index, paths
from par.system import files

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("par.tmux", "pyproject.toml", "python/par", "scripts")


@cache
def version() -> str:
    """The digest of all the files. Raises NotFoundError where this par came without its launcher."""
    signature = "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in _files())
    kept = paths.hosts() / "version"
    sign = f"{crc32(signature.encode()):08x}"
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
    if not (ROOT / "scripts/remote.sh").is_file():
        message = "this par came without its launcher, so it cannot be put on a host"
        raise NotFoundError(message, hint="install par as a tmux plugin, or clone it")
    for part in PARTS:
        if (ROOT / part).is_file():
            yield ROOT / part
        for folder, below, names in os.walk(ROOT / part):
            below[:] = sorted(each for each in below if each != "__pycache__")
            yield from (Path(folder, name) for name in sorted(names) if name != ".DS_Store")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _mode(path: Path) -> int:
    return 0o700 if path.stat().st_mode & 0o100 else 0o600
