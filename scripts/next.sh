#!/usr/bin/env bash
# Switches the client to the context that has waited longest for its user, from there to the next one, and round:
# next.sh CLIENT

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

main() {
  local client=$1 error
  error=$(sh "$root/python/par/tmux/next.sh" "$socket" "$client" 2>&1) || say "$client" "${error%%$'\n'*}"
}

main "$@" || exit 0
