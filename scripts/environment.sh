#!/usr/bin/env bash
# Has par's private Python environment built, once, and waits for it: environment.sh CLIENT. Fails where that did.
# What it says goes to the caller's terminal if there is one, else to the status line of CLIENT.

# shellcheck source=scripts/tmux.sh
. "${BASH_SOURCE[0]%/*}/tmux.sh"

main() {
  client=$1 way=${2:-}
  case $way in
    '') attend ;;
    *)
      trap '' HUP INT PIPE # inherited by all that builds: it outlives the popup that asked for it
      build_once
      ;;
  esac
}

# The builder does not hold the terminal itself: tmux would keep the popup open until it ends
attend() {
  local line
  if [ -t 2 ]; then
    while IFS= read -r line; do
      printf '%s\n' "$line" >&2
    done < <(exec "${BASH_SOURCE[0]}" "$client" terminal </dev/null 2>/dev/null)
  else
    "${BASH_SOURCE[0]}" "$client" line </dev/null >/dev/null 2>&1
  fi
  PAR_ENVIRONMENT=check "$root/scripts/par" 2>/dev/null
}

begin='par: preparing its private Python environment (once) ...'
failure='par: could not prepare the private Python environment'

# One builder for a server; who comes meanwhile waits for its end
build_once() {
  local owner
  owner=$(tmux if-shell -F '#{@_par_builder}' "display-message -p '#{@_par_builder}'" \
    "set-option -g @_par_builder $$ ; display-message -p $$")
  if [ "$owner" != "$$" ] && kill -0 "$owner" 2>/dev/null; then
    [ "$way" != terminal ] || tell "$begin"
    while kill -0 "$owner" 2>/dev/null; do
      sleep 0.2
    done
    PAR_ENVIRONMENT=check "$root/scripts/par" || [ "$way" != terminal ] || tell "$failure"
  else
    tmux set-option -g @_par_builder $$
    build
    tmux set-option -gu @_par_builder
  fi
}

build() {
  local said
  tell "$begin"
  if said=$(PAR_ENVIRONMENT=build "$root/scripts/par" 2>&1); then
    tell 'par: ready'
  else
    said=${said#*...$'\n'}
    tell "$said" "$(shorten "${said%%$'\n'*}" "${said#*$'\n'hint: }")"
  fi
}

tell() {
  { [ "$way" = terminal ] && printf '%s\n' "$1"; } 2>/dev/null || say "$client" "${2:-$1}"
}

home='~'/
# A status line has no room for the path of a log; the command shows what fails, or repairs it
shorten() {
  local launcher
  launcher=$(printf '%q' "$root/scripts/par")
  case $2 in
    see*) printf 'par: preparing failed - run %s ls' "${launcher/#"$HOME"\//$home}" ;;
    *) printf '%s - %s' "$1" "$2" ;;
  esac
}

main "$@"
