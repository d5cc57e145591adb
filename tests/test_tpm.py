"""The real TPM installs the plugin with `prefix + I`, loads it at the start of tmux, and updates it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import World, eventually
from plugin import PREFIX, Plugin, copy

TPM = Path("/usr/share/tmux-plugin-manager/tpm")


@pytest.mark.skipif(not TPM.exists(), reason="no tmux-plugin-manager")
def test_tpm_installs_loads_and_updates_the_plugin(world: World) -> None:
    hub = copy(world.home / "hub" / "owner" / "tmux-par")
    world.git(hub, "init", "-q")
    world.git(hub, "symbolic-ref", "HEAD", "refs/heads/main")
    world.git(hub, "add", ".")
    world.git(hub, "commit", "-q", "-m", "one")
    # What GitHub would answer comes from a folder
    world.git(hub, "config", "--global", f"url.{world.home}/hub/.insteadOf", "https://git::@github.com/")
    conf = world.home / ".tmux.conf"
    conf.write_text(
        f"set -g assume-paste-time 0\nset -g @plugin 'owner/tmux-par'\nset -g @par-next-key W\nrun '{TPM}'\n"
    )
    plugin = Plugin(world)
    plugin.write = lambda: None  # type: ignore[method-assign]
    plugin.start()
    assert plugin.keys() == {}
    terminal = plugin.attach()
    terminal.press(PREFIX, "I")
    terminal.wait("Done")
    terminal.press("Enter")
    clone = world.home / ".tmux/plugins/tmux-par"
    keys = {"A": "popup.sh picker", "M-a": "menu.sh", "W": "next.sh"}
    eventually(lambda: plugin.keys() == keys)
    assert Path(plugin.tmux("show-options", "-gv", "@_par_root")) == clone
    plugin.context("asks", "waiting")
    terminal.press(PREFIX, "W")
    plugin.shows("asks")
    assert world.git(clone, "status", "--porcelain", "--ignored") == ""

    (hub / "news").touch()
    world.git(hub, "add", ".")
    world.git(hub, "commit", "-q", "-m", "two")
    terminal.press(PREFIX, "U")
    terminal.wait("plugin update:")
    terminal.type("all")
    eventually((clone / "news").exists, "the update")
    eventually(lambda: plugin.keys() == keys)
    assert plugin.tmux("show-hooks", "-g").count("[8417]") == 3

    again = Plugin(world, server="again")
    again.write = lambda: None  # type: ignore[method-assign]
    again.start()
    assert again.keys() == keys
