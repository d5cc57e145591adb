#!/usr/bin/env bash
# The preview beside the picker's rows: preview.sh ID LABEL STATE. What the pane of a context shows, as long as
# the row is the current one; of a stopped context what par knows, and of one on a host what that shows.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"

main() {
  case $3,$1 in
    *,'$'*) follow "$1:" ;;
    remote,*) look "$2" ;;
    *) describe "$2" "$3" ;;
  esac
}

# fzf ends it; the look at fzf itself is for when that was killed
follow() {
  local shown='' now
  while now=$(tmux capture-pane -ep -t "$1") && kill -0 "$PPID"; do
    [ "$now" = "$shown" ] || printf '\033[2J%s\n' "$now"
    shown=$now
    sleep 1
  done
}

# A host is asked less often; until it has answered, what it said last
look() {
  local shown='' now
  describe_there "$1"
  while now=$(par capture --ansi "$1" 2>&1) || [ -n "$now" ]; do
    [ "$now" = "$shown" ] || printf '\033[2J\033[H%s\n' "$now"
    shown=$now
    sleep 3
    kill -0 "$PPID" || return
  done
}

describe_there() {
  LABEL=${1#*:} HOST=${1%%:*} LC_ALL=C awk -F'\t' "$visible"'
    $1 == "context" && $2 == ENVIRON["LABEL"] {
      print visible($2) "\n\nhost        " visible(ENVIRON["HOST"]) "\nrepository  " visible($5)
      print "branch      " visible($6) "\nstate       " visible($4)
    }' "$data/hosts/${1%%:*}.tsv"
}

describe() {
  local told='Enter makes its session again.'
  [ "$2" != broken ] || told='Its worktree is gone. ctrl-x removes what is left.'
  [ "$2" != elsewhere ] || told='It lives on another tmux server.'
  LABEL=$1 TOLD=$told LC_ALL=C awk -F'\t' "$visible"'
    $1 == ENVIRON["LABEL"] {
      print visible($1) "\n\nrepository  " visible($2 == "workspace" ? $3 : $8)
      print "branch      " visible($4) "\nfolder      " visible($7)
      print "\n" ENVIRON["TOLD"]
    }' "$data/contexts.tsv"
}

main "$@"
