#!/usr/bin/env bash
# Switches the client to the context that it showed before this one, else to the one that was used last:
# last.sh CLIENT

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

clients=$'client\t#{session_id}\t#{client_name}\t#{client_last_session}'
contexts=$'#{?#{||:#{@par_label},#{@par_remote}},context,session}\t#{session_id}\t0#{session_last_attached}\t#{session_name}'

main() {
  local client=$1 kind id text name here='' last='' newest=0 best=''
  while IFS=$'\t' read -r kind id text name; do
    if [ "$kind,$text" = "client,$client" ]; then
      here=$id last=$name
    elif [ "$kind" = context ] && [ "$id" != "$here" ]; then
      [ "$name" != "$last" ] || text=9999999999
      [ $((10#$text)) -le "$newest" ] || { newest=$((10#$text)) && best=$id; }
    fi
  done < <(tmux list-clients -F "$clients" \; list-sessions -F "$contexts")
  if [ -n "$best" ]; then
    tmux switch-client -c "$client" -t "$best:"
  else
    say "$client" 'par: no context was open before this one'
  fi
}

main "$@" || exit 0
