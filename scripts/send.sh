#!/usr/bin/env bash
# Types a command into contexts, in a popup: send.sh CLIENT PANE_ID [LABEL...]. Asks for what it is not told; the
# label 'all' means every context but that of the pane, as with par send. Fails where nothing was sent.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1 pane_id=$2
  local answer='' said='' whom refused=() key=''
  shift 2
  labels=("$@")
  find_fzf
  [ $# -gt 0 ] || ask_contexts 'Send to' || return
  whom=${labels[*]}
  [ "$whom" != all ] || whom=$(count_contexts) || return
  ask_text "Send to $whom: type the command" || return
  # Through standard input, so that no text can be taken for an option
  if send_it "${labels[@]}" || { ask_force && send_it --force "${refused[@]}"; }; then
    say "$client" "par: sent to $whom"
    return
  fi
  [ "$key" = n ] || wait_for_key
  return 1
}

send_it() {
  TMUX_PANE=$pane_id run_shown send "$@" - < <(printf '%s' "$answer")
}

# Whoever types here sees what is asked there: what the engine does not send unasked
ask_force() {
  local line
  while IFS= read -r line; do
    case $line in *': not sent, '*--force) refused+=("${line%%: not sent, *}") ;; esac
  done <<<"$said"
  [ ${#refused[@]} -gt 0 ] || return
  printf 'y sends it all the same, any other key does not. '
  read -rsn1 key
  [[ $key == [yY] ]] || key=n
  [ "$key" != n ]
}

# As par send counts them: without the one that the pane is in
count_contexts() {
  local rows count other=''
  begin_rows
  take_rows || { wait_for_key; return 1; }
  ! has_hosts || rows=$(awk -F'\t' '$3 != "remote"' <<<"${rows%$'\n'}") # 'all' are those that are here
  count=$(LC_ALL=C grep -c . <<<"$rows") # counted by a pattern, those of 300 contexts take seconds
  if [ -n "$(tmux display-message -p -t "$pane_id" '#{?@par_context,#{@par_context},#{@par_label}}')" ]; then
    count=$((count - 1)) other='other '
  fi
  [ "$count" -gt 0 ] || { printf 'There is no %scontext.\n' "$other" >/dev/tty && wait_for_key && return 1; }
  case $count in
    1) printf 'the %scontext' "$other" ;;
    *) printf 'all %d %scontexts' "$count" "$other" ;;
  esac
}

main "$@"
