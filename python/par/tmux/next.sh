#!/bin/sh
# What `par next` runs: it switches a client to the context that has waited longest for its user; where that one is
# shown already, to the one after it, and round.
#   next.sh [SOCKET [CLIENT]]   without CLIENT the one that tmux takes, and outside of tmux one is attached
set -u

tab='	'
is_over='#{?pane_dead,1,#{&&:#{@par_state_by},#{m/r:^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$,#{pane_current_command}}}}'
pid='#{?#{m/r:^[0-9]+$,#{@par_state_pid}},#{@par_state_pid},0}'
at='#{?#{m/r:^[0-9]+$,#{@par_state_at}},#{@par_state_at},4000000000}'
pane="#{?#{==:#{@par_state},waiting},#{?$is_over,,$at $pid;},}"

main() {
  server=${1-} client=${2-} here=${TMUX:-}
  here=${here%,*,*}
  find_longest
  if [ -z "$target" ]; then
    find_elsewhere
    [ -n "$target" ] || fail 'no other context waits for you' 'par status' 3
    fail "no other context waits for you here, but '$label' does on another tmux server" "$(name_way)" 3
  elif [ -z "$client" ] && [ -n "$here" ] && [ "${server:-$here}" != "$here" ]; then
    fail "this terminal is inside another tmux server than $server" "$(name_way)" 4
  elif [ -n "$client" ]; then
    tmux switch-client -c "$client" -t "$target:"
  elif [ -n "${TMUX:-}" ]; then
    tmux switch-client -t "$target:"
  elif [ -t 0 ] && [ -t 1 ]; then
    tmux attach-session -t "$target:"
  else
    fail 'not a terminal: there is no tmux client to show a session in' 'par status' 2
  fi
}

name_way() {
  if [ -n "$here" ]; then
    printf %s "tmux detach-client -E 'par -S $server next'"
  else
    printf %s "par -S $server next"
  fi
}

# Sets `target`, the id of a session, and `label`, that of its context; of none where no other one waits
find_longest() {
  shown="#{?#{@par_context},#{@par_context},#{@par_label}}"
  set -- list-sessions -F "#{?@par_label,context,}$tab#{session_id}$tab#{@par_label}$tab#{W:#{P:$pane}}" ';' \
    list-clients -F "client$tab#{client_name}$tab$shown"
  [ -n "$client" ] || [ -z "$here" ] || [ "${server:-$here}" != "$here" ] || set -- "$@" ';' display-message -p "here$tab$tab$shown"
  listed=$(tmux "$@" 2>/dev/null)
  target=$(printf '%s\n' "$listed" | CLIENT=$client LC_ALL=C awk -F'\t' '
    $1 == "client" && $2 == ENVIRON["CLIENT"] || $1 == "here" { here = $3 }
    $1 == "context" {
      count = split($4, panes, ";")
      for (place = 1; place <= count; place++) {
        split(panes[place], part, " ")
        if (part[1] !~ /^[0-9]+$/ || part[2] !~ /^[0-9]+$/ || part[2] > 0 && has_ended(part[2])) continue
        if (!($2 in since)) { order[++waiting] = $2; label[$2] = $3 }
        if (!($2 in since) || part[1] < since[$2]) since[$2] = part[1]
      }
    }
    END {
      for (place = 1; place <= waiting; place++) {
        id = order[place]
        # Of two that wait as long the first in the list
        if (label[id] == here) { now = since[id]; now_place = place }
      }
      for (place = 1; place <= waiting; place++) {
        id = order[place]
        if (label[id] == here) continue
        is_after = since[id] > now || since[id] == now && place > now_place
        if (first == "" || since[id] < since[first]) first = id
        if (is_after && (after == "" || since[id] < since[after])) after = id
      }
      id = now_place && after != "" ? after : first
      if (id != "") print id "\t" label[id]
    }
    function has_ended(pid,    line, is_there) {
      is_there = (getline line < ("/proc/" pid "/stat")) > 0
      close("/proc/" pid "/stat")
      return !is_there && system("kill -0 " pid " 2>/dev/null") != 0
    }')
  label=${target#*"$tab"}
  target=${target%%"$tab"*}
}

# As find_longest, on the other servers that par knows contexts of
find_elsewhere() {
  data=${HOME:-}/.local/share/par
  case ${XDG_DATA_HOME:-} in /*) data=$XDG_DATA_HOME/par ;; esac
  own=${server:-$here} client=''
  while read -r server; do
    if [ -S "$server" ] && [ "$server" != "$own" ]; then
      find_longest </dev/null
      [ -z "$target" ] || return
    fi
  done <<END
$(cut -f6 "$data/contexts.tsv" 2>/dev/null | sort -u)
END
}

tmux() {
  command tmux -u ${server:+-S "$server"} "$@"
}

fail() {
  printf 'par: %s\nhint: %s\n' "$1" "$2" >&2
  exit "$3"
}

main "$@"
