#!/usr/bin/env bash
# Makes the sessions of all stopped contexts again, in a popup: resurrect.sh CLIENT PANE_ID

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local said=''
  if run_shown resurrect && says_only '[^ ]+: session (made|found again)|Every context has'; then
    say "$client" 'par: every context has its session'
  else
    wait_for_key
  fi
}

main "$@"
