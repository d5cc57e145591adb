#!/usr/bin/env bash
# Opens the one popup of a client and runs a flow in it: popup.sh FLOW CLIENT PANE_ID
# The flow is the script of that name beside this one, called with CLIENT and PANE_ID, which the popup itself
# cannot know. It never opens a second popup: tmux would show nothing.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

sizes='#{?@par-popup-width,#{@par-popup-width},80%} #{?@par-popup-height,#{@par-popup-height},70%} #{@par-picker}'

main() {
  local flow=$1 client=$2 pane_id=$3 options error
  read_client "$sizes" || return
  choose_size
  cd / || return # a popup that works in a context's folder would keep that busy
  if [ "$flow" = picker ] && is_tree; then
    exec "$root/scripts/picker.sh" "$client" "$pane_id"
  fi
  options=(-E -c "$client" -t "$pane_id" -d / -w "$width" -h "$height")
  ! server_has 3.3 || options+=(-T " par: ${flow//-/ } ")
  # Several arguments: tmux starts the program itself, and no shell reads the words
  error=$(tmux display-popup "${options[@]}" "$root/scripts/$flow.sh" "$client" "$pane_id" 2>&1 >/dev/null)
  [ -z "$error" ] || say "$client" "par: the popup does not open: $error"
}

# A small terminal has no room around the popup, and tmux refuses one that is larger than the terminal
choose_size() {
  read -r width height picker <<<"$told"
  if [ "$screen_columns" -lt 100 ] || is_more "$width" "$screen_columns"; then
    width=100%
  fi
  if [ "$screen_lines" -lt 25 ] || is_more "$height" "$screen_lines"; then
    height=100%
  fi
}

# choose-tree is shown in the pane: a popup would only flash
is_tree() {
  # shellcheck source=scripts/ask.sh
  [ "$picker" = tree ] || { ! command -v fzf >/dev/null && (. "$root/scripts/ask.sh" && ! find_fzf); }
}

is_more() {
  [[ $1 =~ ^[0-9]+$ ]] && [ "$1" -gt "$2" ]
}

main "$@" || exit 0
