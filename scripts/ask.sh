#!/usr/bin/env bash
# What popups ask and say, for the scripts beside this one, which source it (and rows.sh with it). A question that
# is cancelled fails.
#   find_fzf [PICKER FZF KNOWN]  sets `fzf`, '' where there is none, `picker` to what @par-picker says, and `fzf_version`
#                                to what is known of it; what those options say is asked where it is not told
#   fuzzy ...                    fzf, with nothing of the user's own options and without his shell: sets `output`, and
#                                `status` as it returns it
#   measure_screen               sets `lines` and `columns`, '' where there is no terminal
#   ask_text TITLE [TEXT]        sets `answer` to a line that is typed; TEXT is there to begin with
#   ask_choice TITLE LISTER [OPTION...]
#                                sets `answer` to the first field of a line that LISTER prints, the rest of which is
#                                shown, and `typed` to what was typed: all there is where no line was chosen
#   ask_contexts TITLE           sets `labels` to those of the contexts chosen
#   run_shown WORD...            the engine, whose words are shown and are in `said`
#   says_only PATTERN            whether each line of `said` begins so, and needs no reading then
#   wrap TEXT                    prints it with its lines broken between words
#   wait_for_key                 until any key is pressed; the screen is clear then
#   clear_screen                 so that a question stands alone

# shellcheck source=scripts/rows.sh
[ -n "${row_program-}" ] || . "${BASH_SOURCE[0]%/*}/rows.sh"

measure_screen() {
  [ -z "${columns+is set}" ] || return 0
  lines='' columns=
  ! [ -t 0 ] || read -r lines columns < <(stty size)
  # The engine breaks the lines of its narration between words then
  [ -z "$columns" ] || export PAR_COLUMNS=$columns
}

# The user's choice, else that on PATH, else the one that the Python package iterfzf carries
# shellcheck disable=SC2120
find_fzf() {
  local known=${3-} candidate
  # shellcheck disable=SC2034 # picker.sh reads them
  picker=${1-} fzf=${2-} fzf_version=
  # shellcheck disable=SC2034
  [ $# -gt 0 ] || IFS=$'\t' read -r picker known fzf < <(tmux display-message -p "$fzf_options")
  fzf=${fzf/#\~\//$HOME/}
  [ -n "$fzf" ] || search_path
  if [ ! -x "$fzf" ]; then
    fzf=
    for candidate in "$data"/venv-*/lib/python3*/site-packages/iterfzf/fzf; do
      [ ! -x "$candidate" ] || fzf=$candidate
    done
  fi
  # shellcheck disable=SC2034
  [ "${known#*:}" != "$fzf" ] || fzf_version=${known%%:*}
  [ -n "$fzf" ]
}

# As `command -v` does, of which a copy of the shell would have to be made
search_path() {
  local IFS=: folder
  set -f
  for folder in $PATH; do
    [ -x "$folder/fzf" ] && [ ! -d "$folder/fzf" ] && fzf=$folder/fzf && break
  done
  set +f
}

# picker.sh writes down the version once it knows it, before the path that it is of
fzf_options=$'#{?@par-picker,#{@par-picker},auto}\t#{?@_par_fzf,#{@_par_fzf},-}\t#{@par-fzf}'

# Its status is 0, 1 where nothing matches, 130 where it was left; else it has said why it could not, and that waits
fuzzy() {
  output=$(
    export FZF_DEFAULT_OPTS='' FZF_DEFAULT_OPTS_FILE='' SHELL=/bin/sh
    # A popup has no shell that could wake what ctrl-z has stopped
    exec "$fzf" --layout=reverse --info=inline --color=16 --no-hscroll --bind=ctrl-z:ignore --delimiter=$'\t' "$@"
  )
  status=$?
  case $status in
    0 | 1 | 130) ;;
    *) wait_for_key ;;
  esac
  return "$status"
}

ask_text() {
  local output='' status
  if [ -z "$fzf" ]; then
    printf '%s (empty: cancel)\n' "$1"
    IFS= read -r -e -p '> ' answer
  else # 1: nothing matches, as there is nothing
    fuzzy --print-query --info=hidden --header="$1" --query="${2:-}" </dev/null
    answer=$output
    [ "$status" -le 1 ]
  fi && [ -n "$answer" ]
}

ask_choice() {
  local output='' status listed title=$1 lister=$2
  shift 2
  listed=$("$lister") || { wait_for_key; return 1; }
  if [ -z "$fzf" ]; then
    choose_by_number "$title"
    return
  fi
  fuzzy --print-query --with-nth=2.. --header="$title" "$@" < <(print_listed)
  [ "$status" -le 1 ] || return
  typed=${output%%$'\n'*} answer=
  [[ $output != *$'\n'* ]] || answer=${output#*$'\n'} answer=${answer%%$'\t'*}
  [ -n "$answer$typed" ]
}

print_listed() {
  [ -z "$listed" ] || printf '%s\n' "$listed"
}

choose_by_number() {
  local choices=() line
  while IFS= read -r line; do
    choices+=("$line")
    printf '%3d  %s\n' "${#choices[@]}" "${line#*$'\t'}"
  done < <(print_listed)
  answer='' typed=''
  printf '%s (a number; empty: cancel)\n' "$1"
  IFS= read -r -e -p '> ' typed && [ -n "$typed" ] || return
  case $typed in
    0* | *[!0-9]* | ??????*) ;;
    *) answer=${choices[typed - 1]%%$'\t'*} ;;
  esac
}

ask_contexts() {
  local rows row output='' status
  labels=()
  begin_rows
  take_rows || { wait_for_key; return 1; }
  if [ -z "$rows" ]; then
    printf 'There is no context yet.\n'
    wait_for_key
  elif [ -n "$fzf" ]; then
    fuzzy --ansi --multi --with-nth=7.. --header="$1 (tab marks several)" <<<"$rows" || return
    while IFS= read -r row; do
      row=${row#*$'\t'} && labels+=("${row%%$'\t'*}")
    done <<<"$output"
  else
    ask_choice "$1" list_labels && labels=("${answer:-$typed}")
  fi
  [ ${#labels[@]} -gt 0 ]
}

list_labels() {
  cut -f1 "$data/contexts.tsv" | sed 's/.*/&	&/'
}

run_shown() {
  local line
  measure_screen
  clear_screen
  said=$(par "$@" 2>&1 | while IFS= read -r line; do
    printf '%s\n' "$line"
    wrap "$line" >/dev/tty
  done)
}

says_only() {
  ! grep -Ev "^($1)" <<<"$said" >/dev/null
}

# Breaks a line between words, where the screen would break it anywhere
wrap() {
  local line=$1 head width
  measure_screen
  width=${columns:-80}
  while [ "${#line}" -gt "$width" ]; do
    head=${line:0:width + 1} head=${head% *}
    [ "${#head}" -le "$width" ] || head=${line:0:width}
    printf '%s\n' "$head"
    line=${line:${#head}} line=${line# }
  done
  printf '%s\n' "$line"
}

wait_for_key() {
  printf '\n(any key)' >/dev/tty
  read -rsn1 </dev/tty
  clear_screen
}

clear_screen() {
  printf '\033[H\033[2J' >/dev/tty
}
