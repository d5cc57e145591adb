#!/usr/bin/env bash
# A new context whose branch starts at a branch that is chosen, in a popup: new-from.sh CLIENT PANE_ID
exec "${BASH_SOURCE[0]%/*}/new.sh" "$1" "$2" '' choose-base
