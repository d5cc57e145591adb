#!/usr/bin/env bash
# The door to tmux and to the engine for the scripts beside it, which source this file. What they share:
#   tmux ...           tmux on the server that runs the script, always with -u
#   par ...            the engine for that server; builds its Python environment first where there is none
#   say CLIENT TEXT    a message on the status line of a client, whatever is in TEXT
#   read_client FORMAT sets screen_columns, screen_lines and `told`, the FORMAT expanded for $client; fails where it
#                      is gone, or in control mode, which has no screen for a popup or a menu
#   add WORD...        one more command, quoted for tmux, in `writes`, for `tmux source-file -`
#   server_has X.Y     whether the server (not the tmux on PATH) is at least that version
#   tree_order         the order of a choose-tree, for -O, that puts what was used last first
# `root` is the plugin's folder, `socket` the server's. A script sets `client` to the one that pressed the key.

root=${BASH_SOURCE[0]%/scripts/*}
# tmux sets TMUX to path,process,session in all that it runs; the path may hold a comma
socket=${TMUX%,*,*}

tmux() {
  command tmux -u "$@"
}

par() {
  PAR_ENVIRONMENT=check "$root/scripts/par" 2>/dev/null ||
    "$root/scripts/environment.sh" "${client:-}" </dev/null || return
  "$root/scripts/par" -S "$socket" "$@"
}

# Through an option: in the text itself tmux would run #(), and strftime would read every %
say() {
  local text=${2//[[:cntrl:]]/ } to=()
  [ "${text%;}" = "$text" ] || text="${text%;}\\;" # a last semicolon would end the command
  if [ -n "$1" ] && server_has 3.3; then # on 3.2a display-message -c shows nothing
    to=(-c "$1")
  fi
  tmux set-option -g @_par_message "$text" ';' \
    display-message -d 3000 ${to[@]+"${to[@]}"} '#{q/e:@_par_message}' 2>/dev/null
}

read_client() {
  local is_control columns lines version rest
  while IFS=$'\t' read -r is_control columns lines version rest; do
    if [ "$is_control,${rest%%$'\t'*}" = "0,$client" ]; then
      # shellcheck disable=SC2034
      screen_columns=$columns screen_lines=$lines server_version=$version told=${rest#*$'\t'}
      return
    fi
  done < <(tmux list-clients -F "$client_fields$1")
  return 1
}

client_fields=$'#{?client_control_mode,1,0}\t#{client_width}\t#{client_height}\t#{version}\t#{client_name}\t'

add() {
  local word escape="'\\''"
  for word; do
    writes+="'${word//\'/$escape}' "
  done
  writes+=$'\n'
}

server_has() {
  [ -n "${server_version:-}" ] || server_version=$(tmux display-message -p '#{version}')
  local have=${server_version#next-} minor
  case $have in
    [0-9]*.[0-9]*) ;;
    *) return 0 ;; # 'master', or OpenBSD's own
  esac
  minor=${have#*.}
  minor=${minor%%[!0-9]*}
  [ $((${have%%.*} * 1000 + minor)) -ge $((${1%%.*} * 1000 + ${1#*.})) ]
}

# Its name changed: an older server does not know 'activity', a newer one not 'time'
tree_order() {
  if server_has 3.7; then printf activity; else printf 'time'; fi
}
