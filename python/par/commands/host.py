"""`par host`: the other machines that par knows, and the copy of par on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from par.config import hosts as config_hosts
from par.config import reading
from par.config.hosts import Host
from par.errors import CommandError, ConfigError, ConflictError, StateError
from par.hosts import answers, calls, copy, forwarding, known, last, sharing, ssh
from par.names import visible
from par.state import paths
from par.system import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.hosts.ssh import Outcome

PROGRAMS = ("python", "git", "tmux")
LOOK = ("doctor", "--environment", "--json")
# The first par there makes its Python environment
SECONDS = 600.0


class Check(NamedTuple):
    """What was seen of a program over there; `remedy` says what to do where it does not serve."""

    name: str
    message: str
    remedy: str


def plan_add(name: str, destination: str) -> Host:
    """The host that is to be added. Raises UsageError for what cannot be one, and ConflictError."""
    config_hosts.check_name(name)
    config_hosts.check_destination(destination)
    if there := next((each for each in known.hosts() if each.name.lower() == name.lower()), None):
        message = f"there is a host '{there.name}' already, {there.destination}"
        raise ConflictError(message, hint=f"par host update {there.name}")
    host = Host(name, destination)
    _changed(host, None)
    return host


def install(host: Host) -> list[Check]:
    """Put this par on a host, and try what it finds there. Raises CommandError, DeadlineError."""
    copy.install(host)
    outcome = calls.call(host, *LOOK, seconds=SECONDS)
    if not outcome.stdout:
        raise _unfit(host, outcome)
    rows = answers.document(host, outcome.stdout, LOOK)["checks"]
    told = ((each["name"], each["message"], each["remedy"] or "") for each in rows)
    checks = [Check(*map(visible, each)) for each in told]
    return [each for each in checks if each.name in PROGRAMS or each.remedy]


def _unfit(host: Host, outcome: Outcome) -> CommandError:
    """What a launcher said that found no Python, or could make no environment, in its own words."""
    lines = [visible(each) for each in outcome.stderr.decode("utf-8", "replace").split("\n")]
    said = [each.removeprefix("par: ") for each in lines if each.startswith("par: ")]
    hints = [each.removeprefix("hint: ") for each in lines if each.startswith("hint: ")]
    message = f"{host.name}: {said[-1] if said else 'par does not start there'}"
    return CommandError(message, hint=f"do there: {hints[-1]}" if hints else ssh.by_hand(host))


def add(host: Host, checks: Iterable[Check]) -> None:
    """Write the host into config.yaml. Raises ConfigError where it cannot be written there.

    Also CommandError where one of these `checks` is of a program that does not serve.
    """
    if lacking := [each for each in checks if each.name in PROGRAMS and each.remedy]:
        message = f"{host.name} is not added: it has no {lacking[0].name} that serves"
        raise CommandError(message, hint=f"do there: {lacking[0].remedy}")
    _write(_changed(host, None))


def plan_rm(name: str) -> Host:
    """The host that is to be forgotten. Raises NotFoundError and ConfigError."""
    host = known.named(name)
    _changed(None, host)
    return host


def rm(host: Host, with_copy: bool) -> None:
    """Forget a host, after its copy of par was taken away `with_copy`."""
    if with_copy:
        copy.uninstall(host)
    sharing.close(host)
    forwarding.close(host)
    last.forget(host.name)
    _write(_changed(None, host))


def _changed(added: Host | None, dropped: Host | None) -> str:
    """The text of config.yaml with a host more or less, when nothing else has changed by it."""
    path = paths.config()
    try:
        text = files.content(path).decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"'{visible(str(path))}' cannot be read: {error}") from error
    before = reading.of_users(path, text)
    there = before.settings.get(config_hosts.KEY, ())
    wanted = (*(each for each in there if each != dropped), *([added] if added else []))
    after = config_hosts.with_host(text, added) if added else text
    after = config_hosts.without_host(after, dropped.name) if dropped else after
    found = reading.of_users(path, after)
    hosts = {config_hosts.KEY: wanted} if wanted else {}
    rest = {name: each for name, each in before.settings.items() if name != config_hosts.KEY}
    if (found.recipe, found.mistakes, found.settings) != (before.recipe, (), {**rest, **hosts}):
        what = f"{config_hosts.KEY}: {{{added.name}: {added.destination}}}" if added else "the host"
        message = f"'{visible(str(path))}' is written in a way that par cannot change"
        hint = f"add there: {what}" if added else f"take {dropped.name if dropped else ''} out there"
        raise ConfigError(message, hint=hint)
    return after


def _write(text: str) -> None:
    path = paths.config()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = path.resolve()
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o666
        files.write(place.parent, place.name, text.encode(), mode)
    except OSError as error:
        message = f"'{visible(str(path))}' cannot be written: {error.strerror or error}"
        raise StateError(message, hint=f"ls -l {path}") from error
