"""What `par doctor` found: a line each for a person, a document for a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.names import visible

if TYPE_CHECKING:
    from par.commands.doctor import Report
    from par.health.findings import Finding

SOUND = "Nothing to repair: index, worktrees, branches, sessions and files agree."


def lines(report: Report) -> str:
    """A line for each finding, with what was done about it or can be."""
    said = [f"{_said(each)}: done: {each.repair}" for each in report.fixed]
    said += [f"{_said(each)}: {_remedy(each)}" for each in report.left]
    return "\n".join(map(visible, said)) or SOUND


def _said(finding: Finding) -> str:
    return f"{finding.subject}: {finding.told}"


def _remedy(finding: Finding) -> str:
    return f"--fix would {finding.repair}" if finding.repair else f"not repaired by par: {finding.hint}"


def rows(report: Report) -> list[dict[str, Any]]:
    """The findings as JSON values, those that are repaired first."""
    pairs = [*((each, True) for each in report.fixed), *((each, False) for each in report.left)]
    return [
        {
            "fault": finding.fault.value,
            "subject": finding.subject,
            "told": finding.told,
            "repair": finding.repair or None,
            "hint": finding.hint or None,
            "fixed": is_fixed,
        }
        for finding, is_fixed in pairs
    ]
