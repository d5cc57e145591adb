"""A table with lines, as wide as its content or fitted to a width given.

rich costs `par ls` 10 times a bare Python start and prettytable 6, where 5.5 is what it may cost.
"""

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import combining, east_asian_width

ELLIPSIS = "…"
KEPT = 2


class Column(NamedTuple):
    """A column: its title, the width down to which it may be cut, and when: the lowest `rank` first."""

    title: str
    least: int
    rank: int


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """`rows` under their titles with lines around, as wide as needed or fitted to `width`.

    Where cutting is not enough whole columns give way, in the order of their ranks; KEPT stay.
    """
    shown = list(range(len(columns)))
    lines = [[column.title for column in columns], *rows]
    widths = _fitted(columns, lines, shown, width)
    while width is not None and sum(widths) + 3 * len(widths) + 1 > width and len(shown) > KEPT:
        shown.remove(min(shown, key=lambda place: columns[place].rank))
        widths = _fitted(columns, lines, shown, width)
    head, *body = [_row([line[place] for place in shown], widths) for line in lines]
    return "\n".join([_rule("┌┬┐", widths), head, _rule("├┼┤", widths), *body, _rule("└┴┘", widths)])


def _fitted(
    columns: Sequence[Column], lines: Sequence[Sequence[str]], shown: Sequence[int], width: int | None
) -> list[int]:
    widths = {place: max(cells(line[place]) for line in lines) for place in shown}
    room = None if width is None else width - 3 * len(shown) - 1
    for place in sorted(shown, key=lambda each: columns[each].rank):
        if room is not None and sum(widths.values()) > room:
            spare = sum(widths.values()) - room
            least = columns[place].least if len(shown) > KEPT else min(columns[place].least, room // KEPT)
            widths[place] = max(min(least, widths[place]), widths[place] - spare)
    return [widths[place] for place in shown]


def _rule(corners: str, widths: Sequence[int]) -> str:
    return corners[0] + corners[1].join("─" * (width + 2) for width in widths) + corners[2]


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    return "│" + "│".join(f" {_padded(cell, width)} " for cell, width in zip(row, widths, strict=True)) + "│"


def _padded(cell: str, width: int) -> str:
    if cells(cell) > width:
        if cell.isascii() and cell[width] == " ":  # a date without its time is a whole word
            return cell[:width]
        while cell and cells(cell) > width - 1:
            cell = cell[:-1]
        cell += ELLIPSIS
    return cell + " " * (width - cells(cell))


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes (UAX 11; combining marks take none)."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
