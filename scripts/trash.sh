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

# Its id first, and then each entry as `par trash` writes it into a pipe: label, repository, time, id
list_trash() {
  measure_screen
  par trash | awk -F '\t' 'NR > 1 && $4 != "" { printf "%s\t%-24s %-16s %s\n", $4, $1, $2, $3 }'
}

main "$@"
