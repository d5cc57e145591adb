#!/bin/sh
# What `par state` runs: it writes what a program is doing into tmux options of its pane.
#   state.sh working|waiting|done|failed|clear [LABEL|LABEL/REPO] [--hook]
# The pane: of the context LABEL the first (clear: all), of LABEL/REPO that in the window of one repository, else that of TMUX_PANE, else the first of the context whose worktree the
# working folder is in. An agent calls this from its hooks and waits for it: no Python, one call to tmux; with --hook
# nothing is printed and the exit status is 0. For par itself:
#   state.sh STATE --pane PANE PID xPROGRAM [--caller]   as agents.tmux says it: `bell` where one rang there; with
#     --caller the pane is that of who runs `tmux set-option @par_state STATE`, as far as that can be found; with
#     --rang xPANES xPANES another one of that window, of those that say what they do, or where no shell is in front
#   state.sh told LABEL STATE COMMAND      runs the user's @par-on-state
# The options: @par_state; @par_state_at, since when; @par_state_by, the program in front of the pane then, empty for
# a shell; @par_state_pid, the leader of the job in front. The state is over when the program is: that is judged by
# those who read it (agents.py beside this, scripts/agents.sh).
set -u

tab='	'
is_shell='#{m/r:^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$,#{pane_current_command}}'
is_by_hand='#{m/r:^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$|^tmux$|^par$,#{pane_current_command}}'
live="#{?pane_dead,,#{?#{&&:#{@par_state_by},$is_shell},,#{@par_state}}}"
is_shown='#{||:#{window_active_clients},#{&&:#{@par_label},#{session_attached}}}'
label_here='#{?@par_context,#{@par_context},#{@par_label}}'

