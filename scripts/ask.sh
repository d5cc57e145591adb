#!/usr/bin/env bash
# What popups ask, for the scripts beside this one, which source it (and rows.sh with it). A question that is
# cancelled fails.
#   find_fzf                     sets `fzf`, '' where there is none, and `picker` to what @par-picker says
#   fuzzy ...                    fzf, with nothing of the user's own options and without his shell
#   ask_text TITLE [TEXT]        sets `answer` to a line that is typed; TEXT is there to begin with
#   ask_choice TITLE [OPTION...] sets `answer` to the first field of a line of standard input, the rest of which
#                                is shown, and `typed` to what was typed: all there is where no line was chosen
#   ask_contexts TITLE           sets `labels` to those of the contexts chosen
#   wait_for_key                 until any key is pressed

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"

# The user's choice, else that on PATH, else the one that the Python package iterfzf carries
find_fzf() {
  local candidate
  # shellcheck disable=SC2034 # picker.sh reads it
  IFS=$'\t' read -r picker fzf < <(tmux display-message -p '#{?@par-picker,#{@par-picker},auto}	#{@par-fzf}')
  fzf=${fzf/#\~\//$HOME/}
  [ -n "$fzf" ] || fzf=$(command -v fzf)
  [ ! -x "$fzf" ] || return 0
  fzf=
  for candidate in "$data"/venv-*/lib/python3*/site-packages/iterfzf/fzf; do
    [ ! -x "$candidate" ] || fzf=$candidate
  done
  [ -n "$fzf" ]
}

fuzzy() {
  FZF_DEFAULT_OPTS='' FZF_DEFAULT_OPTS_FILE='' SHELL=/bin/sh "$fzf" --layout=reverse --info=inline --color=16 \
    --delimiter=$'\t' "$@"
}

ask_text() {
  if [ -z "$fzf" ]; then
    printf '%s (nothing: cancel)\n' "$1"
    IFS= read -r -e -p '> ' answer
  else # 1: nothing matches, as there is nothing
    answer=$(fuzzy --print-query --info=hidden --header="$1" --query="${2:-}" </dev/null)
    [ $? -le 1 ]
  fi && [ -n "$answer" ]
}

ask_choice() {
  local output title=$1
  shift
  if [ -z "$fzf" ]; then
    choose_by_number "$title"
    return
  fi
  output=$(fuzzy --print-query --with-nth=2.. --header="$title" "$@")
  [ $? -le 1 ] || return
  typed=${output%%$'\n'*} answer=
  [[ $output != *$'\n'* ]] || answer=${output#*$'\n'} answer=${answer%%$'\t'*}
  [ -n "$answer$typed" ]
}

choose_by_number() {
  local lines=() line
  while IFS= read -r line; do
    lines+=("$line")
    printf '%3d  %s\n' "${#lines[@]}" "${line#*$'\t'}"
  done
  answer='' typed=''
  printf '%s (a number; nothing: cancel)\n' "$1"
  IFS= read -r -e -p '> ' typed </dev/tty && [ -n "$typed" ] || return
  case $typed in
    0* | *[!0-9]* | ??????*) ;;
    *) answer=${lines[typed - 1]%%$'\t'*} ;;
  esac
}

ask_contexts() {
  local row
  labels=()
  if [ -n "$fzf" ]; then
    while IFS= read -r row; do
      row=${row#*$'\t'} && labels+=("${row%%$'\t'*}")
    done < <(list_rows "$client" | fuzzy --ansi --multi --with-nth=7.. --header="$1")
  else
    ask_choice "$1" < <(cut -f1 "$data/contexts.tsv" | sed 's/.*/&	&/') && labels=("${answer:-$typed}")
  fi
  [ ${#labels[@]} -gt 0 ]
}

wait_for_key() {
  printf '\n(any key)'
  read -rsn1 </dev/tty
}
