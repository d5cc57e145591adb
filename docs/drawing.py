"""Screens of a terminal as SVG: a picture of one, or a film of several, that looks the same in every browser.

Each run of letters is as wide as its cells, every sign beyond ASCII stands alone in its cell, and frames,
blocks and braille are drawn as lines and shapes: no font has to have them, or to be as wide as another one.
Colours are those of the viewer's scheme, dark or light.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.color import ColorType
from rich.console import Console
from rich.style import Style

WIDTH, HEIGHT, MARGIN, TOP = 8.4, 18.0, 14.0, 38.0
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
# The 16 colours of a terminal, dark and light, then those of text, screen, frame and status line
DARK = (
    "1c2128 ff7b72 a3d977 f2c14e 6cb6ff c792ea 5ccfe6 d0d7de "
    "3d4552 ff9e98 b8e994 ffd479 8cc8ff d8b0ff 86e1f0 ffffff"
)
LIGHT = (
    "24292f c62828 2e7d32 8a5a00 1558b0 7b3fb5 006d85 57606a "
    "ccd3db a31515 1b5e20 8a5a00 0b4a99 5e2d91 00566a 000000"
)
ROLES = {
    "fg": ("d0d7de", "24292f"),
    "bg": ("161b22", "fff"),
    "edge": ("3d4552", "ccd3db"),
    # The same colours below text, where others are legible
    "g0": ("2d3644", "dfe5ed"),
    "g3": ("f2c14e", "f2c14e"),
    "bar": ("232b3d", "e4e9f0"),
}
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


class Shot(NamedTuple):
    """What a terminal showed for some seconds, as `capture-pane -e` prints it, and where the cursor was."""

    screen: str
    seconds: float = 1.0
    caption: str = ""
    cursor: tuple[int, int] | None = None


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


def film(shots: Sequence[Shot], columns: int, lines: int, title: str, poster: int = -1) -> str:
    """An SVG that shows one screen after the other, for ever; `poster` is the one where nothing may move."""
    where: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, shot in enumerate(shots):
        for layer, element in dict.fromkeys(elements(shot, columns)):
            where[layer, element].append(number)
    by_frames: dict[tuple[int, tuple[int, ...]], list[str]] = defaultdict(list)
    for (layer, element), frames in where.items():
        by_frames[layer, tuple(frames)].append(element)
    every = tuple(range(len(shots)))
    names = {each: f"k{n}" for n, each in enumerate(sorted({f for _, f in by_frames} - {every}))}
    style = motion(shots, names, poster % len(shots))
    body = "".join(
        f"<g{f' class={chr(34)}{names[frames]}{chr(34)}' if frames in names else ''}>{''.join(found)}</g>\n"
        for (_, frames), found in sorted(by_frames.items(), key=lambda item: item[0])
    )
    return framed(body, style, columns * WIDTH + 2 * MARGIN, lines * HEIGHT + TOP + MARGIN, title)


def framed(body: str, style: str, width: float, height: float, title: str) -> str:
    """The window around the screen."""
    dots = "".join(f'<circle cx="{x}" cy="19" r="5.5" class="edge"/>' for x in (20, 38, 56))
    sides = f'width="{width - 1:g}" height="{height - 1:g}"'
    body = f'<rect x=".5" y=".5" {sides} rx="9" class="bg sedge"/>{dots}\n{body}'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img"><title>{escape(title)}</title>\n'
        f"<style>{palette(body)}{style}</style>\n{body}</svg>\n"
    )


def palette(body: str) -> str:
    """The colours that are used, in both schemes, and how text is set; no variables, for all viewers."""
    names = [f"c{n}" for n in range(16)]
    dark = dict(zip(names, DARK.split(), strict=True)) | {role: pair[0] for role, pair in ROLES.items()}
    light = dict(zip(names, LIGHT.split(), strict=True)) | {role: pair[1] for role, pair in ROLES.items()}
    used = {name for value in re.findall('class="([^"]*)"', body) for name in value.split()}
    schemes = [
        "".join(
            f"{rule}{{{attribute}:#{value}}}"
            for name, value in scheme.items()
            for rule, attribute in ((f".{name}", "fill"), (f".s{name}", "stroke"))
            if rule[1:] in used
        )
        for scheme in (dark, light)
    ]
    rules = [
        schemes[0],
        f"@media(prefers-color-scheme:light){{{schemes[1]}}}",
        f"text{{font-family:{FONT};font-size:14px;white-space:pre}}",
        "text.cap{font:600 13px system-ui,sans-serif;text-anchor:middle}",
        "path{fill:none;stroke-width:1.1;stroke-linecap:square}",
    ]
    return "\n".join(rules)


def motion(shots: Sequence[Shot], names: dict[tuple[int, ...], str], poster: int) -> str:
    """When each group of elements is seen."""
    total = sum(shot.seconds for shot in shots)
    begins = [sum(shot.seconds for shot in shots[:number]) / total * 100 for number in range(len(shots))]
    rules = []
    for frames, name in names.items():
        steps, was = "", None
        for number, begin in enumerate(begins):
            if (seen := number in frames) != was:
                steps += f"{begin:.4g}%{{visibility:{'visible' if seen else 'hidden'}}}"
            was = seen
        still = "" if poster in frames else "visibility:hidden;"
        rules.append(
            f"@keyframes {name}{{{steps}}}.{name}{{{still}animation:{name} {total:g}s step-end infinite}}"
        )
    rules.append("@media(prefers-reduced-motion:reduce){g{animation:none!important}}")
    return "\n" + "\n".join(rules) if names else ""


def elements(shot: Shot, columns: int) -> Iterator[tuple[int, str]]:
    """What is drawn for a screen, each with its layer: grounds below, then signs."""
    middle = columns * WIDTH / 2 + MARGIN
    yield 1, f'<text x="{middle:g}" y="24" class="cap fg">{escape(shot.caption)}</text>'
    rows = list(cells(shot.screen))
    yield from ((1, each) for each in frames(rows))
    for line, row in enumerate(rows):
        top = TOP + line * HEIGHT
        for look, run in groupby(row, key=lambda cell: cell.ground):
            if look != "bg":
                name = f"g{look[1:]}" if look in {"c0", "c3"} else look
                yield 0, rectangle(list(run), top, colour("fill", name))
        yield from ((1, each) for each in words(row, top) if each)
    if shot.cursor:
        x, y = MARGIN + shot.cursor[0] * WIDTH, TOP + shot.cursor[1] * HEIGHT
        yield 0, f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" class="fg" opacity=".55"/>'


def rectangle(run: list[Cell], top: float, look: str) -> str:
    x, width = MARGIN + run[0].column * WIDTH, sum(cell.columns for cell in run) * WIDTH
    return f'<rect x="{x:.5g}" y="{top:g}" width="{width:.5g}" height="{HEIGHT:g}"{look}/>'


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


def frames(rows: list[list[Cell]]) -> Iterator[str]:
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
            line = f"M{begin:.5g} {place:g}H{end:.5g}" if is_across else f"M{place:.5g} {begin:g}V{end:g}"
            yield f'<path d="{line}"{look}/>'


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
