#!/usr/bin/env bash
# The menu of what par can do: menu.sh CLIENT PANE_ID
# tmux expands every text of a menu when it opens, and each command once more when it runs: nothing but ids and
# the client's name goes in.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

none='#{?#{S:#{?@par_label,1,}},,-}'
none_waits='#{?#{S:#{?#{==:#{@par_state},waiting},1,}},,-}'

main() {
  local client=$1 pane_id=$2 items=() error
  read_client '' || return
  offer 'New context' n popup.sh new
  offer 'New from a branch' f popup.sh new-from
  offer 'Check out' c popup.sh checkout
  divide
  offer 'Open' o popup.sh picker
  offer "${none_waits}Next waiting" w next.sh
  offer "${none}Control center" C center.sh
  divide
  offer "${none}Send" s popup.sh send
  offer "${none}Send to all" a popup.sh send-all
  offer 'Remove' x popup.sh remove
  divide
  offer 'Help' '?' popup.sh help
  error=$(tmux display-menu -c "$client" -t "$pane_id" -T ' par ' -x C -y C "${items[@]}" 2>&1) ||
    say "$client" "par: the menu does not open: $error"
}

# ##{} is left for the second time
offer() {
  items+=("$1" "$2" "run-shell -b '##{q:@_par_root}/scripts/${*:3} $client $pane_id'")
}

# A menu that is taller than the screen shows nothing
divide() {
  [ "$screen_lines" -lt 16 ] || items+=('')
}

main "$@" || exit 0
