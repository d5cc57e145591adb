#!/usr/bin/env bash
# Gives a tmux server par's keys, status text and hook. TPM runs it at each start and reload, and tmux waits for
# it: one call reads, with defaults set where the user set nothing, and one writes.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/scripts/tmux.sh"
# shellcheck source=scripts/keys.sh
. "$root/scripts/keys.sh"
# shellcheck source=scripts/status.sh
. "$root/scripts/status.sh"

defaults="@par_status|$status
@par_waiting|#{n:$waiting}
@par-status-position|none
@par-quiet-after|60
@par-on-state|
@par-popup-width|80%
@par-popup-height|70%
@par-picker|auto
@_par_side|
@_par_length|
$keys"

main() {
  local writes='' answer error LC_ALL=C # in which bash matches twice as fast
  [ "${root#/}" != "$root" ] || root=$PWD/$root
  add set-option -g @_par_root "$root"
  add set-option -g @_par_state_sh "$root/python/par/tmux/state.sh"
  add set-option -gu @_par_listens # the par of another folder says its own again
  add source-file -q "$root/python/par/tmux/agents.tmux"
  add set-hook -g 'session-closed[8417]' 'set-option -g @_par_tick 1' # which draws the status lines anew
  answer=$(read_server)$'\n'
  place_status
  bind_keys
  error=$(tmux source-file - <<<"$writes" 2>&1) || say '' "par: $error"
}

read_server() {
  local name default chain=() asks=()
  while IFS='|' read -r name default; do
    chain+=(set-option -ogq "$name" "${default%%|*}" ';')
    [ "$default" = "${default#*|}" ] || asks+=(show-options -gv "$name" ';')
  done <<<"$defaults"
  for name in $asked; do
    chain+=(show-options -gv "$name" ';')
  done
  tmux "${chain[@]}" "${asks[@]}" list-keys -T prefix 2>/dev/null
}

# The next line of what the server said
take() {
  line=${answer%%$'\n'*}
  answer=${answer#*$'\n'}
}

main "$@" || exit 0
