"""`par send`: any text arrives as it is, in the pane it is for, and the receipt is true."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import Result, Terminal, World, eventually

# A program at the keyboard: it puts the terminal into raw mode and writes down each byte that comes
RECEIVER = """
import os, sys, tty
tty.setraw(0)
os.write(1, sys.argv[2].encode().decode("unicode_escape").encode() + b"listening")
with open(sys.argv[1], "ab", 0) as file:
    while chunk := os.read(0, 65536):
        file.write(chunk)
"""


@dataclass(frozen=True)
class Receiver:
    """What the pane with this id was given."""

    file: Path
    pane_id: str

    def wait_for(self, expected: bytes) -> None:
        """Wait until as many bytes came, then compare."""
        eventually(lambda: len(self.file.read_bytes()) >= len(expected), f"{expected[:60]!r}")
        assert self.file.read_bytes() == expected


def first_pane(world: World, label: str) -> str:
    return world.tmux("display-message", "-p", "-t", f"={world.session(label)}:", "#{@par_pane}")


def receive(world: World, pane_id: str, greeting: str = "") -> Receiver:
    """Start a receiver in a pane; `greeting` is written to the terminal first."""
    file = world.home / f"received{pane_id}"
    file.touch()
    command = (sys.executable, "-I", "-S", "-c", RECEIVER, str(file), greeting)
    world.tmux("respawn-pane", "-k", "-t", pane_id, shlex.join(command))
    eventually(lambda: "listening" in world.screen(pane_id), "the receiver")
    return Receiver(file, pane_id)


def contexts(world: World, *labels: str) -> tuple[Receiver, ...]:
    """New contexts with these labels, and a receiver in the first pane of each."""
    world.started(*labels)
    return tuple(receive(world, first_pane(world, label)) for label in labels)


TEXTS = (
    "git status",
    "Enter",
    "C-c",
    "M-x ^C 0x41 Up",
    "echo one; echo two;",
    ";",
    "\\;",
    "it's \"quoted\" and 'so' on",
    "#{pane_id} #S #(touch pwned) #[fg=red] ##",
    "$(touch pwned) `touch pwned` $HOME ${x} ~",
    "back\\slash \\n \\t \\",
    "%H:%M %% %1 { } } [ ]",
    "日本語 é ü 🎉 \u202e",
    "  spaces\tand tabs  ",
    "one\ntwo\n\nthree",
    "-n --json -x",
    "--",
    "all",
    "",
)


def test_any_text_arrives_byte_for_byte(world: World) -> None:
    (receiver,) = contexts(world, "feat")
    world.tmux("set-buffer", "-b", "mine", "kept")
    expected = b""
    for text in TEXTS:
        result = world.par("send", "feat", "--", text, LC_ALL="C" if "日" in text else "C.UTF-8")
        assert result == Result(0, "feat: typed\n", ""), text
        expected += text.replace("\n", "\r").encode() + b"\r"
        receiver.wait_for(expected)
    assert world.tmux("list-buffers", "-F", "#{buffer_name} #{buffer_sample}") == "mine kept"
    assert not list(world.home.rglob("pwned"))


def test_a_program_that_asks_for_bracketed_paste_sees_enter_typed(world: World) -> None:
    world.started("feat")
    receiver = receive(world, first_pane(world, "feat"), "\\x1b[?2004h")
    world.ok("send", "feat", "one\ntwo\x1b[201~\x03;")
    expected = b"\x1b[200~one\rtwo[201~;\x1b[201~\r"
    receiver.wait_for(expected)
    # Without Enter the brackets are as whole, and the text cannot end them
    world.ok("send", "feat", "--no-enter", "three\x1b[201~\x03\n")
    receiver.wait_for(expected + b"\x1b[200~three[201~\r\x1b[201~")


def test_standard_input_of_100_kb_arrives_whole(world: World) -> None:
    (receiver,) = contexts(world, "feat")
    text = "".join(f"{number:05} #{{x}} $y ; 'z' \\\n" for number in range(5000))
    assert len(text) > 100_000
    assert world.par("send", "feat", "-", text=text) == Result(0, "feat: typed\n", "")
    world.ok("send", "feat", "-", text="no unicode \udcff")
    receiver.wait_for(text.replace("\n", "\r").encode() + b"no unicode \xff\r")


def test_each_text_reaches_its_own_context_only(world: World) -> None:
    one, two = contexts(world, "feat", "feat-2")
    world.tmux("new-session", "-d", "-s", f"{world.session('feat')}-notes")
    world.ok("control-center", "--no-attach")
    assert world.ok("send", "feat", "first").stdout == "feat: typed\n"
    assert world.ok("send", "FEAT-2", "second").stdout == "feat-2: typed\n"
    assert world.ok("send", "all", "both").stdout == "feat: typed\nfeat-2: typed\n"
    assert world.ok("send", "feat-2", "feat", "feat-2", "once").stdout == "feat-2: typed\nfeat: typed\n"
    one.wait_for(b"first\rboth\ronce\r")
    two.wait_for(b"second\rboth\ronce\r")
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")
    assert world.par("send", "feat", "lost").status == 8
    world.ok("send", "feat-2", "end")
    two.wait_for(b"second\rboth\ronce\rend\r")


def test_a_shell_runs_what_is_sent_also_out_of_copy_mode(world: World) -> None:
    world.started("feat")
    pane_id = first_pane(world, "feat")
    world.tmux("copy-mode", "-t", pane_id)
    assert world.tmux("display-message", "-p", "-t", pane_id, "#{pane_in_mode}") == "1"
    world.ok("send", "feat", "pwd > here; echo 'done' >> here")
    here = world.worktree("feat") / "here"
    eventually(lambda: here.exists() and here.read_text() == f"{here.parent}\ndone\n", "what the shell wrote")
    assert world.tmux("display-message", "-p", "-t", pane_id, "#{pane_in_mode}") == "0"


def attached(world: World, label: str) -> list[str]:
    """The clients of a session that a terminal shows from now on."""
    Terminal(world).type(f"tmux attach -t ={world.session(label)}:")
    return list(eventually(lambda: world.tmux("list-clients", "-F", "#{client_name}").splitlines()))


def test_the_first_pane_is_meant_wherever_it_is_and_the_active_one_on_demand(world: World) -> None:
    (first,) = contexts(world, "feat")
    session = f"={world.session('feat')}:"
    world.tmux("split-window", "-b", "-t", session)
    world.tmux("new-window", "-t", session)
    world.tmux("split-window", "-t", session)
    active = receive(world, world.tmux("display-message", "-p", "-t", session, "#{pane_id}"))
    assert world.ok("send", "feat", "to the first").stdout == "feat: typed\n"
    assert world.ok("send", "--pane", "active", "feat", "to the active").stdout == "feat: typed\n"
    first.wait_for(b"to the first\r")
    active.wait_for(b"to the active\r")
    world.tmux("kill-pane", "-t", first.pane_id)
    assert world.par("send", "feat", "lost") == Result(
        8,
        "feat: not sent, its first pane is closed\n",
        "par: not sent to feat\nhint: par open feat\n",
    )
    world.ok("send", "--pane", "active", "feat", "again")
    active.wait_for(b"to the active\ragain\r")
    # The hint helps: it is made again, in a window before the others, which stay
    panes = world.tmux("list-panes", "-s", "-t", session, "-F", "#{pane_id}").splitlines()
    client = next(iter(attached(world, "feat")))
    opened = world.ok("open", "feat", "--client", client)
    assert opened.stderr == "made again, as it was closed: its first pane\n"
    fields = "#{pane_id} #{@par_pane} #{@par_context} #{pane_current_path}"
    new, *others = (
        row.split() for row in world.tmux("list-panes", "-s", "-t", session, "-F", fields).splitlines()
    )
    assert (new[0], new[2:]) == (new[1], ["feat", str(world.worktree("feat"))])
    assert [row[0] for row in others] == panes
    assert world.ok("open", "feat", "--client", client).stderr == ""
    assert world.ok("send", "feat", "true").stdout == "feat: typed\n"


def test_a_stopped_session_is_a_failure_and_the_others_are_sent(world: World) -> None:
    one, two, three = contexts(world, "one", "two", "three")
    world.tmux("kill-session", "-t", f"={world.session('two')}:")
    result = world.par("send", "all", "text")
    assert result.stdout == "one: typed\ntwo: not sent, its session is stopped\nthree: typed\n"
    assert result.stderr == "par: not sent to two\nhint: par open two\n"
    assert result.status == 8
    receipts = world.par("send", "two", "one", "more", "--json")
    assert receipts.json == {
        "version": 1,
        "receipts": [
            {"label": "two", "pane": None, "state": "refused", "reason": "its session is stopped"},
            {"label": "one", "pane": one.pane_id, "state": "typed", "reason": None},
        ],
    }
    assert (receipts.status, receipts.stderr) == (8, "par: not sent to two\nhint: par open two\n")
    one.wait_for(b"text\rmore\r")
    three.wait_for(b"text\r")
    assert two.file.read_bytes() == b""
    world.tmux("kill-server")
    stopped = "".join(f"{label}: not sent, its session is stopped\n" for label in ("one", "two", "three"))
    assert world.par("send", "all", "text") == Result(
        8, stopped, "par: not sent to one, two, three\nhint: par resurrect\n"
    )
    assert world.sessions() == []


def test_a_pane_that_cannot_read_is_a_failure(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("set-option", "-p", "-t", one.pane_id, "remain-on-exit", "on")
    world.tmux("respawn-pane", "-k", "-t", one.pane_id, "true")
    world.tmux("select-pane", "-d", "-t", two.pane_id)
    eventually(lambda: world.tmux("display-message", "-p", "-t", one.pane_id, "#{pane_dead}") == "1")
    assert world.par("send", "all", "text") == Result(
        8,
        "one: not sent, the program in its pane has ended\n"
        "two: not sent, the input of its pane is switched off\n",
        "par: not sent to one, two\nhint: par open one\n",
    )
    assert two.file.read_bytes() == b""


def test_no_enter_and_dry_run(world: World) -> None:
    (receiver,) = contexts(world, "feat")
    planned = f"feat: would be typed into the pane {receiver.pane_id}, where 'sh' runs\n"
    assert world.par("send", "--dry-run", "feat", "no") == Result(0, planned, "")
    active = world.par("send", "--dry-run", "--json", "--pane", "active", "feat", "no")
    assert (active.status, active.json["receipts"]) == (
        0,
        [{"label": "feat", "pane": receiver.pane_id, "state": "planned", "reason": None}],
    )
    assert world.par("send", "--no-enter", "feat", "typed") == Result(0, "feat: typed\n", "")
    assert world.par("send", "feat", "--no-enter", "") == Result(0, "feat: typed\n", "")
    world.ok("send", "feat", " on")
    receiver.wait_for(b"typed on\r")


def test_an_unknown_label_or_too_few_words_send_nothing(world: World) -> None:
    (receiver,) = contexts(world, "feat")
    assert world.par("send", "feat", "feta", "text") == Result(
        3, "", "par: there is no context 'feta'\nhint: par send feat text\n"
    )
    few = world.par("send", "feat")
    assert (few.status, few.stdout, few.stderr.splitlines()[0]) == (
        2,
        "",
        "par: a label and a text are needed",
    )
    dash = world.par("send", "feat", "-x")
    assert (dash.status, dash.stdout, dash.stderr.splitlines()[0]) == (2, "", "par: there is no option '-x'")
    world.ok("send", "feat", "end")
    receiver.wait_for(b"end\r")
    world.ok("rm", "feat")
    assert world.par("send", "all", "text") == Result(
        3, "", "par: there is no context\nhint: par start LABEL\n"
    )


def test_a_renamed_session_and_one_that_came_back_without_marks_are_found(world: World) -> None:
    contexts(world, "renamed", "restored")
    name = world.session("restored")
    world.tmux("rename-session", "-t", f"={world.session('renamed')}:", "mine")
    world.tmux("kill-session", "-t", f"={name}:")
    world.tmux("new-session", "-d", "-s", name, "-c", str(world.worktree("restored")))
    restored = receive(world, world.tmux("display-message", "-p", "-t", f"={name}:", "#{pane_id}"))
    renamed = Receiver(world.home / f"received{first_pane_of(world, 'mine')}", "")
    assert world.ok("send", "all", "text").stdout == "renamed: typed\nrestored: typed\n"
    renamed.wait_for(b"text\r")
    restored.wait_for(b"text\r")


def first_pane_of(world: World, session: str) -> str:
    return world.tmux("display-message", "-p", "-t", f"={session}:", "#{@par_pane}")


def test_send_takes_three_tmux_calls_however_many_contexts(world: World) -> None:
    receivers = contexts(world, "one", "two", "three")
    tmux = shutil.which("tmux", path=world.env["PATH"])
    counter = world.home / "bin/tmux"
    counter.parent.mkdir()
    counter.write_text(f'#!/bin/sh\necho >> "{world.home}/calls"\nexec {tmux} "$@"\n')
    counter.chmod(0o755)
    world.ok("send", "all", "text", PATH=f"{counter.parent}:{world.env['PATH']}")
    assert (world.home / "calls").read_text().count("\n") <= 3
    for receiver in receivers:
        receiver.wait_for(b"text\r")


def test_a_context_on_another_server_is_sent_to_from_anywhere(world: World) -> None:
    (here,) = contexts(world, "here")
    world.ok("-L", "other", "start", "there", cwd=world.home / "src/app")
    folder = world.worktree("there")
    assert world.ok("send", "all", "touch arrived").stdout == "here: typed\nthere: typed\n"
    eventually((folder / "arrived").exists)
    here.wait_for(b"touch arrived\r")
    assert world.sessions() == [world.session("here")]


# -- panes where the text would answer something else --------------------------------------------


def begin(world: World, label: str, command: str, program: str) -> str:
    """Run a command in the first pane of a context, in the place of its shell; the pane."""
    pane_id = first_pane(world, label)
    world.tmux("respawn-pane", "-k", "-t", pane_id, f"exec {command}")
    seen = ("display-message", "-p", "-t", pane_id, "#{pane_current_command}")
    eventually(lambda: world.tmux(*seen) == program, program)
    return pane_id


def test_a_program_that_is_neither_shell_nor_agent_gets_no_text(world: World) -> None:
    world.started("pager", "shell")
    pane_id = begin(world, "pager", "cat", "cat")
    refusal = "'cat' runs in it, neither a shell nor an agent: --force"
    assert world.par("send", "all", "echo $((40 + 2))") == Result(
        8, f"pager: not sent, {refusal}\nshell: typed\n", "par: not sent to pager\nhint: par open pager\n"
    )
    dry = world.par("send", "--dry-run", "--json", "pager", "x")
    receipt = {"label": "pager", "pane": pane_id, "state": "refused", "reason": refusal}
    assert (dry.status, dry.json) == (0, {"version": 1, "receipts": [receipt]})
    eventually(lambda: "42" in world.screen(first_pane(world, "shell")))
    assert world.screen(pane_id).strip() == ""
    assert world.ok("send", "--force", "pager", "by force").stdout == "pager: typed\n"
    eventually(lambda: world.screen(pane_id).split() == ["by", "force"] * 2, "what cat says")
    world.tmux("set-option", "-g", "@par-agents", "mine cat")
    assert world.ok("send", "pager", "to mine").stdout == "pager: typed\n"
    # What a prompt runs is over in a moment
    world.tmux("send-keys", "-t", first_pane(world, "shell"), "sleep 0.2", "Enter")
    assert world.ok("send", "shell", "echo now a $((20 + 22))").stdout == "shell: typed\n"


def test_a_context_that_waits_gets_answers_only_and_no_other_gets_one(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("set-option", "-p", "-t", one.pane_id, "@par_state", "waiting")
    waits = "it waits for you, and would take the text for the answer: --answer, or --force"
    assert world.par("send", "all", "go on").stdout == f"one: not sent, {waits}\ntwo: typed\n"
    answers = world.par("send", "one", "two", "--answer", "yes")
    assert answers == Result(
        8,
        "one: typed\ntwo: not sent, it does not wait for an answer\n",
        "par: not sent to two\nhint: par open two\n",
    )
    assert world.ok("send", "--state", "waiting", "--answer", "1").stdout == "one: typed\n"
    assert world.ok("send", "--force", "one", "2").stdout == "one: typed\n"
    one.wait_for(b"yes\r1\r2\r")
    two.wait_for(b"go on\r")
    # The program that waited is gone: its pane is a shell again
    world.tmux("set-option", "-p", "-t", one.pane_id, "@par_state_by", "claude")
    begin(world, "one", "sh", "sh")
    assert world.ok("send", "one", "true").stdout == "one: typed\n"


def test_a_single_line_with_a_slash_is_typed_and_all_else_pasted(world: World) -> None:
    world.started("feat")
    receiver = receive(world, first_pane(world, "feat"), "\\x1b[?2004h")
    world.ok("send", "feat", "/model opus; x #{y}")
    world.ok("send", "feat", "/one\ntwo")
    world.ok("send", "feat", "see /one")
    typed = b"/model opus; x #{y}\r"
    receiver.wait_for(typed + b"\x1b[200~/one\rtwo\x1b[201~\r\x1b[200~see /one\x1b[201~\r")


AGENT = """
import subprocess, sys
def say(state):
    subprocess.run(["tmux", "set-option", "-p", "@par_state", state])
say("done")
print("ready")
for line in sys.stdin:
    say("working")
"""


def test_a_receipt_says_submitted_where_the_agent_said_so(world: World) -> None:
    world.started("agent", "silent")
    pane_id = first_pane(world, "agent")
    world.tmux("respawn-pane", "-k", "-t", pane_id, shlex.join((sys.executable, "-I", "-S", "-c", AGENT)))
    eventually(lambda: "ready" in world.screen(pane_id))
    assert world.ok("send", "all", "do it").stdout == "agent: submitted\nsilent: typed\n"
    # It works already, and says nothing new
    again = world.ok("send", "--json", "agent", "and this").json["receipts"]
    assert again == [{"label": "agent", "pane": pane_id, "state": "typed", "reason": None}]
