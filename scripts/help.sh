#!/usr/bin/env bash
# What the keys and marks mean, in a popup, until a key is pressed: help.sh CLIENT PANE_ID

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"

main() {
  measure_screen
  clear_screen
  list_meanings | show
  wait_for_key
}

list_meanings() {
  wrap 'In the picker: type to filter'
  print_pairs 'enter   open it' 'tab     mark it' 'ctrl-n  new context' 'ctrl-s  send to the marked' \
    'ctrl-x  remove the marked' 'ctrl-z  undo a removal' 'ctrl-t  the trash' 'ctrl-o  control center' \
    'ctrl-r  look again' 'ctrl-d  preview: the diff' 'ctrl-l  preview: the log' 'alt-p   preview, or none' 'esc     leave'
  wrap '● attached  ○ running  · stopped  ✗ broken  * here'
  # tmux 3.7 puts the prefix into a column
  tmux list-keys -N -T prefix -P 'prefix ' | sed -n 's/^prefix  */prefix /;s/ par: / /p'
}

# Two beside each other where there is room
print_pairs() {
  while [ $# -gt 0 ]; do
    if [ "${columns:-80}" -ge 60 ]; then
      printf '  %-28s  %s\n' "$1" "${2:-}"
      shift
    else
      printf ' %s\n' "$1"
    fi
    [ $# -eq 0 ] || shift
  done
}

# A screen at a time
show() {
  local line shown=0
  while IFS= read -r line; do
    [ "$shown" -lt "$((${lines:-24} - 2))" ] || { wait_for_key && shown=0; }
    printf '%s\n' "$line"
    shown=$((shown + 1))
  done
}

main "$@"
