#!/usr/bin/env bash
# Types a command into contexts, in a popup: send.sh CLIENT PANE_ID [LABEL...]. Asks for what it is not told; the
# label 'all' means every context.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer=''
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Send to (tab marks several)' || return
  ask_text "Send to ${labels[*]}: the command" || return
  # Through standard input, so that no text can be taken for an option
  printf '%s' "$answer" | par send "${labels[@]}" -
  wait_for_key
}

main "$@"
exit 0
