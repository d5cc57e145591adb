#!/usr/bin/env bash
# Brings back what was removed last, in a popup: undo.sh CLIENT PANE_ID [ID]. Fails where nothing came back.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local said='' status
  run_shown restore ${3:+"$3"}
  status=$?
  if [ "$status" -eq 0 ] && says_only "(session|checkout|workspace) '|  |open it:"; then
    say "$client" "par: ${said%%$'\n'*} is back"
  else
    wait_for_key
  fi
  return "$status"
}

main "$@"
