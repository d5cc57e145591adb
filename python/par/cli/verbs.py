"""The commands of `par`: each is declared in a module that is loaded only when the command is used."""

from functools import cache
from importlib import import_module
from typing import NamedTuple

import click

from par.cli.options import with_help


class Verb(NamedTuple):
    """Where a command is declared, and its line in `par --help`, which loads none of them."""

    name: str
    module: str
    summary: str
    attribute: str = ""


GROUPS = {
    "Start a context": (
        Verb("start", "start", "Start a context: a worktree, a branch and a session."),
        Verb("checkout", "checkout", "Start a context on an existing branch or pull request."),
        Verb("workspace", "workspace", "Start a context over several repositories."),
        Verb("batch", "batch", "Start a context for each task in a file."),
        Verb("adopt", "doctor", "Take an existing worktree or tmux session into par."),
    ),
    "Work in contexts": (
        Verb("ls", "look", "List all contexts.", "list_contexts"),
        Verb("open", "use", "Switch to a context, or attach to it.", "open_context"),
        Verb("send", "send", "Type a command into contexts."),
        Verb("run", "run", "Run a command in many contexts, and say how it went in each."),
        Verb("wait", "wait", "Return when contexts are done, wait for you, or have ended."),
        Verb("capture", "inspect", "Print what a context's pane shows."),
        Verb("control-center", "use", "Show the windows of all contexts in one session.", "control_center"),
        Verb("next", "agents", "Go to the context that has waited longest for you.", "next_waiting"),
        Verb("status", "agents", "Say in one line what the agents do."),
        Verb("code", "edit", "Open a context in VS Code."),
        Verb("cursor", "edit", "Open a context in Cursor."),
        Verb("rename", "rename", "Give a context another label, and all that is called so."),
        Verb("forward", "forward", "Reach the ports of a context on another machine here."),
        Verb("init", "init", "Show how a context's commands went, or run them again."),
    ),
    "Bring work home": (
        Verb("diff", "diff", "Show what was done in a context."),
        Verb("merge", "merge", "Bring the work of a context home, and remove it."),
        Verb("rebase", "merge", "Put the work of a context on top of where its base is now."),
        Verb("compare", "compare", "Show attempts at one task side by side, and keep the best."),
        Verb("prune", "prune", "Remove contexts whose work is merged."),
        Verb("conflicts", "conflicts", "Show which contexts would conflict when they are merged."),
    ),
    "Remove and bring back": (
        Verb("rm", "remove", "Remove contexts; they can be brought back."),
        Verb("restore", "restore", "Bring back what was removed."),
        Verb("trash", "trash", "List what can be brought back, or delete it for good."),
        Verb("resurrect", "doctor", "Make the sessions of all stopped contexts again."),
        Verb("doctor", "doctor", "Compare what par knows with what is there, and repair it."),
    ),
    "Set up": (
        Verb("host", "host", "Have contexts on other machines too, by ssh."),
        Verb("config", "config", "Check .par.yaml and settings, or write a first one."),
        Verb("trust", "trust", "Approve what a repository's .par.yaml asks to run."),
        Verb("untrust", "trust", "Take that approval back."),
        Verb("hooks", "agents", "Let coding agents say what they do."),
        Verb("completion", "shell", "Print a completion script for a shell."),
        Verb("demo", "shell", "Show par at work, on a tmux server of its own."),
    ),
    "For scripts": (
        Verb("labels", "script", "Print the label of each context, one a line."),
        Verb("state", "agents", "Say what the program in a context does."),
        Verb("whoami", "inspect", "Print the label of the context that you are in."),
        Verb("path", "script", "Print the folder of a context."),
    ),
}
VERBS = tuple(verb for verbs in GROUPS.values() for verb in verbs)
ALIASES = {"create": "start", "o": "open", "undo": "restore"}
# What other tools call it
MEANT = {
    **dict.fromkeys(("add", "new"), "start"),
    "list": "ls",
    **dict.fromkeys(("attach", "switch"), "open"),
    **dict.fromkeys(("delete", "remove"), "rm"),
    **dict.fromkeys(("mv", "move"), "rename"),
    "edit": "code",
    "help": "--help",
}


@cache
def load(name: str) -> click.Command:
    """The command called `name`, which must be in VERBS."""
    verb = next(verb for verb in VERBS if verb.name == name)
    module = import_module(f"par.cli.{verb.module}")
    command: click.Command = getattr(module, verb.attribute or verb.name)
    return with_help(command)
