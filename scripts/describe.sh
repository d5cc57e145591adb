#!/usr/bin/env bash
# What the picker's preview says of a context that has no session here: describe.sh LABEL STATE. Of one on a host it is
# what that shows, as long as the row is the current one.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"

main() {
  case $2 in
    remote) look "$1" ;;
    *) describe "$1" "$2" ;;
  esac
}

# A host is asked less often; until it has answered, what it said last
look() {
  local shown='' now
  describe_there "$1"
  while now=$(par capture --ansi "$1" 2>&1 | coloured) || [ -n "$now" ]; do
    [ "$now" = "$shown" ] || printf '\033[2J\033[H%s\n' "$now"
    shown=$now
    sleep 3
    kill -0 "$PPID" || return
  done
}

# Of a stranger's machine: colours, and of all else that a terminal would act on nothing. fzf would hand pictures on
coloured() {
  LC_ALL=C awk "$visible"'{
    text = $0; said = ""
    gsub(/\033\]8;[^\033\007]*(\033\\|\007)|[\016\017]/, "", text) # links, and another set of letters
    gsub(/\t/, "    ", text)
    while (match(text, /\033\[[0-9;:]*m/)) {
      said = said visible(substr(text, 1, RSTART - 1)) substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
    }
    print said visible(text)
  }'
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
