#!/usr/bin/env bash
# Switches the client to the next context that waits for its user, going round in the order of the sessions:
# next.sh CLIENT

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

clients=$'client\t#{session_id}\t#{client_name}'
sessions=$'#{?#{&&:#{@par_label},#{==:#{@par_state},waiting}},waiting,session}\t#{session_id}'

main() {
  local client=$1 kind id name here='' first='' next='' is_past=''
  while IFS=$'\t' read -r kind id name; do
    if [ "$kind" = client ]; then
      [ "$name" != "$client" ] || here=$id
    elif [ "$id" = "$here" ]; then
      is_past=yes
    elif [ "$kind" = waiting ]; then
      first=${first:-$id}
      [ -z "$is_past" ] || next=${next:-$id}
    fi
  done < <(tmux list-clients -F "$clients" \; list-sessions -F "$sessions")
  if [ -n "$first" ]; then
    tmux switch-client -c "$client" -t "${next:-$first}:"
  else
    say "$client" 'par: no other context waits for you'
  fi
}

main "$@" || exit 0
