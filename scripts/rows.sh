#!/usr/bin/env bash
# The rows of the picker, best first, for the scripts beside this one, which source it:
#   begin_rows                   begins to list the contexts for $client on descriptor 3; where a helper failed, the
#                                last rows have the id '!' and say so
#   take_rows                    reads them to the end and sets `rows`; where a helper failed it says so, and fails
#   has_hosts                    whether a host has ever told of its contexts
#   has_trash                    whether something can be brought back
#   visible                      an awk function, for LC_ALL=C: what a terminal would act on or hide becomes '?'
#   columns_program              awk functions: fit(N, TEXT) widens column N for it, padded(N, TEXT) fills it up
# A row has fields, separated by tabs: id of the session or '-', label, state, three keys of the order (rank, last
# used or, of those that wait, longest waiting; age), what is shown. The state of HOST:LABEL is 'remote', and its
# session the one here that shows it.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"
# shellcheck source=scripts/agents.sh
. "${BASH_SOURCE[0]%/*}/agents.sh"
set -o pipefail

data=$HOME/.local/share/par
[[ ${XDG_DATA_HOME:-} != /* ]] || data=$XDG_DATA_HOME/par

# C0, DEL, C1, and what is invisible or turns the direction: U+061C 200B-200F 2028-202E 2060-206F FEFF
# shellcheck disable=SC2016
visible='function visible(text) {
  if (text !~ /[^ -~]/) return text
  gsub(/[\001-\037\177]/, "?", text)
  if (text ~ /[\200-\377]/)
    gsub(/\302[\200-\237]|\330\234|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277/, "?", text)
  return text
}'

has_trash() {
  local entry
  for entry in "$data"/trash/*/entry.json; do
    [ ! -e "$entry" ] || return 0
  done
  return 1
}

has_hosts() {
  local file
  for file in "$data"/hosts/*.tsv; do
    [ ! -r "$file" ] || return 0
  done
  return 1
}

begin_rows() {
  # shellcheck disable=SC2154
  exec 3< <(list_rows "$client" 2>/dev/null || tell_failure)
}

take_rows() {
  local failure
  rows=$(</dev/fd/3)
  # Of a thousand rows a pattern with ## takes a second
  [[ $'\n'$rows == *$'\n'$failed* ]] || return 0
  failure=$'\n'$rows
  failure=${failure#*$'\n'"$failed"}
  printf '%s\n' "${failure//$failed/}" >&2
  return 1
}

failed=$'!\t\t\t\t\t\t'
tell_failure() {
  local line
  printf '%s\n' "${failed}par: the contexts cannot be listed"
  while IFS= read -r line; do
    printf '%s\n' "$failed$line"
  done < <(list_rows "$client" 2>&1 >/dev/null)
}

# One call to tmux, joined with what par wrote down of all contexts, also of those whose session is stopped, and with
# what the hosts said last of theirs
list_rows() {
  local contexts=$data/contexts.tsv hosts=()
  [[ -f $contexts && -r $contexts ]] || contexts=/dev/null
  ! has_hosts || hosts=(from=host "$data"/hosts/*.tsv)
  [ ! -r "$data/conflicts.tsv" ] || hosts+=(from=conflicts "$data/conflicts.tsv")
  tmux list-clients -F "$row_clients" \; list-sessions -F "$row_sessions" |
    CLIENT=$1 SOCKET=$socket LC_ALL=C awk -F'\t' "$visible $columns_program $row_program" from=par "$contexts" \
      ${hosts[@]+"${hosts[@]}"} from=tmux - |
    LC_ALL=C sort -t$'\t' -k4,4n -k5,5nr -k6,6nr
}

# shellcheck disable=SC2016
columns_program='
function fit(column, text,    count) { count = cells(text); if (count > width[column] && count <= 40) width[column] = count }
function padded(column, text,    more) {
  more = width[column] - cells(text)
  return more > 0 ? text substr(blanks, 1, more) : text
}
BEGIN { blanks = sprintf("%40s", "") }
# Columns of a terminal: bytes that begin a character, those of the far east and emoji twice
function cells(text,    wide) {
  if (text !~ /[\200-\377]/) return length(text)
  gsub(/[\200-\277]/, "", text)
  wide = gsub(/[\343-\355\360]/, "&", text)
  return length(text) + wide
}'

row_clients=$'client\t#{session_id}\t#{client_name}'
row_sessions=$'session\t#{session_id}\t#{s/[.]/_/:session_name}\t#{@par_label}\t#{session_attached}'
row_sessions+=$'\t#{session_last_attached}\t#{@par_repo}\t#{@par_branch}\t#{@par_init}'
row_sessions+=$'\t#{T;l:%s}\t#{?@par-quiet-after,#{@par-quiet-after},60}\t'$agents$'\t#{@par_remote}\t#{session_path}'

# shellcheck disable=SC2016
row_program='
from == "par" {
  meet($1, NR, $3, $4)
  by_session[$5] = $1; server[$1] = $6; folder[$1] = $7
  if ($2 != "workspace" && !is_file($7 "/.git")) gone[$1]
}
from == "conflicts" { if ($2 in age) clashes[$2] = $1 + 0 }
from == "host" && $1 == "host" { host = $2; asked[host] = $3; is_silent[host] = $4 == "silent" }
from == "host" && $1 == "context" {
  label = host ":" $2; home[label] = host
  meet(label, NR, $5, $6)
  there[label] = $4; told[label] = $7; told_at[label] = $8 + 0; init[label] = $9
}
from == "tmux" && $1 == "client" && $3 == ENVIRON["CLIENT"] { here = $2 }
from == "tmux" && $1 == "session" && $2 ~ /^\$[0-9]+$/ {
  now = $10
  label = $4 != "" ? $4 : $13 != "" ? $13 : lost($3, $14)
  if (label == "") next
  if (!(label in age)) meet(label, 0, $7, $8)
  id[label] = $2; used[label] = $6
  state[label] = $5 > 0 ? "attached" : "running"
  if ($4 == "" && $13 != "") { home[label] = substr(label, 1, index(label, ":") - 1); next }
  note[label] = agent($10, $11, $12)
  if ($9 ~ /^(running|failed|held)$/) note[label] = note[label] (note[label] != "" ? ", " : "") "init " $9
}
END {
  mark["attached"] = "\033[32m●\033[m"; mark["running"] = "○"
  mark["stopped"] = mark["elsewhere"] = "·"; mark["broken"] = "\033[31m✗\033[m"
  for (label in age) {
    sign[label] = ""
    if (label in home) { describe_there(label); state[label] = "remote" }
    else if (label in gone) state[label] = "broken"
    else if (!(label in id)) {
      state[label] = server[label] == ENVIRON["SOCKET"] ? "stopped" : "elsewhere"
      if (state[label] == "elsewhere") note[label] = "on another tmux server"
    }
    if (sign[label] == "") sign[label] = mark[state[label]]
    if (label in clashes) note[label] = note[label] (note[label] != "" ? ", " : "") "conflicts" span(now - clashes[label])
    if (note[label] != "") fit(2, note[label])
    else note[label] = "" # gawk 5.2 crashes where a function is given an element that has no value yet
    if (label in id && id[label] == here) fit(1, name[label] = name[label] "*")
  }
  for (label in age) {
    is_grey = label in home && is_old(home[label])
    colour = is_grey || note[label] == "" ? "" : colour_of(label)
    printf "%s\t%s\t%s\t%s\t%d\t%s\t", (label in id ? id[label] : "-"), label, state[label], rank(label), \
      (label in waits ? 2147483647 - waits[label] : used[label]), age[label]
    if (is_grey) { printf "\033[90m"; gsub(/\033\[[0-9]*m/, "", sign[label]) }
    printf "%s %s", sign[label], padded(1, name[label])
    if (width[2]) printf "  %s%s%s", colour, padded(2, note[label]), (colour != "" ? "\033[m" : "")
    is_same = branch[label] == (label in home ? substr(label, length(home[label]) + 2) : label)
    printf "  %s", (is_same ? repository[label] : padded(3, repository[label]) "  " visible(branch[label]))
    print is_grey ? "\033[m" : ""
  }
}
# A context, and of it what needs nothing else: while tmux prepares its answer
function meet(label, at, of, on) {
  if (!(of in shown)) { shown[of] = visible(of); fit(3, shown[of]) }
  age[label] = at; repository[label] = shown[of]; branch[label] = on
  fit(1, name[label] = visible(label))
}
function colour_of(label) {
  if (note[label] ~ /failed/) return "\033[31m"
  if (note[label] ~ /waiting/ || is_held(label)) return "\033[33m"
  return label in clashes ? "\033[35m" : ""
}
# Of what the programs of the session $2 say that which wants the user most, and for how long
function agent(now, quiet_after, said,    count, panes, part, one, place, best, since, text) {
  count = split(said, panes, ";")
  for (place = 1; place <= count; place++) {
    if (panes[place] !~ /^%[0-9]+ (working|waiting|done|failed) [0-9]+ [0-9]+ [0-9]+$/) continue
    split(panes[place], part, " ")
    one = index("done working failed waiting", part[2])
    if (part[4] > 0 && has_ended(part[4]) || one < best || one == best && part[3] >= since) continue
    best = one; since = part[3]
    text = part[2] == "working" && part[5] + quiet_after < now ? "quiet" : part[2]
  }
  if (text == "waiting") waits[label] = since
  return text span(since > 0 ? now - since : 0)
}
function span(seconds) {
  return seconds >= 86400 ? " " int(seconds / 86400) "d" : seconds >= 3600 ? " " int(seconds / 3600) "h" : \
    seconds >= 60 ? " " int(seconds / 60) "m" : ""
}
# A context of a host, as that said last: its sign is that of its state over there, unless it is shown here
function describe_there(label,    text, age) {
  sign[label] = state[label] == "attached" ? mark["attached"] : mark[there[label] == "attached" ? "running" : there[label]]
  if (sign[label] == "") sign[label] = state[label] != "" ? mark["running"] : mark["stopped"]
  if (told[label] != "") text = told[label] span(told_at[label] > 0 ? now - told_at[label] : 0)
  if (init[label] ~ /^(running|failed|held)$/) text = text (text != "" ? ", " : "") "init " init[label]
  if (is_old(home[label])) {
    age = span(now - asked[home[label]])
    text = text (text != "" ? ", " : "") (age != "" ? "seen" age " ago" : "no answer")
  } else if (told[label] == "waiting") waits[label] = told_at[label]
  note[label] = visible(text)
}
function is_old(host) { return asked[host] > 0 && (is_silent[host] || asked[host] + 60 < now) }
function has_ended(pid,    line, is_there) {
  is_there = (getline line < ("/proc/" pid "/stat")) > 0
  close("/proc/" pid "/stat")
  return !is_there && system("kill -0 " pid " 2>/dev/null") != 0
}
# Where one is already comes last: the first is where one wants to go
function rank(label) {
  if (label in id && id[label] == here) return 3
  if (label in home && is_old(home[label]) && !(label in id)) return 2
  return note[label] ~ /waiting/ ? 0 : label in id ? 1 : 2
}
# What a stranger wrote is held by design; status.sh says the same of the status line
function is_held(label) { return note[label] ~ /held/ && folder[label] !~ /\/par\/review\// }
# tmux-resurrect brings sessions back without their marks; another of such a name belongs to the user
function lost(name, path,    label) {
  label = by_session[name] ""
  return name ~ /^par-/ || index(path "/", folder[label] "/") == 1 ? label : ""
}
function is_file(path,    line, status) {
  status = getline line < path
  close(path)
  return status > 0
}'
