#!/bin/sh
# What starts the program of a context: it types a line into the first pane, and notes when what that ran has ended.
#   program.sh PANE FOLDER [TRIES]
# FOLDER/line has the line, and in its second line `prompt` where PAR_PROMPT in the environment of the pane is to be its
# last argument; FOLDER/program says what came of it: `running PID SERVER` with that of this script, `ended`, or `busy`,
# where no shell was at its prompt. tmux runs this in the background, and it ends with the server: so `running` stays where
# the program was lost with it. It ends with 0 in any case: tmux would say so in the pane that somebody looks at.
set -u
exec </dev/null >/dev/null 2>&1
cd -- "$2" || exit 0 # it may be renamed with its context
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin
umask 077
pane=$1 most=${3-200}

main() {
  if wait_for_prompt; then
    note "running $$ $server"
    home=$front
    type_line
    wait_for_end
    note ended
  else
    note busy
  fi
}

note() {
  printf '%s\n' "$1" >program.tmp && mv -f program.tmp program
}

# Before its prompt a shell may do much, and what it starts may read what is typed
wait_for_prompt() {
  tries=0
  while [ "$tries" -lt "$most" ]; do
    tries=$((tries + 1))
    look || exit 0
    is_shell && is_reading && return 0
    sleep 0.1
  done
  return 1
}

is_shell() {
  case $name in
    sh | *ash | zsh | *ksh | fish | *csh | pwsh | yash | xonsh | elvish | nu) return 0 ;;
    *sh) [ "$front" = "$pid" ] ;; # another one may be ssh: what reads there is elsewhere
    *) return 1 ;;
  esac
}

# A shell that edits its line itself reads key by key; of another one that is there for a while only its prompt tells
is_reading() {
  [ "$front" = "$pid" ] || [ "$tries" -gt 30 ] || return 1
  case $(stty -a <"$terminal") in
    *-icanon*) return 0 ;;
  esac
  case $name in
    sh | dash) [ "$front" = "$pid" ] && { [ "$column" -gt 0 ] || [ "$tries" -gt 30 ]; } ;;
    *) [ "$tries" -gt 50 ] ;;
  esac
}

# look: fails where the pane is gone, or what it was opened with
look() {
  row=$(tmux -u display-message -p -t "$pane" \
    '#{pid}-#{start_time} #{pane_pid} #{pane_tty} #{cursor_x} #{pane_current_command}') || return
  read -r server pid terminal column name <<END
$row
END
  look_in_front
}

look_in_front() {
  if [ -r "/proc/$pid/stat" ]; then
    read -r stat <"/proc/$pid/stat" || return
    stat=${stat##*\) } # the name before that, in brackets, may hold anything
    # shellcheck disable=SC2086
    set -- $stat
    front=$6
  else
    front=$(ps -o tpgid= -p "$pid") && front=${front##* }
  fi
  [ "${front:-0}" -gt 0 ]
}

type_line() {
  { read -r text && read -r more; } <line || more=''
  # shellcheck disable=SC2016
  case $more$name in
    prompt*csh) text="$text \$PAR_PROMPT:q" ;;
    promptnu) text="$text \$env.PAR_PROMPT" ;;
    promptpwsh) text="$text \$env:PAR_PROMPT" ;;
    promptelvish) text="$text \$E:PAR_PROMPT" ;;
    promptxonsh) text="$text \$PAR_PROMPT" ;;
    prompt*) text="$text \"\$PAR_PROMPT\"" ;;
  esac
  buffer=par-program-$$
  # What somebody has typed there by now would become a part of it. A shell that has nothing to delete rings the bell
  printf %s "$text" | tmux -u load-buffer -b "$buffer" - \; copy-mode -q -t "$pane" \; \
    send-keys -t "$pane" Space C-u \; paste-buffer -d -p -b "$buffer" -t "$pane" \; send-keys -t "$pane" Enter
}

# The job in front is the program; one that is stopped (Ctrl-Z) has not ended. Between two of one line the shell is in
# front for a moment, and longer before the first. A shell may also become the program (exec), or end behind it
wait_for_end() {
  quiet=0 enough=10
  while [ "$quiet" -lt "$enough" ]; do
    look_in_front || end_without_shell
    if [ "$front" = "$home" ]; then
      quiet=$((quiet + 1))
    else
      quiet=0 enough=2
      while kill -s 0 -- "-$front"; do sleep 2; done
    fi
    sleep 0.3
  done
  look || end_without_shell
  if [ "$front" = "$home" ] && ! is_shell; then
    while kill -s 0 "$pid"; do sleep 2; done
    end_without_shell
  fi
}

# Where the server is another one by now, or is on its way out and lets nobody in, the program was lost with it
end_without_shell() {
  [ "$(tmux -u display-message -p '#{pid}-#{start_time}')" = "$server" ] && note ended
  exit 0
}

main; exit 0 # an update of par may put another file here meanwhile
