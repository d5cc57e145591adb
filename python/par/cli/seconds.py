"""A number of seconds, as options take it."""

from typing import Any

import click

YEAR = 366 * 24 * 3600


class Seconds(click.FloatRange):
    """From 0 to a year: what is more, or no number, would be too much for the clock of the system."""

    def __init__(self, min_open: bool = False) -> None:
        super().__init__(0, YEAR, min_open=min_open)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if seconds != seconds:  # noqa: PLR0124 - only "not a number" is not equal to itself
            self.fail(f"{value!r} is not a number of seconds", param, ctx)
        return seconds
