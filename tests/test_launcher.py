"""scripts/par finds or once builds its private environment, and says in two lines why it cannot."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRESS = "par: preparing its private Python environment (once) ...\n"
COREUTILS = ("cat", "cp", "find", "kill", "ln", "mkdir", "mv", "readlink", "rm", "sh", "sleep", "touch")
STUB_MAIN = """
import json, os, sys
def run():
    print(json.dumps({"args": sys.argv[1:], "prefix": sys.prefix, "isolated": sys.flags.isolated,
                      "environment": dict(os.environ), "stdin": sys.stdin.read()}))
    sys.exit(5 if sys.argv[1:] == ["five"] else 0)
"""
# Runs the launcher's question in a real Python that believes it is another one
FAKE_PYTHON = """#!/bin/sh
echo "$0 $*" >>'{calls}'
case "$2 $3" in
  '-m venv')
    {gate}
    mkdir -p "$4/bin" && cp '{environment_python}' "$4/bin/python" ;;
  -c*) exec '{python}' -I -c 'import collections, sys
sys.version_info = collections.namedtuple("V", "major minor micro releaselevel")(3, {minor}, 0, "{level}")
sys._base_executable = "{path}"
sys.modules.update(dict.fromkeys({missing}))
exec(sys.argv.pop(1))' "$3" "$4" ;;
esac
"""
FAKE_ENVIRONMENT_PYTHON = """#!/bin/sh
case "$*" in
  *'-m pip install'*'-r /dev/stdin') cat >'{wanted}'; {pip} ;;
  *'-m pip'*) ;;
  *) exec '{python}' "$@" ;;
