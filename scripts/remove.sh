#!/usr/bin/env bash
# Removes contexts, in a popup: remove.sh CLIENT PANE_ID [LABEL...]. Says what that means, and asks. Fails where it
# was left.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer='' said='' count
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Remove' || return
  clear_screen
  explain
  read -rsn1 answer
  [[ $answer == [yY] ]] || return
  run_shown rm "${labels[@]}" || { wait_for_key; return 1; }
  if says_only "removed '|all .* in the trash"; then
    count=$(grep -c "^removed '" <<<"$said")
    if [ "$count" -gt 1 ]; then
      say "$client" "par: removed $count contexts - par undo brings them back"
    else
      say "$client" "par: ${said%%$'\n'*} - par undo brings it back"
    fi
  else
    wait_for_key
  fi
}

explain() {
  wrap "Remove ${labels[*]}?"
  printf '\n'
  wrap 'This kills the session and what runs in it. The worktree and the branch that par created go to the trash: par undo brings them back whole.'
  printf '\ny removes, any other key does not. '
}

main "$@"
