"""Numbers, as options take them."""

from typing import Any

import click

YEAR = 366 * 24 * 3600


class Seconds(click.FloatRange):
    """From 0 to a year: what is more, or no number, would be too much for the clock of the system."""

    def __init__(self, min_open: bool = False) -> None:
        super().__init__(0, YEAR, min_open=min_open)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            seconds: float = super().convert(value, param, ctx)
        except click.BadParameter:
            seconds = float("nan")
        if seconds != seconds:  # noqa: PLR0124 - only "not a number" is not equal to itself
            least = "more than 0" if self.min_open else "0 or more"
            self.fail(f"'{value}' is not a number of seconds: {least}, a year at most", param, ctx)
        return seconds


class Count(click.IntRange):
    """A whole number from 1 on."""

    def __init__(self) -> None:
        super().__init__(1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            count: int = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' is not a whole number from 1 on", param, ctx)
        return count
