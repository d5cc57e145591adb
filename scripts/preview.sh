#!/usr/bin/env bash
# The preview beside the picker's rows: preview.sh ID LABEL STATE. What the pane of a context shows, as long as
# the row is the current one; of a stopped context what par knows, and of one on a host what that shows. After
# `preview.sh --turn diff` or `--turn log` it is what was done in the context; the same once more turns back.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"
: "${PAR_VIEW:=@_par_view}"

main() {
  local view now=''
  case $1 in
    --turn)
      turn "$2"
      return
      ;;
    '$'*) now=$(tmux display-message -p "#{$PAR_VIEW}" ';' capture-pane -ep -t "$1:") ;;
    *) now=$(tmux display-message -p "#{$PAR_VIEW}") ;;
  esac
  view=${now%%$'\n'*}
  case $view$3,$1 in
    diff* | log*) exec bash "$root/scripts/work.sh" "$view" "$2" "$3" ;;
    *,'$'*) follow "$1:" "${now#*$'\n'}" ;;
    *) tell "$@" ;;
  esac
}

turn() {
  tmux if-shell -F "#{==:#{$PAR_VIEW},$1}" "set-option -gu $PAR_VIEW" "set-option -g $PAR_VIEW $1"
}

# fzf ends it; the look at fzf itself is for when that was killed
follow() {
  local shown='' now=$2
  while :; do
    [ "$now" = "$shown" ] || printf '\033[2J%s\n' "$(last_lines "$now")"
    shown=$now
    sleep 1
    kill -0 "$PPID" && now=$(tmux capture-pane -ep -t "$1") || return
  done
}

# What the pane showed last is where its prompt is
last_lines() {
  local all=${1//[!$'\n']/}
  if [ "${#all}" -lt "${FZF_PREVIEW_LINES:-1000}" ]; then
    printf '%s\n' "$1"
    return
  fi
  LC_ALL=C awk -v most="$FZF_PREVIEW_LINES" '
    { line[NR] = $0 }
    END { for (at = NR > most ? NR - most + 1 : 1; at <= NR; at++) print line[at] }' <<<"$1"
}

# Of what has no session here there are no lines of a pane
tell() {
  # shellcheck source=scripts/rows.sh
  . "$root/scripts/rows.sh"
  case $3 in
    remote) look "$2" ;;
    *) describe "$2" "$3" ;;
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
