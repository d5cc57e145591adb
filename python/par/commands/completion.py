"""`par completion`: a script for a shell, made once, that completes without starting Python.

Labels come from a plain file that par keeps beside its index, branches from git. Both are text from
strangers: the scripts never let a shell expand them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class Words(Enum):
    """What the positional arguments of a command are."""

    NOTHING = ""
    LABELS = "labels"
    LABELS_OR_ALL = "labels_or_all"
    BRANCHES = "branches"


@dataclass(frozen=True, slots=True)
class Option:
    """An option by all its names; `choices` are the values it takes, where they are known."""

    names: tuple[str, ...]
    summary: str
    takes_value: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """A command as a shell sees it."""

    names: tuple[str, ...]
    summary: str
    options: tuple[Option, ...]
    words: Words = Words.NOTHING
    choices: tuple[str, ...] = ()


WORDS: Mapping[str, Words] = {
    **dict.fromkeys(("open", "path", "code", "cursor"), Words.LABELS),
    **dict.fromkeys(("send", "rm"), Words.LABELS_OR_ALL),
    "checkout": Words.BRANCHES,
}

DATA = "case ${XDG_DATA_HOME-} in /*) data=$XDG_DATA_HOME ;; *) data=$HOME/.local/share ;; esac"
BRANCHES = "git for-each-ref --format='%(refname:lstrip=2)' --sort=-committerdate refs/heads refs/remotes"

BASH = """\
# bash completion for par; in ~/.bashrc: eval "$(par completion bash)"
_par_labels() {{
  local data
  {data}
  cut -f1 "$data/par/contexts.tsv" 2>/dev/null
}}
_par_labels_or_all() {{ _par_labels; echo all; }}
_par_branches() {{ {branches} 2>/dev/null; }}
_par_words() {{
  local previous=$2 current=$3
  case $1 in
    '') [[ $previous == -[LS] ]] || printf '%s\\n' {top} ;;
{cases}
  esac
}}
_par() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} verb='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      -[LS]) ((i++)) ;;
      -*) ;;
      *) verb=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
  done < <(_par_words "$verb" "$previous" "$current")
}}
complete -o default -F _par par
"""

ZSH = """\
#compdef par
# zsh completion for par; in ~/.zshrc after compinit: eval "$(par completion zsh)"
_par_labels() {{
  local data
  {data}
  cut -f1 "$data/par/contexts.tsv" 2>/dev/null
}}
_par_labels_or_all() {{ _par_labels; echo all }}
_par_branches() {{ {branches} 2>/dev/null }}
_par_words() {{
  local previous=$2 current=$3
  case $1 in
    '') [[ $previous == -[LS] ]] || printf '%s\\n' {top} ;;
{cases}
  esac
}}
_par() {{
  local verb='' i
  for ((i = 2; i < CURRENT; i++)); do
    case ${{words[i]}} in
      -[LS]) ((i++)) ;;
      -*) ;;
      *) verb=${{words[i]}}; break ;;
    esac
  done
  local -a found
  found=("${{(@f)$(_par_words "$verb" "${{words[CURRENT-1]}}" "${{words[CURRENT]}}")}}")
  (( $#found )) && [[ -n $found[1] ]] && compadd -- "${{found[@]}}" || _files
}}
(( $+functions[compdef] )) && compdef _par par
"""

FISH = """\
# fish completion for par; par completion fish > ~/.config/fish/completions/par.fish
function __par_labels
    set -l data $HOME/.local/share
    string match -q '/*' -- $XDG_DATA_HOME; and set data $XDG_DATA_HOME
    cut -f1 $data/par/contexts.tsv 2>/dev/null
end
function __par_labels_or_all
    __par_labels
    echo all
end
function __par_branches
    {branches} 2>/dev/null
end
complete -c par -f
complete -c par -n __fish_use_subcommand -s L -x -d 'tmux server by name'
complete -c par -n __fish_use_subcommand -s S -r -F -d 'tmux server by socket'
{lines}
"""


def script(shell: str, verbs: Iterable[Verb]) -> str:
    """The completion script for `shell`: bash, zsh or fish."""
    return SHELLS[shell](tuple(verbs))


def _posix(template: str) -> Callable[[tuple[Verb, ...]], str]:
    def filled(verbs: tuple[Verb, ...]) -> str:
        top = " ".join(_quoted(name) for verb in verbs for name in verb.names)
        cases = "\n".join(_case(verb) for verb in verbs)
        flags = "-L -S --help --version"
        return template.format(data=DATA, branches=BRANCHES, top=f"{top} {flags}", cases=cases)

    return filled


def _case(verb: Verb) -> str:
    valued = [option for option in verb.options if option.takes_value]
    lines = [f"        {'|'.join(each.names)}:*) {_listed(each.choices)} ;;" for each in valued]
    lines = [line.replace("|", ":*|") for line in lines]
    flags = _listed(name for option in verb.options for name in option.names)
    own = f"_par_{verb.words.value}" if verb.words.value else _listed(verb.choices)
    body = [
        "      case $previous:$current in",
        *lines,
        f"        *:-*) {flags} ;;",
        f"        *) {own} ;;",
        "      esac ;;",
    ]
    return "\n".join([f"    {'|'.join(verb.names)})", *body])


def _listed(words: Iterable[str]) -> str:
    quoted = " ".join(map(_quoted, words))
    return f"printf '%s\\n' {quoted}" if quoted else ":"


def _fish(verbs: tuple[Verb, ...]) -> str:
    lines = [line for verb in verbs for line in _fish_lines(verb)]
    return FISH.format(branches=BRANCHES, lines="\n".join(lines))


def _fish_lines(verb: Verb) -> Iterable[str]:
    for name in verb.names:
        yield f"complete -c par -n __fish_use_subcommand -a {name} -d {_quoted(verb.summary)}"
    seen = f"-n {_quoted('__fish_seen_subcommand_from ' + ' '.join(verb.names))}"
    if verb.words.value:
        yield f"complete -c par {seen} -a '(__par_{verb.words.value})'"
    if verb.choices:
        yield f"complete -c par {seen} -a {_quoted(' '.join(verb.choices))}"
    for option in verb.options:
        names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
        value = f" -x -a {_quoted(' '.join(option.choices))}" if option.takes_value else ""
        yield f"complete -c par {seen} {names}{value} -d {_quoted(option.summary)}"


def _quoted(text: str) -> str:
    return text if text and text.replace("-", "").isalnum() else "'" + text.replace("'", "'\\''") + "'"


SHELLS: Mapping[str, Callable[[tuple[Verb, ...]], str]] = {
    "bash": _posix(BASH),
    "zsh": _posix(ZSH),
    "fish": _fish,
}
