#!/usr/bin/env bash
# What the keys and marks mean, in a popup, until a key is pressed: help.sh CLIENT PANE_ID

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  printf '%s\n' \
    'In the picker: type to filter' \
    '  enter   open the context       tab     mark it' \
    '  ctrl-n  new context            ctrl-s  send a command to the marked' \
    '  ctrl-x  remove the marked      ctrl-o  control center' \
    '  ctrl-r  look again             esc     leave' \
    '● attached  ○ running  · stopped  ✗ broken  * here' ''
  tmux list-keys -N -T prefix -P 'prefix ' | sed -n 's/ par: / /p'
  wait_for_key
}

main "$@"
exit 0
