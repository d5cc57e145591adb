#!/usr/bin/env bash
# Types a command into all contexts, in a popup: send-all.sh CLIENT PANE_ID
exec "${BASH_SOURCE[0]%/*}/send.sh" "$1" "$2" all
