#!/bin/sh
# What the one pane of `par open HOST:LABEL` runs: the session on the host, and again whenever the connection broke.
#   attach.sh HOST WORD...   the words are the command line of ssh
# It ends when the session was detached from, or has ended; a client that came from another session goes back there.
set -u

longest=30 # seconds between two tries
lasting=10 # what held so long was a connection: the pauses begin anew

main() {
  host=$1 pause=1
  shift
  session="\$${TMUX##*,}"
  modes=$(stty -g) || exit
  trap leave INT TERM
  printf 'par: connecting to %s ...\n' "$host"
  while :; do
    began=$(now)
    "$@"
    status=$?
    reset_terminal
    case $status in
      0) leave ;;
      255) wait_a_while ;;
      *) wait_for_key ;; # what was said over there would be said again
    esac
    take_agent
  done
}

# What was on over there is still on here: a scroll region, the other screen, the mouse, keys of other modes
reset_terminal() {
  stty "$modes"
  # On the first screen this would move the cursor
  is_other=$(tmux display-message -p -t "$TMUX_PANE" '#{alternate_on}')
  [ "$is_other" != 1 ] || printf '\033[?1049l'
  printf '\0337\033[r\0338\033[m\033[4l\033[?7h\033[?1l\033>\033(B\017\033[?25h\033[ q'
  printf '\033[?9l\033[?1000l\033[?1002l\033[?1003l\033[?1005l\033[?1006l\033[?1004l\033[?2004l\033[>4m'
}

wait_a_while() {
  [ $(($(now) - began)) -lt "$lasting" ] || pause=1
  left=$pause
  drop_typed
  while [ "$left" -gt 0 ]; do
    ask "the connection to $host is broken: again in $left s (any key: now, q: leave)" && break
    left=$((left - 1))
  done
  answer
  pause=$((pause * 2))
  [ "$pause" -le "$longest" ] || pause=$longest
}

wait_for_key() {
  drop_typed
  until ask "it ended on $host with status $status (any key: again, q: leave)"; do :; done
  answer
}

# What was typed to the session is no answer
drop_typed() {
  stty -icanon -echo min 0 time 0
  dd bs=4096 count=1 >/dev/null 2>&1
  stty time 10
}

# Fails where no key is pressed for a second
ask() {
  printf '\r\033[Kpar: %s' "$1"
  key=$(dd bs=64 count=1 2>/dev/null)
  [ -n "$key" ]
}

answer() {
  printf '\r\033[K'
  stty "$modes"
  case $key in q | Q) leave ;; esac
}

# An agent for keys has another socket once somebody has logged in again
take_agent() {
  agent=$(tmux show-environment -t "$session:" SSH_AUTH_SOCK 2>/dev/null)
  case $agent in SSH_AUTH_SOCK=*) SSH_AUTH_SOCK=${agent#*=} && export SSH_AUTH_SOCK ;; esac
}

leave() {
  tmux list-clients -t "$session:" -F '#{client_name}' 2>/dev/null | while IFS= read -r client; do
    tmux switch-client -c "$client" -l 2>/dev/null
  done
  exit 0
}

now() {
  date +%s
}

tmux() {
  command tmux -u "$@"
}

main "$@"
