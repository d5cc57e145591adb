"""Ports of contexts: blocks that are leased from the index, and so never given to two."""

import errno
from collections.abc import Iterable

from par.errors import StateError
from par.state.index import Index

# Below those that systems give to outgoing connections, which begin at 32768
FIRST, END = 20_000, 32_000


def lease(found: Index, count: int, leased: Iterable[tuple[int, int]]) -> int:
    """The first of `count` consecutive ports that no context has and no program listens on.

    `leased` are blocks, their first port and length, that the caller has given away besides. Raises
    StateError where there are none. The caller holds the index.
    """
    low = FIRST
    for start, length in sorted([*_blocks(found), *leased, (END, 0)]):
        if port := _free_between(low, min(start, END), count):
            return port
        low = max(low, start + length)
    message = f"no {count} ports in a row are free between {FIRST} and {END - 1}"
    raise StateError(message, hint="free those of a context: par rm LABEL")


def is_leased(found: Index, port: int, count: int) -> bool:
    """Whether a context has any of the `count` ports from `port` on."""
    return any(start < port + count and port < start + length for start, length in _blocks(found))


def is_free(found: Index, first: int, count: int) -> bool:
    """Whether no context has any of the `count` ports from `first` on, and no program listens on one."""
    return not is_leased(found, first, count) and _free_between(first, first + count, count) == first


def _blocks(found: Index) -> list[tuple[int, int]]:
    worktrees = [worktree for context in found.contexts for worktree in context.worktrees]
    return [(each.port, each.port_count) for each in worktrees if each.port]


def _free_between(low: int, end: int, count: int) -> int:
    """The first of `count` ports from `low` on and before `end` on which no program listens, or 0."""
    while low + count <= end:
        busy = [port for port in range(low, low + count) if not _is_free(port)]
        if not busy:
            return low
        low = busy[-1] + 1
    return 0


def _is_free(port: int) -> bool:
    """Whether a program could listen on the port, at every address and at this machine's own alone."""
    import socket  # noqa: PLC0415 - few contexts have ports

    # Not every system lets the address for all notice a listener at one
    four, six = socket.AF_INET, socket.AF_INET6
    return all(
        _is_free_at(family, address, port)
        for family, address in ((four, "127.0.0.1"), (four, ""), (six, "::1"), (six, "::"))
    )


def _is_free_at(family: int, address: str, port: int) -> bool:
    import socket  # noqa: PLC0415 - as above

    try:
        with socket.socket(family) as tried:
            if family == socket.AF_INET6:
                tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            tried.bind((address, port))
    except OSError as error:
        return error.errno not in {errno.EADDRINUSE, errno.EACCES}
    return True
