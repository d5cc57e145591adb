#!/usr/bin/env bash
# Brings back all that the last command removed, in a popup, or what has the id: undo.sh CLIENT PANE_ID [ID]. Fails
# where nothing came back.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local said='' status count host=''
  # Where the picker removed something on a host last, that is meant
  [ -n "${3:-}" ] || host=$(tmux show-options -gqv @_par_removed_on)
  run_shown restore ${host:+--host "$host"} ${3:+"$3"}
  status=$?
  [ -z "$host" ] || tmux set-option -gu @_par_removed_on
  if [ "$status" -eq 0 ] && says_only "restored '|  |open it:"; then
    count=$(grep -c "^restored '" <<<"$said")
    [ "$count" -gt 1 ] && said="restored $count contexts"
    say "$client" "par: ${said%%$'\n'*}"
  else
    wait_for_key
  fi
  return "$status"
}

main "$@"
