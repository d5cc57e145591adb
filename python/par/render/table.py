"""A table: with lines and fitted to a terminal, or plain, a tab between two cells, for everything else.

rich costs `par ls` 10 times a bare Python start and prettytable 6, where 5.5 is what it may cost.
"""

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from par.names import visible

ELLIPSIS = "…"


class Column(NamedTuple):
    """A column: its title, and the width down to which it may be cut; 0 where it is whole or not there.

    One that `stays` is whole and is always there.
    """

    title: str
    least: int = 0
    stays: bool = False


def shown(row: Sequence[str]) -> Sequence[str]:
    """`row` with nothing in it that a terminal would act on: one look tells that most hold nothing odd."""
    return row if "".join(row).isprintable() else [*map(visible, row)]


def plain(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`rows` under their titles, a tab between two cells: no cell may hold one."""
    return "\n".join("\t".join(row) for row in (titles, *rows))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """`rows` under their titles with lines around, fitted to `width` columns of a terminal; with None plain.

    The columns come in the order of what they are worth. The first is never cut and never left out, nor is
    one that stays. Of the others those that may not be cut go first, then the rest is cut, and then goes too:
    always from the right.
    """
    titles = [column.title for column in columns]
    if width is None:
        return plain(titles, rows)
    lines = [titles, *rows]
    natural = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    places = _places(columns, natural, width)
    widths = _fitted([columns[place] for place in places], [natural[place] for place in places], width)
    head, *body = [_row([line[place] for place in places], widths) for line in lines]
    return "\n".join([_rule("┌┬┐", widths), head, _rule("├┼┤", widths), *body, _rule("└┴┘", widths)])


def _places(columns: Sequence[Column], natural: Sequence[int], width: int) -> list[int]:
    """Which columns there is room for."""
    places, least = [*range(len(columns))], _least(columns, natural)
    for is_cut in (False, True):
        widths = least if is_cut else natural
        for place in reversed(range(1, len(columns))):
            if _spare([widths[each] for each in places], width) >= 0 or (columns[place].least and not is_cut):
                break
            if place in places and not columns[place].stays:
                places.remove(place)
    return places


def _spare(widths: Sequence[int], width: int) -> int:
    return width - sum(widths) - 3 * len(widths) - 1


def _least(columns: Sequence[Column], natural: Sequence[int]) -> list[int]:
    return [min(column.least or wide, wide) for column, wide in zip(columns, natural, strict=True)]


def _fitted(columns: Sequence[Column], natural: Sequence[int], width: int) -> list[int]:
    widths = [*natural]
    for place in reversed(range(1, len(widths))):
        missing = max(0, -_spare(widths, width))
        widths[place] = max(
            min(columns[place].least or widths[place], widths[place]), widths[place] - missing
        )
    return widths


def _rule(corners: str, widths: Sequence[int]) -> str:
    return corners[0] + corners[1].join("─" * (width + 2) for width in widths) + corners[2]


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    return "│ " + " │ ".join(map(_padded, row, widths)) + " │"


def _padded(cell: str, width: int) -> str:
    wide = cells(cell)
    if wide > width:
        if cell.isascii() and cell[width] == " ":  # a date without its time is a whole word
            return cell[:width]
        while cell and cells(cell) > width - 1:
            cell = cell[:-1]
        cell += ELLIPSIS
        wide = cells(cell)
    return cell + " " * (width - wide)


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes (UAX 11; combining marks take none)."""
    if text.isascii():
        return len(text)
    return len(text) + sum(_more(char) for char in text if char > "\x7f")


def _more(char: str) -> int:
    """How many columns a character takes beyond the one that most take."""
    return -1 if combining(char) else 1 if east_asian_width(char) in "WF" else 0
