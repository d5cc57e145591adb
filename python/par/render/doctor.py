"""What `par doctor` prints: a line for each finding, or for each check of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.doctor import Report
    from par.commands.doctor_settings import Check
    from par.doctor.findings import Finding

SOUND = "Nothing to repair: index, worktrees, branches, sessions and files agree."


def lines(report: Report) -> str:
    """A line for each finding, with what was done about it or can be."""
    said = [f"{_said(each)}: done: {each.repair}" for each in report.fixed]
    said += [f"{_said(each)}: {_remedy(each)}" for each in report.left]
    return "\n".join(map(visible, said)) or SOUND


def _said(finding: Finding) -> str:
    return f"{finding.subject}: {finding.message}"


def _remedy(finding: Finding) -> str:
    return f"--fix would {finding.repair}" if finding.repair else f"not repaired by par: {finding.hint}"


def rows(report: Report) -> list[dict[str, Any]]:
    """The findings as JSON values, those that are repaired first."""
    pairs = [*((each, True) for each in report.fixed), *((each, False) for each in report.left)]
    return [
        {
            "fault": finding.fault.value,
            "subject": finding.subject,
            "message": finding.message,
            "repair": finding.repair or None,
            "hint": finding.hint or None,
            "fixed": is_fixed,
        }
        for finding, is_fixed in pairs
    ]


def environment(found: Iterable[Check]) -> str:
    """A line for each check: ok, or what fails and what to do."""
    return "\n".join(map(_check, found))


def _check(check: Check) -> str:
    said = f": {visible(check.message)}" if check.message else ""
    if not check.is_failed:
        return f"ok     {check.name}{said}"
    return f"FAILED {check.name}{said}; do: {visible(check.remedy)}"


def document(report: Report) -> str:
    """The document of `par doctor --json`."""
    return documents.dumped({"findings": rows(report)})


def environment_document(found: Iterable[Check]) -> str:
    """The document of `par doctor --environment --json`."""
    rows = [
        {"name": each.name, "ok": not each.is_failed, "message": each.message, "remedy": each.remedy or None}
        for each in found
    ]
    return documents.dumped({"checks": rows})
