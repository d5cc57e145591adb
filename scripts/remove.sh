#!/usr/bin/env bash
# Removes contexts, in a popup: remove.sh CLIENT PANE_ID [LABEL...]. Says what that means, and asks.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer=''
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Remove (tab marks several)' || return
  explain
  read -rsn1 answer
  [[ $answer == [yY] ]] || return
  printf '\n'
  par rm "${labels[@]}"
  wait_for_key
}

explain() {
  printf 'Remove %s?\n\n' "${labels[*]}"
  printf '%s\n' 'This kills the session and what runs in it. The worktree and the branch' \
    'that par created go to the trash: par restore brings them back whole.' ''
  printf 'y removes, any other key does not. '
}

main "$@"
exit 0
