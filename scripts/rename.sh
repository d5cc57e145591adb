#!/usr/bin/env bash
# Gives contexts another label, in a popup: rename.sh CLIENT PANE_ID [LABEL...]. Fails where it was left.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer said label
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Rename' || return
  for label in "${labels[@]}"; do
    answer=$label
    while :; do
      ask_text "Rename $label to" "$answer" || return
      ! run_shown rename -- "$label" "$answer" || break
      wait_for_key
    done
    say "$client" "par: ${said%%$'\n'*}"
  done
}

main "$@"
