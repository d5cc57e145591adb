"""The man page says what `--help` and the pages say, and is shown without a warning; there is one version."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, World
from par import __version__
from par.cli.verbs import VERBS

PAGE = ROOT / "docs/par.1"
# Each is silent about a page that is good
READERS = {
    "groff": ("groff", "-man", "-Tutf8", "-ww"),
    "man": ("man", "--warnings", "-l"),
    "mandoc": ("mandoc", "-T", "lint", "-W", "warning"),
}


def written(target: Path) -> str:
    """What docs/man.py writes now."""
    run = [sys.executable, str(ROOT / "docs/man.py"), str(target)]
    subprocess.run(run, check=True, env={"PYTHONPATH": str(ROOT / "python")})
    return target.read_text()


def test_the_man_page_is_up_to_date_and_has_every_command(tmp_path: Path) -> None:
    text = PAGE.read_text()
    assert text == written(tmp_path / "par.1"), "run docs/man.py"
    assert set(re.findall(r"^\\fBpar ([^ ]+)\\fR", text, re.MULTILINE)) >= {
        verb.name.replace("-", "\\-") for verb in VERBS
    }


@pytest.mark.parametrize("reader", READERS)
def test_the_man_page_is_shown_without_a_warning(reader: str) -> None:
    if not shutil.which(reader):
        pytest.skip(f"no {reader}")
    shown = subprocess.run([*READERS[reader], PAGE], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    if reader == "mandoc":
        assert shown.stdout == ""
        return
    plain = re.sub(r"\x1b\[[\d;]*m|.\x08", "", shown.stdout)
    assert "par checkout TARGET\n" in plain
    assert "\\" not in plain


def test_there_is_one_version(world: World) -> None:
    project = (ROOT / "pyproject.toml").read_text()
    assert 'dynamic = ["version"]' in project
    assert 'attr = "par.__version__"' in project
    assert world.ok("--version").stdout == f"par {__version__}\n"
    releases = re.findall(
        r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert releases[0] == __version__
