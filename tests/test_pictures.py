"""The pictures in docs/ need nothing of their viewer: no font, no script, no network."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs"))

from drawing import Shot, film  # type: ignore[import-not-found]

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = {"growth"}  # no cells of a terminal, and colours for dark and light alike
PICTURES = sorted(each for each in (ROOT / "docs").glob("*.svg") if each.stem not in CHARTS)
MOVING = {"picker", "start", "attempts"}


def standing(svg: ElementTree.Element) -> list[ElementTree.Element]:
    """The texts of a picture, each of which must stand at a place of its own."""
    texts = [each for each in svg.iter(f"{SVG}text") if each.get("class") != "cap fg"]
    for text in texts:
        assert text.text
        assert not re.search("[─-╿⠀-⣿]|  ", text.text), "drawn as lines; two spaces end a run"
        assert text.get("textLength") if text.text.isascii() else len(text.text) == 1
    return texts


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_looks_the_same_everywhere(path: Path) -> None:
    text = path.read_text()
    assert len(text) < 150_000
    assert standing(ElementTree.fromstring(text))
    assert re.findall(r"https?:[^\"]*|<script|@import|url\(|data:", text) == ["http://www.w3.org/2000/svg"]
    assert "prefers-color-scheme" in text
    is_moving = path.stem in MOVING
    assert (("@keyframes" in text), ("prefers-reduced-motion" in text)) == (is_moving, is_moving)


def test_each_sign_stands_in_its_cell_and_frames_are_lines() -> None:
    first = "┌──┐\n│\x1b[1;33;44mab\x1b[0m│\n│● │\n└──┘\n"
    text = film([Shot(first, 1.5, "<one>"), Shot(first.replace("ab", "&b"), 0.5)], 4, 4, "two screens")
    svg = ElementTree.fromstring(text)
    found = [(each.text, each.get("x"), each.get("y")) for each in standing(svg)]
    assert sorted(found, key=str) == [("&b", "22.4", "69.6"), ("ab", "22.4", "69.6"), ("●", "26.6", "87.6")]
    lines = [each.get("d") for each in svg.iter(f"{SVG}path")]
    assert set(lines) == {"M18.2 47V101", "M43.4 47V101", "M18.2 47H43.4", "M18.2 101H43.4"}
    # The poster, where nothing may move, is the last screen
    hidden = re.findall(r"\.(k\d+){visibility:hidden;animation:k\d+ 2s step-end infinite}", text)
    assert len(hidden) == 1
    assert re.search(rf'<g class="{hidden[0]}">.*>ab<', text)
