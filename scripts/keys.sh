#!/usr/bin/env bash
# The keys of par in tmux's prefix table, and binding them; par.tmux sources this file.

# option | key unless the user chooses one | script | what `prefix ?` says of it
keys='@par-key|A|popup.sh picker|choose a context
@par-menu-key|M-a|menu.sh|show the menu
@par-new-key||popup.sh new|start a context
@par-send-key||popup.sh send|type a command into contexts
@par-center-key||center.sh|show all contexts in the control center
@par-next-key||next.sh|go to the next context that waits for you
@par-last-key||last.sh|go to the context before this one'

# Takes the values of those options, then what `list-keys` says, and adds to what is written. A key is ours where
# it runs something in @_par_root: such a one is unbound first. A default key that runs something else stays so.
bind_keys() {
  local line key script note rest chosen=() any="-T prefix +([^ ]+) +$ours(.*)"
  add_popup
  while IFS= read -r _; do
    take && chosen+=("$line")
  done <<<"$keys"
  # shellcheck disable=SC2154
  rest=$answer
  while [[ $rest =~ $any ]]; do
    writes+="unbind-key ${BASH_REMATCH[1]}"$'\n'
    rest=${BASH_REMATCH[4]}
  done
  while IFS='|' read -r _ key script note; do
    line=${chosen[0]} chosen=("${chosen[@]:1}")
    case $line in
      '' | none) ;;
      "$key") ! is_free || bind_key ;;
      *) bind_key ;;
    esac
  done <<<"$keys"
}

is_free() {
  local bound="-T prefix +$key +(.*)" our_own="^$ours"
  ! [[ $answer =~ $bound ]] || [[ ${BASH_REMATCH[1]} =~ $our_own ]]
}

# tmux fills in the rest when the key is pressed, quoted for the shell; without `exec` that would stay beside the
# script, in the folder of the session. A popup it opens itself where it can, for which nothing has to be started.
ours='(run-shell -b "(exec )?#\{q:@_par_root\}|if-shell -F "?#\{E:@_par_is_usual\})'
bind_key() {
  local slow="exec #{q:@_par_root}/scripts/$script #{q:client_name} #{pane_id}" flow=${script#popup.sh } fast
  if [ "$flow" = "$script" ] || ! command -v fzf >/dev/null; then
    add bind-key -N "par: $note" "$line" run-shell -b "$slow"
    return
  fi
  fast="#{E:@_par_popup} #{?#{E:@_par_is_old},,-T \" par: $flow \"} bash \"#{q:@_par_root}/scripts/$flow.sh\""
  fast+=" \"#{q:client_name}\" #{pane_id}"
  [ "$flow" != picker ] || fast+=' #{E:@_par_told}'
  add bind-key -N "par: $note" "$line" if-shell -F '#{E:@_par_is_usual}' "run-shell -C '$fast'" "run-shell -b \"$slow\""
}

# What tmux makes of popup.sh when a key is pressed: the size of a popup, and the start of the command that opens it.
# A size that is no percentage, and the tree, are left to popup.sh. No '%' is written here: strftime would read it.
add_popup() {
  local percentage='^[1-9][0-9]*[^0-9]$' size
  add set-option -g @_par_is_usual "#{&&:#{!=:#{@par-picker},tree},\
#{&&:#{m/r:$percentage,#{@par-popup-width}},#{m/r:$percentage,#{@par-popup-height}}}}"
  size='#{?#{e|<:#{client_width},100},#{client_width},#{e|/:#{e|*:#{client_width},#{s/[^0-9]//:@par-popup-width}},100}}'
  add set-option -g @_par_popup_width "$size"
  size=${size//width/height}
  add set-option -g @_par_popup_height "${size/,100/,25}"
  add set-option -g @_par_is_old '#{m/r:^(next-)?3[.]2[a-z]?$,#{version}}' # which knows no -T
  add set-option -g @_par_popup 'display-popup -E -c "#{q:client_name}" -t #{pane_id} -d / -w #{E:@_par_popup_width} -h #{E:@_par_popup_height}'
  add set-option -g @_par_told '#{e|-:#{E:@_par_popup_width},2} #{e|-:#{E:@_par_popup_height},2} "#{?@par-picker,#{q:@par-picker},auto}" "#{q:@par-fzf}" "#{q:@_par_fzf}"'
}
