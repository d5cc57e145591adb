#!/usr/bin/env bash
# The picker of contexts, in a popup: picker.sh CLIENT PANE_ID. Without fzf, or with @par-picker 'tree', it is
# tmux's own choose-tree in the pane.

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  client=$1 pane_id=$2 query=
  exec 3< <(list_rows "$client") # which runs while the rest is found out
  if ! find_fzf || [ "$picker" = tree ]; then
    show_tree
    return
  fi
  choose_layout
  while choose <&3; do
    act || return
    exec 3< <(list_rows "$client")
  done
  [ "$status" -eq 130 ] || { wait_for_key && show_tree; } # fzf has said why it could not
}

# The client that presses Enter there is the one that tmux switches
show_tree() {
  tmux choose-tree -Zs -O time -t "$pane_id" -f '#{@par_label}' -F "$tree_format"
}

tree_format='#{?session_attached,●,○} #{q/e:@par_label}  #{q/e:@par_repo}  #{q/e:@par_branch}'
tree_format+='#{?@par_state,  #{q/e:@par_state},}'

choose_layout() {
  local lines columns
  read -r lines columns < <(stty size)
  preview=right:50%:follow
  [ "$columns" -ge 100 ] || preview=down:50%:follow
  [ "$columns" -ge 100 ] || [ "$lines" -ge 16 ] || preview=right:0:hidden
}

# Sets `status`, `query`, `key`, and of the rows chosen `ids`, `labels` and `states`; fails when it was left
choose() {
  local output id label state _
  # shellcheck disable=SC2016 # the shell that fzf starts expands it
  output=$(PAR_PREVIEW=$root/scripts/preview.sh fuzzy --ansi --multi \
    --with-nth=7.. --prompt='par> ' --header="$keys" --query="$query" --print-query \
    --expect=ctrl-n,ctrl-s,ctrl-x,ctrl-o,ctrl-r,'?' --bind=enter:deselect-all+accept \
    --preview='exec "$PAR_PREVIEW" {1} {2} {3}' --preview-window="$preview")
  status=$?
  ids=() labels=() states=()
  [ "$status" -le 1 ] || return
  {
    IFS= read -r query
    IFS= read -r key
    while IFS=$'\t' read -r id label state _; do
      ids+=("$id") labels+=("$label") states+=("$state")
    done
  } <<<"$output"
}

keys='? keys  ^n new  ^s send  ^x remove  ^o center'

# Fails when the popup has done its work
act() {
  [ ${#labels[@]} -gt 0 ] || [[ $key =~ ^(ctrl-[nor]|\?)$ ]] || return 0
  case $key in
    '') ! open_context || return 1 ;;
    ctrl-n) exec "$root/scripts/new.sh" "$client" "$pane_id" "$([ ${#labels[@]} -gt 0 ] || printf %s "$query")" ;;
    ctrl-o) ! par control-center --client "$client" >/dev/null || return 1 ;;
    ctrl-r) return 0 ;;
    ctrl-s) "$root/scripts/send.sh" "$client" "$pane_id" "${labels[@]}" && return ;;
    ctrl-x) "$root/scripts/remove.sh" "$client" "$pane_id" "${labels[@]}" && return ;;
    *) "$root/scripts/help.sh" "$client" "$pane_id" && return ;;
  esac
  wait_for_key # what went wrong is on the screen
}

open_context() {
  case ${ids[0]}:${states[0]} in
    *:broken | *:elsewhere) par open "${labels[0]}" ;; # which says why it cannot
    -:*) par open "${labels[0]}" --client "$client" ;;
    *) tmux switch-client -c "$client" -t "${ids[0]}:" ;;
  esac
}

main "$@"
exit 0