main() {
  case ${1-} in told) shift && tell "$@" && return ;; esac
  read_words "$@"
  case $is_hook$word in yesdone | yesfailed | yesclear) read_json && ! is_subagent || exit 0 ;; esac
  # tmux may be where the PATH of an agent does not lead to
  PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin
  data=${HOME:-}/.local/share/par
  case ${XDG_DATA_HOME:-} in /*) data=$XDG_DATA_HOME/par ;; esac
  if [ -n "$label" ]; then
    say_in_context || fail "$missing" "$hint" 3
  elif ! say_in_own_pane; then
    say_in_context || fail "$missing" "$hint" 3
  fi
}

read_words() {
  word='' label='' is_hook='' is_caller='' pane='' pane_pid='' program='' json='' folder='' count=0
  case " $* " in *' --hook '*) is_hook=yes && exec >/dev/null 2>&1 ;; esac
  while [ $# -gt 0 ]; do
    case $1 in
      --hook) ;;
      --caller) is_caller=yes ;;
      --rang)
        choose_pane "${2-}" "${3-}"
        shift 2
        ;;
      --pane)
        pane=${2-} pane_pid=${3-} program=${4#x} is_hook=yes
        shift 3
        ;;
      -*) fail "there is no option '$1'" 'par state --help' 2 ;;
      *)
        count=$((count + 1))
        if [ "$count" -eq 1 ]; then word=$1; else label=$1; fi
        ;;
    esac
    shift
  done
  [ "$count" -ge 1 ] || fail 'a state is needed' 'par state working|waiting|done|failed|clear' 2
  [ "$count" -le 2 ] || fail 'there is one LABEL at most' 'par state --help' 2
  case $word in
    working | waiting | done | failed | clear) ;;
    idle) [ -n "$is_hook" ] || fail_word ;; # an agent is at its prompt
    bell) [ -n "$pane" ] || fail_word ;;
    *) fail_word ;;
  esac
}

fail_word() {
  fail "there is no state '$word'" 'par state working|waiting|done|failed|clear' 2
}

# What the agent tells on standard input, which it may never do: then this goes on without it
read_json() {
  if [ -n "$json$pane" ] || [ -t 0 ]; then return; fi
  exec 3<&0
  json=$(
    cat <&3 &
    reader=$!
    { sleep 0.04 && kill "$reader"; } 3<&- >/dev/null 2>&1 &
    watch=$!
    wait "$reader"
    kill "$watch"
  ) 2>/dev/null
  exec 3<&-
}

# What a subagent is at the end of, the agent is not
is_subagent() {
  case $json in
    *'"agent_id"'*) [ -n "$(key agent_id)" ] ;;
    *'"Subagent'*) case $(key hook_event_name) in Subagent*) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
  esac
}

# The text of a key of the outermost object of the JSON, empty where it is another kind of value
key() {
  printf '%s\n' "$json" | KEY=$1 LC_ALL=C awk '
    { text = text $0 }
    END {
      while (tokens++ < 2000 && match(text, /"([^"\\]|\\.)*"|[][{}:,]/)) {
        token = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (token ~ /^[[{]/) depth++
        else if (token ~ /^[]}]/) depth--
        else if (depth == 1 && token == ":") is_value = last == "\"" ENVIRON["KEY"] "\""
        else if (depth == 1 && token == ",") is_value = 0
        else if (depth == 1 && is_value) { print plain(substr(token, 2, length(token) - 2)); exit }
        last = token
      }
    }
    function plain(text) {
      if (text ~ /\\[^"\\\/]/) return ""
      gsub(/\\\\/, "\001", text); gsub(/\\/, "", text); gsub(/\001/, "\\", text)
      return text
    }' 2>/dev/null
}

say_in_own_pane() {
  [ -n "${TMUX:-}" ] || return
  if [ -n "$is_caller" ] && say_in_callers; then
    return
  elif [ -n "$pane" ]; then
    find_job_in_pane
    owner=$label_here
    [ -z "$is_caller" ] || owner='#{@par_label}' # at least it is the session of a context
    say "${TMUX%,*,*}" "$pane" "$owner"
  elif [ -n "${TMUX_PANE:-}" ]; then
    find_job
    say "${TMUX%,*,*}" "$TMUX_PANE" "$label_here"
  else
    return 1
  fi
}

# tmux knows who runs `tmux set-option @par_state` and does not tell: it is still there, with its environment
say_in_callers() {
  found='' TMUX_SERVER=${TMUX%,*,*} show_environment=e
  [ "$(uname)" != Darwin ] || show_environment=E
  export TMUX_SERVER word
  while read -r target job; do
    [ -z "$target" ] || { say "$TMUX_SERVER" "$target" "$label_here" && found=yes; }
  done <<END
$(ps "ax${show_environment}ww" -o pid=,tpgid=,args= 2>/dev/null | LC_ALL=C awk '
  $3 ~ /(^|\/)tmux$/ && index($0, " TMUX=" ENVIRON["TMUX_SERVER"] ",") && match($0, / @par_state( [a-z]+)?/) {
    said = substr($0, RSTART + 12, RLENGTH - 12)
    if (ENVIRON["word"] != "clear" && said != ENVIRON["word"]) next
    if (match($0, / TMUX_PANE=%[0-9]+/)) print substr($0, RSTART + 11, RLENGTH - 11), ($2 > 0 && $2 != $1 ? $2 : "")
  }')
END
  [ -n "$found" ]
}

# A worktree belongs to one context only: its folder tells which, and nothing outside of one is anybody's
say_in_context() {
  if [ -n "$pane" ]; then exit 0; fi
  named=$label
  if [ -z "$label" ]; then
    missing='this is neither a pane nor a worktree of a context' hint="par state $word LABEL"
    if [ -n "$is_hook" ] && read_json; then folder=$(key cwd); fi
    folder=$(cd -- "${folder:-.}" 2>/dev/null && pwd -P) || return
    find_job
  else
    missing="there is no context '$label'" hint='par ls' folder='' job='' # not the job of who says it
  fi
  row=$(LABEL=$label FOLDER=$folder LC_ALL=C awk -F'\t' '
    BEGIN { wanted = tolower(ENVIRON["LABEL"]); head = wanted; if (!sub(/\/[^\/]*$/, "", head)) head = "" }
    { label = tolower($1)
      worth = wanted == "" ? (index(ENVIRON["FOLDER"] "/", $7 "/") == 1 ? length($7) : 0) : \
        (label == wanted ? 2 : ($2 == "workspace" && label == head)) }
    worth > best { best = worth; row = $1 FS $5 FS $6; is_part = wanted != "" && worth == 1 }
    END { if (best) print (is_part ? "part" : "whole") FS row }' "$data/contexts.tsv" 2>/dev/null)
  [ -n "$row" ] || return
  repository=
  case $row in part*) repository=${label##*/} ;; esac
  row=${row#*"$tab"}
  label=${row%%"$tab"*} row=${row#*"$tab"}
  session=${row%%"$tab"*} server=${row#*"$tab"}
  missing="the context '$label' has no session" hint="par open $label"
  case $label$session in *["#{},:'\";\\"]*) return 1 ;; esac
  # The first pane, as whose hook this is nobody said; a session that was renamed is found by its mark
  owner="#{?#{==:#{@par_label},$label},1,}"
  if [ -n "$repository" ]; then
    say_in_repository
    return
  fi
  if [ "$word" = clear ] && [ -n "$named" ]; then
    clear_all
    return
  fi
  case $session in
    *[!A-Za-z0-9_-]*) ;;
    *) ! say "$server" "=$session:{start}.{top-left}" "$owner" || return 0 ;;
  esac
  pane=$(command tmux -u -S "$server" list-panes -a -f "$owner" -F '#{?#{==:#{@par_pane},#{pane_id}},1,2} #{pane_id}' |
    LC_ALL=C sort | head -n 1) 2>/dev/null
  [ -n "$pane" ] && say "$server" "${pane#* }" "$owner"
}

