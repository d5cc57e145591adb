"""Waiting for the disk: as Linux does it, and as macOS does."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from par.system import durable


@pytest.mark.parametrize(
    ("full", "fails", "expected"),
    [(None, False, ["fsync"]), (51, False, ["full"]), (51, True, ["full", "fsync"])],
)
def test_the_drive_is_waited_for_where_it_can_be_and_else_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: int | None, fails: bool, expected: list[str]
) -> None:
    told = []

    def control(_: int, command: int) -> int:
        assert command == full
        told.append("full")
        if fails:
            raise OSError("not supported")
        return 0

    monkeypatch.setattr(durable, "FULL_SYNC", full)
    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", lambda _: told.append("fsync"))
    durable.sync(tmp_path)
    assert told == expected
