"""What `par host` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.host import Check
    from par.config.hosts import Host


def checks(host: Host, found: Iterable[Check]) -> str:
    """A line for each program that was looked at over there."""
    return "\n".join(_check(host, each) for each in found)


def _check(host: Host, check: Check) -> str:
    if check.remedy:
        return f"{host.name}: FAILED {check.name}: {check.message}; do there: {check.remedy}"
    return f"{host.name}: {check.name}: {check.message}"


def document(hosts: Iterable[Host]) -> str:
    """The document of `par host ls --json`."""
    rows = [{"name": each.name, "destination": each.destination} for each in hosts]
    return documents.dumped({"hosts": rows})


def listing(hosts: Iterable[Host], columns: int | None) -> str:
    """A table of the hosts."""
    heads = (table.Column("HOST"), table.Column("DESTINATION"))
    return table.table(heads, [(each.name, visible(each.destination)) for each in hosts], columns)
