#!/usr/bin/env bash
# The picker of contexts, in a popup: picker.sh CLIENT PANE_ID [COLUMNS LINES PICKER FZF KNOWN]. Without fzf, or with
# @par-picker 'tree', it is tmux's own choose-tree in the pane. What it is told of the popup and of the options it need
# not ask: nothing is started before the first row but the list and fzf.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"
client=$1 pane_id=$2
begin_rows # while bash reads the rest
# shellcheck source=scripts/ask.sh
. "$root/scripts/ask.sh"

main() {
  query='' is_new=''
  shift 2
  if ! find_fzf "${@:3}" || [ "$picker" = tree ]; then
    show_tree
    return
  fi
  choose_layout "$@"
  choose_order
  offer_views
  ask_hosts
  trap leave EXIT
  while choose; do
    act || return
    begin_rows
  done
  [ "$status" -eq 130 ] || show_tree
}

# The client that presses Enter there is the one that tmux switches
show_tree() {
  local error marked
  marked=$(tmux list-sessions -f "$is_ours" -F x 2>&1)
  if [ -z "$marked" ]; then
    say "$client" 'par: no context runs here - the menu makes one, or brings the stopped ones back'
    return
  fi
  error=$(tmux choose-tree -Zs -O "$(tree_order)" -t "$pane_id" -f "$is_ours" -F "$tree_format" 2>&1) ||
    say "$client" "par: the tree does not open: $error"
}

is_ours='#{||:#{@par_label},#{@par_remote}}'
tree_format='#{?session_attached,●,○} #{?@par_label,#{q/e:@par_label},#{q/e:@par_remote}}  #{q/e:@par_repo}  #{q/e:@par_branch}'
# shellcheck disable=SC2154
tree_format+="#{?$waits,  waiting,}"

# Without a look at the screen where the popup told its size
choose_layout() {
  local width=${1-} height=${2-}
  [ -n "$width" ] || { measure_screen && width=$columns height=$lines; }
  preview=right:50%
  [ "$width" -ge 100 ] || preview=down:50%
  [ "$width" -ge 100 ] || [ "$height" -ge 16 ] || preview+=:hidden
}

# What the preview shows instead of the pane is an option of the server, as long as this picker is open
offer_views() {
  local view
  views=()
  fzf_has 0.22 || return
  for view in diff log; do
    views+=(--bind "ctrl-${view:0:1}:execute-silent(exec sh \"\$PAR_PREVIEW\" --turn $view)+refresh-preview")
  done
}

# For the next picker the server keeps which version fzf has, until it fails; one that lacks something may be upgraded
# shellcheck disable=SC2317
leave() {
  local known=()
  if [ "$status" -gt 1 ] && [ "$status" -ne 130 ]; then
    known=(';' set-option -gu @_par_fzf)
  elif [ -n "$is_new" ] && fzf_has 0.36; then
    known=(';' set-option -g @_par_fzf "$fzf_version:$fzf")
  fi
  tmux set-option -gu "@_par_view_$$" ${known[@]+"${known[@]}"} 2>/dev/null
}

# Of labels that fit the shortest comes first, and so the one that was typed in full
choose_order() {
  order=()
  ! fzf_has 0.36 || order=('--tiebreak=chunk,length')
}

# What the hosts said last is shown at once, and what they say now as soon as they have; an older fzf cannot
ask_hosts() {
  asking=()
  ! has_hosts || ! fzf_has 0.36 || asking=(--bind "start:reload-sync(exec bash \"\$PAR_HOSTS\" \"\$PAR_CLIENT\")")
}

