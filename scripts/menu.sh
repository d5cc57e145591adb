#!/usr/bin/env bash
# The menu of what par can do: menu.sh CLIENT PANE_ID
# tmux expands every text of a menu when it opens, and each command once more when it runs: nothing but ids and
# the client's name goes in.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"

none='#{?#{S:#{?@par_label,1,}},,-}'
# shellcheck disable=SC2154
none_waits="#{?#{S:#{?@par_label,$waits,}},,-}"

main() {
  local client=$1 pane_id=$2 items=() rows='' error nothing=-
  read_client '' || return
  begin_rows
  take_rows 2>/dev/null
  ! has_trash || nothing=
  offer 'New context' n popup.sh new
  offer_more 'New from a branch' f popup.sh new-from
  offer 'Check out' c popup.sh checkout
  offer_more 'New workspace' k popup.sh workspace
  divide
  offer 'Open' o popup.sh picker
  offer "${none_waits}Next waiting" w next.sh
  offer "${none}Control center" C center.sh
  divide
  offer "${none}Send" s popup.sh send
  offer_more "${none}Send to all" a popup.sh send-all
  divide
  offer_more 'Rename' R popup.sh rename
  offer 'Remove' x popup.sh remove
  offer "${nothing}Undo" u popup.sh undo
  offer_more "${nothing}Trash" t popup.sh trash
  divide
  [[ $rows != *$'\tstopped\t'* ]] || offer_more 'Resurrect the stopped' r popup.sh resurrect
  offer 'Help' '?' popup.sh help
  error=$(tmux display-menu -c "$client" -t "$pane_id" -T ' par ' -x C -y C "${items[@]}" 2>&1) ||
    say "$client" "par: the menu does not open: $error"
}

# ##{} is left for the second time
offer() {
  items+=("$1" "$2" "run-shell -b 'exec ##{q:@_par_root}/scripts/${*:3} $client $pane_id'")
}

# A menu that is taller than the screen shows nothing
offer_more() {
  [ "$screen_lines" -lt 17 ] || offer "$@"
}

divide() {
  [ "$screen_lines" -lt 22 ] || items+=('')
}

main "$@" || exit 0
