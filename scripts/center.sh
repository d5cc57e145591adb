#!/usr/bin/env bash
# Shows the control center in the client, up to date: center.sh CLIENT

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

main() {
  local client=$1 error
  error=$(par control-center --client "$client" 2>&1 >/dev/null) || [ -z "$error" ] ||
    say "$client" "${error/$'\n'hint: / - }"
}

main "$@" || exit 0
