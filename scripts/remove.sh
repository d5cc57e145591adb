#!/usr/bin/env bash
# Removes contexts, in a popup: remove.sh CLIENT PANE_ID [LABEL...]. Says what that means, and asks. Fails where it
# was left.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1
  local answer='' said='' count host='' back='par undo'
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Remove' || return
  find_host
  clear_screen
  explain
  read -rsn1 answer
  [[ $answer == [yY] ]] || return
  run_shown rm "${labels[@]}" || { wait_for_key; return 1; }
  remember_host
  if says_only "removed '|all .* in the trash"; then
    count=$(grep -c "^removed '" <<<"$said")
    if [ "$count" -gt 1 ]; then
      say "$client" "par: removed $count contexts - $back brings them back"
    else
      say "$client" "par: ${said%%$'\n'*} - $back brings it back"
    fi
  else
    wait_for_key
  fi
}

# Where all are on one host the undo is there too; of several machines each has its own
find_host() {
  local label
  case ${labels[0]} in *:*) host=${labels[0]%%:*} back="par --host $host undo" ;; esac
  for label in "${labels[@]}"; do
    case $host/$label in
      "$host/$host":*) continue ;;
      /*:*) ;;
      /*) continue ;;
    esac
    host='' back='par restore LABEL...'
    return
  done
}

# For ctrl-z in the picker
remember_host() {
  if [ -n "$host" ]; then
    tmux set-option -g @_par_removed_on "$host"
  else
    tmux set-option -gu @_par_removed_on
  fi
}

explain() {
  wrap "Remove ${labels[*]}?"
  printf '\n'
  wrap "This kills the session and what runs in it. The worktree and the branch that par created go to the trash: $back brings them back whole."
  printf '\ny removes, any other key does not. '
}

main "$@"