esac
"""


class Result(NamedTuple):
    """What one call of the launcher did."""

    status: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, object]:
        """What the stub of par saw."""
        report: dict[str, object] = json.loads(self.stdout)
        return report


class Machine:
    """A plugin folder, a home and a PATH on which there is nothing but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plugin = folder / "a plugin"
        self.launcher = self.plugin / "scripts" / "par"
        self.state = folder / "data" / "par"
        self.log = self.state / "venv-build.log"
        self.lock = self.state / "venv-build.lock"
        self.bin = folder / "bin"
        self.tools = folder / "tools"
        self.calls = folder / "calls"
        self.wanted = folder / "wanted"
        for made in (self.launcher.parent, self.plugin / "python" / "par", self.bin, self.tools):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "par", self.launcher)
        (self.plugin / "python" / "par" / "__init__.py").touch()
        (self.plugin / "python" / "par" / "__main__.py").write_text(STUB_MAIN)
        self.require("click>=8.1")
        for name in COREUTILS:
            (self.tools / name).symlink_to(shutil.which(name) or pytest.skip(f"no {name}"))
        self.environ = {
            "PATH": f"{self.bin}:{self.tools}",
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "data"),
        }

    def require(self, *dependencies: str) -> None:
        """Give the plugin a pyproject.toml with these dependencies."""
        lines = "".join(f'  "{dependency}",\n' for dependency in dependencies)
        text = f'[project]\nname = "tmux-par"\ndependencies = [\n{lines}]\n\n[tool.x]\nlist = ["no"]\n'
        (self.plugin / "pyproject.toml").write_text(text)

    def add_python(
        self,
        name: str = "python3",
        minor: int = 12,
        *,
        level: str = "final",
        missing: tuple[str, ...] = (),
        pip: str = "exit 0",
        gate: str = ":",
        folder: Path | None = None,
    ) -> Path:
        """Put a Python on the PATH whose environments cost nothing."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        environment_python = write_program(
            self.folder / f"environment-{name}",
            FAKE_ENVIRONMENT_PYTHON.format(wanted=self.wanted, pip=pip, python=sys.executable),
        )
        return write_program(
            path,
            FAKE_PYTHON.format(
                calls=self.calls,
                gate=gate,
                environment_python=environment_python,
                python=sys.executable,
                minor=minor,
                level=level,
                path=path,
                missing=json.dumps(missing),
            ),
        )

    @contextmanager
    def start(self, *args: str, **environ: str) -> "Iterator[subprocess.Popen[str]]":
        """Start the launcher in a process group of its own, which ends with the block."""
        with subprocess.Popen(
            [self.launcher, *args],
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise

    def run(
        self, *args: str, launcher: str | Path = "", cwd: Path | None = None, stdin: str = "", **environ: str
    ) -> Result:
        """Run the launcher to its end."""
        done = subprocess.run(
            [launcher or self.launcher, *args],
            env=self.environ | environ,
            cwd=cwd or self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,  # to build with pip is the work of half a minute where there is much else to do
        )
        return Result(done.returncode, done.stdout, done.stderr)

    @property
    def environments(self) -> list[Path]:
        """Whatever looks like an environment, whole or not."""
        return [path for path in self.state.glob("venv-*") if path not in (self.log, self.lock)]

    @property
    def builds(self) -> int:
        """How often a fake Python was asked for an environment."""
        return self.calls.read_text().count("-m venv")


def write_program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def find_dead_pid() -> int:
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def built(machine: Machine) -> Iterator[Machine]:
    """A machine whose environment is there, and that has lost every program since."""
    machine.add_python()
    assert machine.run().status == 0
    machine.environ["PATH"] = str(machine.folder / "empty")
    # The stand-in for the environment's Python is a script that may need a program; the real one is not
    (machine.environments[0] / "bin" / "python").unlink()
    (machine.environments[0] / "bin" / "python").symlink_to(sys.executable)
    yield machine
    assert machine.builds == 1


def test_par_python_is_used_and_nothing_is_built(machine: Machine) -> None:
    result = machine.run("ls", "a b", "", PAR_PYTHON=sys.executable)
    assert (result.status, result.stderr) == (0, "")
    assert result.report["args"] == ["ls", "a b", ""]
    assert not machine.state.exists()


def test_par_python_may_be_a_name_on_path(machine: Machine) -> None:
    (machine.bin / "my-python").symlink_to(sys.executable)
    assert machine.run(PAR_PYTHON="my-python").status == 0


@pytest.mark.parametrize("value", ["/nowhere/python", "no-such-python", "{folder}", "{folder}/plain-file"])
def test_par_python_that_cannot_be_run_is_refused(machine: Machine, value: str) -> None:
    value = value.format(folder=machine.folder)
    (machine.folder / "plain-file").touch()
    stderr = f"par: PAR_PYTHON is '{value}', which cannot be run\nhint: unset PAR_PYTHON\n"
    assert machine.run(PAR_PYTHON=value) == Result(8, "", stderr)


def test_par_python_without_the_dependencies_is_refused(machine: Machine) -> None:
    (machine.plugin / "python" / "par" / "__main__.py").write_text("import no_such_module\n")
    stderr = "par: No module named 'no_such_module'\nhint: unset PAR_PYTHON\n"
    assert machine.run(PAR_PYTHON=sys.executable) == Result(8, "", stderr)


def test_par_python_that_is_too_old_is_refused(machine: Machine) -> None:
    old = write_program(
        machine.bin / "old",
        f"#!/bin/sh\nshift 2; exec '{sys.executable}' -c 'import sys; sys.version_info = (3, 9, 2)\n"
        'exec(sys.argv.pop(1))\' "$@"\n',
    )
    result = machine.run(PAR_PYTHON=str(old))
    assert result == Result(8, "", "par: Python 3.9 is older than 3.10\nhint: unset PAR_PYTHON\n")


def test_the_exit_status_and_stdin_are_those_of_par(machine: Machine) -> None:
    result = machine.run("five", stdin="typed", PAR_PYTHON=sys.executable)
    assert result.status == 5
    assert result.report["stdin"] == "typed"


def test_python_variables_of_the_user_do_not_reach_par(machine: Machine) -> None:
    evil = machine.folder / "evil"
    evil.mkdir()
    (evil / "json.py").write_text("raise SystemExit('evil')\n")
    result = machine.run(PAR_PYTHON=sys.executable, PYTHONPATH=str(evil), PYTHONSTARTUP="/nowhere")
    assert result.report["isolated"] == 1


def test_a_module_in_the_current_folder_does_not_reach_par(machine: Machine) -> None:
    (machine.folder / "json.py").write_text("raise SystemExit('evil')\n")
    assert machine.run(cwd=machine.folder, PAR_PYTHON=sys.executable).status == 0


def test_a_chain_of_absolute_and_relative_links_leads_to_the_plugin(machine: Machine) -> None:
    one, two = machine.folder / "o n e", machine.folder / "two"
    one.mkdir()
    two.mkdir()
    (two / "last").symlink_to(Path("..") / "a plugin" / "scripts" / "par")
    (one / "middle").symlink_to(two / "last")
    (one / "p").symlink_to("middle")
    (machine.bin / "par").symlink_to(one / "p")
    for launcher, cwd in ((machine.bin / "par", Path("/")), ("./p", one), ("par", two)):
        assert machine.run("x", launcher=launcher, cwd=cwd, PAR_PYTHON=sys.executable).report["args"] == ["x"]


def test_a_link_to_the_scripts_folder_leads_to_the_plugin(machine: Machine) -> None:
    (machine.folder / "scripts").symlink_to(machine.launcher.parent)
    assert machine.run(launcher="scripts/par", PAR_PYTHON=sys.executable).status == 0


def test_par_finds_its_code_after_it_changed_folder(machine: Machine) -> None:
    main = "def run():\n  import os\n  os.chdir('/')\n  import par.later\n"
    (machine.plugin / "python" / "par" / "__main__.py").write_text(main)
    (machine.plugin / "python" / "par" / "later.py").touch()
    result = machine.run(launcher="./par", cwd=machine.launcher.parent, PAR_PYTHON=sys.executable)
    assert result == Result(0, "", "")


def test_the_first_call_builds_and_says_so_in_one_line(machine: Machine) -> None:
    machine.add_python()
    result = machine.run("x", stdin="typed")
    assert (result.status, result.stderr) == (0, PROGRESS)
    assert (result.report["args"], result.report["stdin"]) == (["x"], "typed")
    assert sorted(path.name for path in machine.state.iterdir()) == [
        machine.environments[0].name,
        "venv-build.log",
    ]
    assert machine.state.stat().st_mode & 0o777 == 0o700


def test_later_calls_start_no_other_program(built: Machine) -> None:
    result = built.run("x")
    assert (result.status, result.stderr, result.report["args"]) == (0, "", ["x"])


def test_the_environment_of_the_caller_reaches_par_untouched(built: Machine) -> None:
    seen = built.run(COLOUR="blue").report["environment"]
    assert isinstance(seen, dict)
    set_by_any_shell = {"PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert {name: seen[name] for name in seen.keys() - set_by_any_shell} == built.environ | {"COLOUR": "blue"}


def test_an_environment_that_lacks_a_module_names_the_way_out(built: Machine) -> None:
    (built.plugin / "python" / "par" / "__main__.py").write_text("import no_such_module\n")
    hint = f'hint: rm -r "{built.environments[0]}" and run par again\n'
    assert built.run() == Result(8, "", f"par: No module named 'no_such_module'\n{hint}")


def test_a_relative_xdg_data_home_is_ignored(machine: Machine) -> None:
    machine.add_python()
    assert machine.run(XDG_DATA_HOME="data").status == 0
    assert not machine.state.exists()
    assert (machine.folder / "home" / ".local" / "share" / "par" / "venv-build.log").exists()


def test_other_dependencies_get_their_own_environment(machine: Machine) -> None:
    machine.add_python()
    machine.run()
    machine.require("click>=8.2")
    assert machine.run().stderr == PROGRESS
    assert len(machine.environments) == 2


def test_other_lines_of_pyproject_do_not_matter(built: Machine) -> None:
    pyproject = built.plugin / "pyproject.toml"
    pyproject.write_text("# new\n" + pyproject.read_text().replace('["no"]', '["other"]'))
    assert built.run().stderr == ""


def test_exactly_the_dependencies_of_the_real_pyproject_are_installed(machine: Machine) -> None:
    text = (ROOT / "pyproject.toml").read_text()
    (machine.plugin / "pyproject.toml").write_text(text)
    machine.add_python()
    machine.run()
    block = text.partition("\ndependencies = ")[2].partition("\n]")[0]
    assert machine.wanted.read_text().splitlines() == ast.literal_eval(f"{block}\n]")


def test_an_environment_whose_python_is_gone_is_built_again(machine: Machine) -> None:
    machine.add_python()
    machine.run()
    python = machine.environments[0] / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.10")
    assert machine.run().stderr == PROGRESS
    assert len(machine.environments) == 1
    assert machine.run().stderr == ""


def test_the_newest_python_is_chosen(machine: Machine) -> None:
    for name, minor in (("python3", 11), ("python3.10", 10), ("python3.14", 14), ("python3.12", 12)):
        machine.add_python(name, minor)
    machine.add_python("python3.15", 15, level="alpha")
    machine.run()
    assert f"{machine.bin / 'python3.14'} -I -m venv" in machine.calls.read_text()
    assert machine.builds == 1


def test_a_python_that_cannot_make_environments_is_passed_over(machine: Machine) -> None:
    machine.add_python("python3.13", 13, missing=("ensurepip",))
    machine.add_python("python3.10", 10)
    assert machine.run().status == 0


def test_a_shim_is_resolved_and_one_that_fails_is_skipped(machine: Machine) -> None:
    real = machine.add_python("python3.12", 12, folder=machine.folder / "versions" / "3.12.1")
    write_program(machine.bin / "python3", f'#!/bin/sh\n[ "$2" = -c ] && exec \'{real}\' "$@"\nexit 1\n')
    write_program(
        machine.bin / "python3.13", "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"
    )
    result = machine.run()
    assert (result.status, result.stderr) == (0, PROGRESS)
    assert machine.builds == 1


def test_uv_is_preferred_and_needs_no_ensurepip(machine: Machine) -> None:
    machine.add_python(missing=("ensurepip",))
    write_program(
        machine.bin / "uv",
        f"#!/bin/sh\necho \"uv $*\" >>'{machine.calls}'\n"
        f'case $1 in venv) mkdir -p "$4/bin" && ln -s \'{sys.executable}\' "$4/bin/python" ;;\n'
        f"pip) cat >'{machine.wanted}' ;; esac\n",
    )
    assert machine.run().stderr == PROGRESS
    assert machine.builds == 0
    assert machine.wanted.read_text() == "click>=8.1\n"


def test_a_uv_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.add_python()
    write_program(machine.bin / "uv", "#!/bin/sh\nexit 127\n")
    assert machine.run().stderr == PROGRESS


NO_PYTHON = """par: no Python 3.10 or newer on PATH
hint: apt install python3-venv (or brew install python), or set PAR_PYTHON
"""


def test_no_python_at_all(machine: Machine) -> None:
    assert machine.run() == Result(8, "", NO_PYTHON)
    assert not machine.state.exists()


def test_only_an_old_python(machine: Machine) -> None:
    machine.add_python("python3", 9)
    assert machine.run() == Result(8, "", NO_PYTHON)


def test_no_module_to_make_environments_with(machine: Machine) -> None:
    python = machine.add_python(missing=("ensurepip",))
    stderr = f"par: '{python}' has no module 'ensurepip'\nhint: apt install python3-venv\n"
    assert machine.run() == Result(8, "", stderr)
    assert not machine.state.exists()


def test_a_failed_installation_leaves_a_log_and_nothing_else(machine: Machine) -> None:
    machine.add_python(pip="echo 'no route to host' >&2; exit 1")
    result = machine.run()
    assert result == Result(
        8,
        "",
        f"{PROGRESS}par: could not prepare the private Python environment\n"
        f"hint: see {machine.log}, then run par again with a network\n",
    )
    assert [path.name for path in machine.state.iterdir()] == ["venv-build.log"]
    assert machine.log.read_text() == "no route to host\n"
    machine.add_python()
    assert machine.run().status == 0


def test_a_data_folder_that_cannot_be_written(machine: Machine) -> None:
    machine.add_python()
    machine.state.parent.touch()  # a file in its place stops even root
    assert machine.run() == Result(
        8,
        "",
        f"par: cannot write to '{machine.state}'\n"
        "hint: make it writable, or set XDG_DATA_HOME to a folder that is\n",
    )


def test_a_data_folder_of_which_no_part_is_there(machine: Machine) -> None:
    machine.add_python()
    place = Path(f"/{machine.folder.name}-{os.getpid()}")
    try:
        result = machine.run(XDG_DATA_HOME=str(place))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    assert result.status == (0 if os.geteuid() == 0 else 8)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be what sudo makes of a user")
@pytest.mark.parametrize("is_there", [True, False])
def test_sudo_with_a_users_home_builds_nothing(machine: Machine, is_there: bool) -> None:
    machine.add_python()
    place = machine.state if is_there else machine.folder
    place.mkdir(parents=True, exist_ok=True)
    os.chown(place, 12345, -1)
    assert machine.run(SUDO_UID="12345") == Result(
        7,
        "",
        f"par: '{place}' belongs to another user\n"
        "hint: run par as that user, without sudo; or set XDG_DATA_HOME\n",
    )
    assert [*machine.state.glob("*")] == []
    assert machine.state.exists() == is_there


def test_no_home(machine: Machine) -> None:
    stderr = "par: HOME is not set\nhint: export HOME, or XDG_DATA_HOME\n"
    assert machine.run(HOME="", XDG_DATA_HOME="") == Result(8, "", stderr)


def test_a_plugin_folder_without_pyproject(machine: Machine) -> None:
    (machine.plugin / "pyproject.toml").unlink()
    stderr = (
        f"par: '{machine.launcher.parent}/../pyproject.toml' cannot be read\nhint: install the plugin again\n"
    )
    assert machine.run() == Result(8, "", stderr)


def add_slow_python(machine: Machine) -> Path:
    """Add a Python that makes environments only once the returned file exists."""
    gate = machine.folder / "gate"
    # Bounded: what a killed launcher leaves behind must not wait for ever
    waiting = f"[ ! -e '{gate}' ] && [ $turn -lt 500 ]"
    machine.add_python(gate=f"turn=0; while {waiting}; do turn=$((turn + 1)); sleep 0.02; done")
    return gate


def test_two_first_calls_build_once(machine: Machine) -> None:
    gate = add_slow_python(machine)
    with machine.start("one") as one:
        wait_until(lambda: machine.lock.is_symlink() and machine.builds)
        with machine.start("two") as two:
            wait_until(lambda: list(machine.state.glob(f"venv-*.building.{two.pid}")))
            assert (one.poll(), two.poll()) == (None, None)
            gate.touch()
            assert [process.communicate()[1] for process in (one, two)] == [PROGRESS, PROGRESS]
    assert (one.returncode, two.returncode, machine.builds) == (0, 0, 1)
    assert len(machine.environments) == 1
    assert not machine.lock.is_symlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_build_leaves_nothing(machine: Machine, number: signal.Signals) -> None:
    add_slow_python(machine)
    with machine.start() as process:
        wait_until(lambda: machine.lock.is_symlink() and machine.builds)
        os.killpg(process.pid, number)
    wait_until(lambda: not machine.environments and not machine.lock.is_symlink())


def test_a_killed_build_is_cleared_by_the_next(machine: Machine) -> None:
    gate = add_slow_python(machine)
    with machine.start() as process:
        wait_until(lambda: machine.lock.is_symlink() and machine.builds)
        os.killpg(process.pid, signal.SIGKILL)
    assert machine.lock.is_symlink()
    gate.touch()
    assert machine.run().status == 0
    assert len(machine.environments) == 1
    assert not machine.lock.is_symlink()


def test_a_lock_whose_owner_died_is_broken(machine: Machine) -> None:
    machine.add_python()
    machine.state.mkdir(parents=True)
    machine.lock.symlink_to(str(find_dead_pid()))
    assert machine.run().stderr == PROGRESS


def test_a_lock_older_than_any_build_is_broken(machine: Machine) -> None:
    machine.add_python()
    machine.state.mkdir(parents=True)
    machine.lock.symlink_to(str(os.getpid()))
    an_hour_ago = time.time() - 3600
    os.utime(machine.lock, (an_hour_ago, an_hour_ago), follow_symlinks=False)
    assert machine.run().stderr == PROGRESS


def add_real_python(machine: Machine) -> None:
    (machine.bin / "python3").symlink_to(sys.executable)
    machine.environ["PATH"] = f"{machine.bin}:{machine.tools}"


@pytest.mark.long
def test_pip_builds_an_environment_that_works_where_it_was_moved_to(machine: Machine) -> None:
    if find_spec("ensurepip") is None:
        pytest.skip("no ensurepip: apt install python3-venv")
    add_real_python(machine)
    machine.require()
    result = machine.run(PIP_NO_INDEX="1", PIP_USER="1", PIP_TARGET="/nowhere")
    assert (result.status, result.stderr) == (0, PROGRESS)
    assert result.report["prefix"] == str(machine.environments[0])


@pytest.mark.parametrize("dependencies", [(), ("click",)])
def test_uv_builds_an_environment_or_fails_without_a_network(
    machine: Machine, dependencies: tuple[str]
) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("no uv")
    add_real_python(machine)
    (machine.bin / "uv").symlink_to(uv)
    machine.require(*dependencies)
    result = machine.run(UV_OFFLINE="1", UV_CACHE_DIR=str(machine.folder / "cache"), UV_SYSTEM_PYTHON="1")
    if dependencies:
        assert (result.status, machine.environments) == (8, [])
        assert result.stderr.startswith(
            f"{PROGRESS}par: could not prepare the private Python environment\nhint: "
        )
    else:
        assert result.report["prefix"] == str(machine.environments[0])