fzf_has() {
  local minor
  [ -n "$fzf_version" ] || is_new=1 fzf_version=$("$fzf" --version)
  fzf_version=${fzf_version%%[!0-9.]*}
  minor=${fzf_version#*.}
  minor=${minor%%[!0-9]*}
  [ "${fzf_version%%.*}" != 0 ] || [ "${minor:-0}" -ge "${1#*.}" ]
}

# Sets `status`, `query`, `key`, and of the rows chosen `ids`, `labels` and `states`; fails when it was left, or when
# the rows could not be listed
choose() {
  local output id label state header=$keys is_said='' _
  introduce
  # shellcheck disable=SC2016 # the shell that fzf starts expands it
  PAR_PREVIEW=$root/scripts/preview.sh PAR_HOSTS=$root/scripts/hosts.sh PAR_CLIENT=$client PAR_VIEW=@_par_view_$$ \
    fuzzy --ansi --multi ${order[@]+"${order[@]}"} ${asking[@]+"${asking[@]}"} ${views[@]+"${views[@]}"} \
    --with-nth=7.. --prompt='par> ' --header="$header" --query="$query" --print-query \
    --expect=ctrl-n,ctrl-s,ctrl-x,ctrl-z,ctrl-t,ctrl-o,ctrl-r,'?' --bind=enter:deselect-all+accept \
    --bind=ctrl-/:toggle-preview,alt-p:toggle-preview \
    --preview='set -- {1} {2} {3}; . "$PAR_PREVIEW"' --preview-window="$preview" <&3
  ids=() labels=() states=()
  [ "$status" -le 1 ] || return
  {
    IFS= read -r query
    IFS= read -r key
    while IFS=$'\t' read -r id label state _; do
      if [ "$id" = '!' ]; then
        [ -n "$key" ] || status=2
        is_said=1 # by that row
        continue
      fi
      ids+=("$id") labels+=("$label") states+=("$state")
    done
  } <<<"$output"
  [ "$status" -le 1 ] || return
  case $key,${#labels[@]}$is_said in ,* | ctrl-[sx],0) settle ;; esac
}

# Where contexts are known the rows are shown as they come; else there may be none, which has to be known first
introduce() {
  local rows
  [ ! -s "$data/contexts.tsv" ] || return 0
  rows=$(</dev/fd/3)
  [ -n "$rows" ] || header=$welcome$'\n'$keys
  exec 3< <(printf '%s' "${rows:+$rows$'\n'}")
}

# fzf may take a key that is typed in a hurry before it has filtered, or while its list is empty: then what fits best
# counts
settle() {
  local rows output='' status id label state _
  case ${#labels[@]} in
    0) ;;
    1) [[ -n $query && ${labels[0]} != *"$query"* ]] || return 0 ;;
    *) return 0 ;;
  esac
  begin_rows
  take_rows && [ -n "$rows" ] && fuzzy --ansi ${order[@]+"${order[@]}"} --with-nth=7.. --filter="$query" <<<"$rows" || return 0
  [[ $'\n'$output != *$'\n'"${ids[0]-}"$'\t'"${labels[0]-}"$'\t'* ]] || return 0
  IFS=$'\t' read -r id label state _ <<<"$output"
  ids=("$id") labels=("$label") states=("$state")
}

keys='? keys  ^n new  ^s send  ^x remove  ^z undo  ^t trash  ^o center'
welcome='No contexts yet. A context is a task with
a branch, a folder and a session of its
own. Type its name and press enter.
'

# Fails when the popup has done its work
act() {
  local typed=$query
  [ ${#labels[@]} -eq 0 ] || typed=
  case $key,${#labels[@]} in
    ctrl-n,* | ,0) ! "$root/scripts/new.sh" "$client" "$pane_id" "$typed" ;;
    ,*) ! open_context || return 1 && wait_for_key ;;
    ctrl-o,*) measure_screen && ! par control-center --client "$client" >/dev/null || return 1 && wait_for_key ;;
    ctrl-r,*) ;;
    ctrl-z,*) ! "$root/scripts/undo.sh" "$client" "$pane_id" ;;
    ctrl-t,*) ! "$root/scripts/trash.sh" "$client" "$pane_id" ;;
    '?',*) "$root/scripts/help.sh" "$client" "$pane_id" || true ;;
    *,0) ;;
    ctrl-s,*) ! "$root/scripts/send.sh" "$client" "$pane_id" "${labels[@]}" ;;
    ctrl-x,*) ! "$root/scripts/remove.sh" "$client" "$pane_id" "${labels[@]}" ;;
  esac
}

open_context() {
  measure_screen
  case ${ids[0]}:${states[0]} in
    *:broken | *:elsewhere) par open "${labels[0]}" ;; # which says why it cannot
    -:*) par open "${labels[0]}" --client "$client" ;;
    *) tmux switch-client -c "$client" -t "${ids[0]}:" ;;
  esac
}

main "$@"
exit 0
