#!/usr/bin/env bash
# Shows what was removed, in a popup, and brings back what is chosen: trash.sh CLIENT PANE_ID. Fails where it was
# left.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer='' typed=''
  find_fzf
  if has_trash; then
    ask_choice 'Bring back (par trash empty deletes)' list_trash || return
    [ -n "$answer" ] && "$root/scripts/undo.sh" "$client" "$2" "$answer"
  else
    printf 'The trash is empty.\n'
    wait_for_key
    return 1
  fi
}

# Each line of the table that has an id, and that first
list_trash() {
  par trash | LC_ALL=C sed -n $'s/^.*\t\\([0-9a-f]\\{12\\}\\)\t.*$/\\1\t&/p'
}

main "$@"