# Whichever of its panes says something: which one that is, who names the context need not know
clear_all() {
  owner="#{||:#{==:#{@par_label},$label},#{==:#{@par_context},$label}}"
  panes=$(command tmux -u -S "$server" list-panes -a -f "$owner" -F '#{pane_id}' 2>/dev/null | LC_ALL=C sort -u)
  [ -n "$panes" ] || return
  for each in $panes; do
    say "$server" "$each" 1 || : # it has closed meanwhile
  done
}

# The first pane in the window of one repository of a workspace, whichever sessions show it
say_in_repository() {
  missing="there is no window of '$repository' in '$label'" hint="par open $label"
  owner="#{?#{==:#{@par_context},$label},1,}"
  pane=$(command tmux -u -S "$server" list-panes -a -f "$owner" -F "#{pane_id}$tab#{@par_worktree}" 2>/dev/null |
    REPOSITORY=$repository LC_ALL=C awk -F'\t' 'tolower($2) == tolower(ENVIRON["REPOSITORY"]) { print $1; exit }')
  [ -n "$pane" ] && say "$server" "$pane" "$owner"
}

# The leader of the job in front of the terminal, whose end is that of the state; none for a command at a prompt
find_job() {
  job=
  if [ -r /proc/self/stat ]; then
    each=$$
    for _ in 1 2 3 4 5 6; do
      read_stat "$each" || return
      [ "$front" -le 0 ] || break
      each=$parent # a hook may run without a terminal
    done
  else
    read -r parent front <<END
$(ps -o ppid=,tpgid= -p $$ 2>/dev/null)
END
    [ "${front:-0}" -gt 0 ] || read -r parent front <<END
$(ps -o ppid=,tpgid= -p "$PPID" 2>/dev/null)
END
  fi
  [ "${front:-0}" -le 0 ] || [ "$front" -eq $$ ] || job=$front
}

# tmux tells the window that a bell rang in, and its active pane. PANES are PANE:PID/ each
choose_pane() {
  case ${1#x} in
    '') rang=${2#x} ;;
    */?*) exit 0 ;; # of several that say what they do each says that it waits, too
    *) rang=${1#x} ;;
  esac
  case $rang in
    '' | */?*) ;; # which of several without a word it was nobody knows
    *) pane=${pane%.*}.${rang%%:*} pane_pid=${rang#*:} && pane_pid=${pane_pid%/} program='' ;;
  esac
}

find_job_in_pane() {
  job=
  if [ -r /proc/self/stat ]; then
    read_stat "$pane_pid" || return
  else
    front=$(ps -o tpgid= -p "$pane_pid" 2>/dev/null)
    front=${front##* }
  fi
  case $program in
    tmux | par) ;; # typed at a prompt, and gone by now
    sh | bash | dash | zsh | ksh | mksh | fish | csh | tcsh | pwsh | yash | xonsh | elvish | nu) # the pane's own, or a script
      [ "${front:-0}" -le 0 ] || [ "$front" -eq "$pane_pid" ] || job=$front
      ;;
    *) [ "${front:-0}" -le 0 ] || job=$front ;;
  esac
}

