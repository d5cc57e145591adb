"""The signs of a terminal's screen, and each as a part of an SVG that needs no font to have it.

A run of letters is as wide as its cells, a sign beyond ASCII stands alone in its cell, and frames, blocks and
braille are lines and shapes. Colours are classes, `c0` to `c15`, `fg`, `bg` and `bar`, or hexadecimal.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.color import ColorType
from rich.console import Console
from rich.style import Style

WIDTH, HEIGHT, MARGIN, TOP = 8.4, 18.0, 14.0, 38.0
BAR = "#232b3d"
BASE = 13.6
# Which dot of braille a bit is: its column and its line
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
# What part of its cell a block fills: left, top, width and height
BLOCKS = {
    "█": (0, 0, 1, 1),
    "▌": (0, 0, 0.5, 1),
    "▐": (0.5, 0, 0.5, 1),
    "▀": (0, 0, 1, 0.5),
    "▄": (0, 0.5, 1, 0.5),
}


class Cell(NamedTuple):
    """One sign and how it looks: the names of its colours, and whether it is bold or faint."""

    sign: str
    column: int
    columns: int
    colour: str
    ground: str
    is_bold: bool
    is_faint: bool

    @property
    def look(self) -> str:
        bold, faint = ' font-weight="bold"' * self.is_bold, ' opacity=".6"' * self.is_faint
        return f"{colour('fill', self.colour)}{bold}{faint}"


def cells(screen: str) -> Iterator[list[Cell]]:
    """The signs of each line."""
    console, decoder = Console(width=500, color_system="truecolor"), AnsiDecoder()
    for line in screen.rstrip("\n").split("\n"):
        row: list[Cell] = []
        column = 0
        for segment in decoder.decode_line(re.sub(r"[\x0e\x0f]", "", line)).render(console):
            fore, back = colours(segment.style or Style())
            for sign in segment.text:
                style = segment.style or Style()
                width = cell_len(sign)
                row.append(Cell(sign, column, width, fore, back, bool(style.bold), bool(style.dim)))
                column += width
        yield row


def colours(style: Style) -> tuple[str, str]:
    """The names of a style's two colours."""
    pair = []
    for found, default in ((style.color, "fg"), (style.bgcolor, "bg")):
        if found is None or found.type == ColorType.DEFAULT:
            pair.append(default)
        elif found.number is not None and found.number < 16:
            pair.append(f"c{found.number}")
        else:
            hexadecimal = found.get_truecolor().hex
            pair.append("bar" if hexadecimal == BAR else hexadecimal)
    return (pair[1], pair[0]) if style.reverse else (pair[0], pair[1])


def colour(attribute: str, name: str) -> str:
    return f' {attribute}="{name}"' if name.startswith("#") else f' class="{name}"'


def words(row: list[Cell], top: float) -> Iterator[str]:
    """The text of a line, in runs that look alike; two spaces end one, for not every viewer keeps them."""
    for (_, is_ascii), run in groupby(row, key=lambda cell: (cell.look, cell.sign.isascii())):
        found = list(run)
        if is_ascii:
            for match in re.finditer(r"\S+(?: \S+)*", "".join(cell.sign for cell in found)):
                yield letters(found[match.start()], match[0], top)
        else:
            yield from (alone(cell, top) for cell in found)


def letters(first: Cell, text: str, top: float) -> str:
    x, length = MARGIN + first.column * WIDTH, len(text) * WIDTH
    fixed = f' textLength="{length:.5g}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x:.5g}" y="{top + BASE:g}"{fixed}{first.look}>{escape(text, quote=False)}</text>'


def alone(cell: Cell, top: float) -> str:
    """A sign in the middle of its cell: a shape where it is one, else text. Of a frame, nothing."""
    x, width = MARGIN + cell.column * WIDTH, cell.columns * WIDTH
    if cell.sign in BLOCKS:
        left, upper, wide, high = BLOCKS[cell.sign]
        place = f'x="{x + left * width:.5g}" y="{top + upper * HEIGHT:g}"'
        return f'<rect {place} width="{wide * width:g}" height="{high * HEIGHT:g}"{cell.look}/>'
    if "⠀" <= cell.sign <= "⣿":
        dots = (place for bit, place in enumerate(DOTS) if ord(cell.sign) & 1 << bit)
        centres = (f"M{x + 2.4 + column * 3.6:.5g} {top + 3.6 + line * 3.6:g}h.01" for column, line in dots)
        return f'<path d="{"".join(centres)}" style="stroke-width:1.8"{stroke(cell)}/>'
    if "─" <= cell.sign <= "╿":
        return ""
    middle = f'x="{x + width / 2:.5g}" y="{top + BASE:g}" text-anchor="middle"'
    return f"<text {middle}{cell.look}>{escape(cell.sign)}</text>"


def borders(rows: list[list[Cell]]) -> Iterator[str]:
    """The lines of all frames, each as long as it is on the screen."""
    sides: dict[tuple[str, bool, float], list[tuple[float, float]]] = defaultdict(list)
    for line, row in enumerate(rows):
        for cell in row:
            if "─" <= cell.sign <= "╿":
                x, y = MARGIN + (cell.column + 0.5) * WIDTH, TOP + (line + 0.5) * HEIGHT
                told = unicodedata.name(cell.sign).split()
                left, right = (reach(told, side, "HORIZONTAL", WIDTH / 2) for side in ("LEFT", "RIGHT"))
                up, down = (reach(told, side, "VERTICAL", HEIGHT / 2) for side in ("UP", "DOWN"))
                if "ARC" in told:
                    bend = f"M{x:.5g} {y - up + down:g}q0 {up - down:g} {right - left:g} {up - down:g}"
                    yield f'<path d="{bend}"{stroke(cell)}/>'
                    continue
                if left or right:
                    sides[stroke(cell), True, y].append((x - left, x + right))
                if up or down:
                    sides[stroke(cell), False, x].append((y - up, y + down))
    for (look, is_across, place), found in sides.items():
        for begin, end in joined(sorted(found)):
            drawn = f"M{begin:.5g} {place:g}H{end:.5g}" if is_across else f"M{place:.5g} {begin:g}V{end:g}"
            yield f'<path d="{drawn}"{look}/>'


def reach(told: list[str], side: str, both: str, length: float) -> float:
    """How far a sign with this name goes from its middle to a side."""
    return length if side in told or both in told else 0


def joined(pieces: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Pieces of a line, those that touch as one."""
    begin, end = pieces[0]
    for start, stop in pieces[1:]:
        if start > end + 0.01:
            yield begin, end
            begin = start
        end = stop
    yield begin, end


def stroke(cell: Cell) -> str:
    """The colour of a line; one that a scheme knows has a class of its own."""
    faint = ' opacity=".6"' if cell.is_faint else ""
    name = "edge" if cell.colour in {"c0", "c8"} else cell.colour
    return (f' stroke="{name}"' if cell.colour.startswith("#") else f' class="s{name}"') + faint
