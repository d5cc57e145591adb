#!/bin/sh
# The preview beside the picker's rows, which the shell of fzf reads with ID LABEL STATE: what the pane of a context
# shows, as long as the row is the current one, and of one that has no pane what describe.sh says. After
# `preview.sh --turn diff` or `--turn log` it is what was done in the context; the same once more turns back.
# It is plain sh: another program here would keep the first rows waiting.

scripts=${PAR_PREVIEW%/*}
line_break='
'

main() {
  case $1 in
    --turn)
      turn "$2"
      return
      ;;
    '$'*) now=$(tmux -u display-message -p "#{$PAR_VIEW}" ';' capture-pane -ep -t "$1:") ;;
    *) now=$(tmux -u display-message -p "#{$PAR_VIEW}") ;;
  esac
  view=${now%%"$line_break"*}
  case $view,$1 in
    ,'$'*) follow "$1:" ;;
    ,*) exec bash "$scripts/describe.sh" "$2" "$3" ;;
    *) exec bash "$scripts/work.sh" "$view" "$2" "$3" ;;
  esac
}

turn() {
  tmux if-shell -F "#{==:#{$PAR_VIEW},$1}" "set-option -gu $PAR_VIEW" "set-option -g $PAR_VIEW $1"
}

# fzf ends it; the look at fzf itself is for when that was killed
follow() {
  shown='' now=${now#"$line_break"}
  while :; do
    [ "$now" = "$shown" ] || show_end
    shown=$now
    sleep 1
    kill -0 "$PPID" && now=$(tmux -u capture-pane -ep -t "$1") || return
  done
}

# What the pane showed last is where its prompt is
show_end() {
  rest=$now count=1
  while [ "${rest#*"$line_break"}" != "$rest" ]; do
    rest=${rest#*"$line_break"} count=$((count + 1))
  done
  rest=$now
  while [ "$count" -gt "${FZF_PREVIEW_LINES:-1000}" ]; do
    rest=${rest#*"$line_break"} count=$((count - 1))
  done
  printf '\033[2J%s\n' "$rest"
}

main "$@"
