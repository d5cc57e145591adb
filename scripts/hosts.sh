#!/usr/bin/env bash
# Asks all hosts for their contexts, and then prints the picker's rows anew: hosts.sh CLIENT. fzf runs it.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"

client=$1
par ls --json >/dev/null 2>&1
list_rows "$1"
