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
  local line key script note rest chosen=() any='-T prefix +([^ ]+) +run-shell -b "(exec )?#\{q:@_par_root\}(.*)'
  while IFS= read -r _; do
    take && chosen+=("$line")
  done <<<"$keys"
  # shellcheck disable=SC2154
  rest=$answer
  while [[ $rest =~ $any ]]; do
    writes+="unbind-key ${BASH_REMATCH[1]}"$'\n'
    rest=${BASH_REMATCH[3]}
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
  local bound="-T prefix +$key +(.*)"
  ! [[ $answer =~ $bound ]] || [[ ${BASH_REMATCH[1]/exec /} = "$ours"* ]]
}

# tmux fills in the rest when the key is pressed, quoted for the shell; without `exec` that would stay beside the
# script, in the folder of the session
ours='run-shell -b "#{q:@_par_root}'
bind_key() {
  add bind-key -N "par: $note" "$line" run-shell -b "exec #{q:@_par_root}/scripts/$script #{q:client_name} #{pane_id}"
}