read_stat() { # the name, in brackets, may hold anything
  read -r line <"/proc/$1/stat" || return
  line=${line##*) }
  # shellcheck disable=SC2086
  set -- $line
  parent=$2 front=$6
} 2>/dev/null

# say SERVER TARGET CONDITION: writes it where CONDITION, a format, holds in the pane TARGET, and fails where not
say() {
  at="-t '$2'"
  # Of the session, whose every pane has it; beside -u the -o does nothing, and tells agents.tmux who does this
  case $pane in
    *:*) unset_by_hand="set-option -u -o -q -t '${pane%%:*}:' @par_state" ;;
    *) unset_by_hand="set-option -u -o -q $at @par_state" ;;
  esac
  state=waiting
  case $word in
    clear) is_news='#{@par_state}' ;;
    idle) is_news="#{==:$live,working}" ;; # it was interrupted, which no hook tells; where it is done that is no news
    bell) # of an agent that has said more, or of a shell that is typed to, it is no news
      is_news="#{?#{m/r:^(waiting|done|failed)\$,$live},,#{?$is_shell,#{?#{window_active_clients},,1},1}}"
      ;;
    *)
      state=$word is_news="#{?#{==:#{@par_state} #{@par_state_pid},$word $job},,1}"
      [ -z "$pane" ] || is_news=1 # which may be the session's
      ;;
  esac
  if [ "$word" = clear ]; then say_nothing; else say_state; fi
  writes="if-shell -F $at '$is_news' { $writes ; $unset_by_hand } ; display-message -p said"
  [ "$(command tmux -u -S "$1" if-shell -F -t "$2" "$3" "$writes" 2>/dev/null)" = said ]
}

say_nothing() {
  writes="set-option -p -u -q $at @par_state_at ; set-option -p -u -q $at @par_state_by"
  writes="$writes ; set-option -p -u -q $at @par_state_pid ; set-option -p -u -q $at @par_state"
}

say_state() {
  is_same="#{&&:#{==:$live,$state},#{@par_state_at}}"
  is_told="#{&&:#{@par-on-state},#{?$is_same,,#{?$is_shown,,1}}}"
  quote_self
  writes="if-shell -F $at '$is_told' { run-shell -b $at '$self told #{q:$label_here} $state #{q:@par-on-state}' }"
  writes="$writes ; set-option -p -F $at @par_state_at '#{?$is_same,#{@par_state_at},#{T;l:%s}}'"
  writes="$writes ; set-option -p $at @par_state $state"
  writes="$writes ; set-option -p -F $at @par_state_by '#{?$is_by_hand,,#{pane_current_command}}'"
  writes="$writes ; set-option -p $at @par_state_pid '$job'"
}

# For a shell, in a format, in tmux's single quotes
quote_self() {
  case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
  case $self in
    *[!A-Za-z0-9_/.-]*)
      self=$(printf '%s\n' "$self" | sed "s/[]\\\\ \"'\$&()*;<>?[\`{|}~!^#]/\\\\&/g; s/#/##/g; s/'/'\\\\''/g")
      ;;
  esac
  self="exec sh $self"
}

# tell LABEL STATE COMMAND: in the background of the tmux server
tell() {
  data=${HOME:-}/.local/share/par
  case ${XDG_DATA_HOME:-} in /*) data=$XDG_DATA_HOME/par ;; esac
  PAR_LABEL=$1 PAR_STATE=$2
  export PAR_LABEL PAR_STATE
  PAR_PATH=$(LC_ALL=C awk -F'\t' '$1 == ENVIRON["PAR_LABEL"] { print $7 }' "$data/contexts.tsv" 2>/dev/null)
  export PAR_PATH
  sh -c "$3" </dev/null >/dev/null 2>&1 # what it says would be put into a pane
}

fail() {
  [ -z "$is_hook" ] || exit 0
  printf 'par: %s\nhint: %s\n' "$1" "$2" >&2
  exit "$3"
}

main "$@"
[ -z "${is_hook:-}" ] || exit 0
