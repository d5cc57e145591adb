"""Screens of a terminal as SVG: a picture of one, or a film of several, that looks the same in every browser.

Colours are those of the viewer's scheme, dark or light. Where nothing may move a film shows its poster.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from signs import HEIGHT, MARGIN, TOP, WIDTH, Cell, borders, cells, colour, words

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


class Shot(NamedTuple):
    """What a terminal showed for some seconds, as `capture-pane -e` prints it, and where the cursor was."""

    screen: str
    seconds: float = 1.0
    caption: str = ""
    cursor: tuple[int, int] | None = None


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
    yield from ((1, each) for each in borders(rows))
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
