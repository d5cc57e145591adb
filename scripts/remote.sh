#!/bin/sh
# What another machine's par runs here, by ssh: par with the words that come in hex, or the rest of putting
# this copy of par in its place. It is run by its full path, in the environment that the user's login gives.
set -u

main() {
  here=${0%/*}
  case $1 in
    --settle) settle "$2" ;;
    *)
      cd "$HOME" || exit
      # shellcheck source=/dev/null
      [ ! -r "$here/../environment" ] || . "$here/../environment"
      exec sh "$here/par" --words "$@"
      ;;
  esac
}

# In the new copy's folder: all of it is there, or none
settle() {
  PATH=$PATH:/usr/bin:/bin
  # What a connection that broke left half
  find "${PWD%/*}" -name 'new.*' -mtime +0 -prune -exec rm -rf {} +
  record_environment >environment || exit
  if [ -d "../$1" ]; then
    mv -f environment "../$1/environment" && rm -rf "$PWD"
  else
    rm -rf "../$1.old" && mv "$PWD" "../$1"
  fi || exit
}

# What a login shell would give: ssh runs commands without one, so that PATH lacks what the user added
record_environment() {
  mark=par-environment-$$
  : >login
  printf 'echo %s\n/usr/bin/env\necho %s\n' "$mark" "$mark" |
    (cd "$HOME" && exec "${SHELL:-/bin/sh}" -l) >login 2>/dev/null &
  waited=0
  # A start file may wait for ever
  until [ "$(grep -c "^$mark\$" login)" -ge 2 ] || [ $waited -ge 50 ] || ! kill -0 $! 2>/dev/null; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill $! 2>/dev/null
  [ $waited -lt 50 ] || echo 'the login shell said nothing for 5 s: par runs without what it gives' >&2
  sed -n "/^$mark\$/,/^$mark\$/p" login | sed -nE "$keep" | sed -E "$quote"
  rm -f login
}
keep='/^(PATH|LANG|LC_[A-Z]*|TMUX_TMPDIR|PAR_PYTHON|PAR_TRUST|XDG_[A-Z]*_HOME)=/p'
quote="s/'/'\\\\''/g
s/^([A-Z_]*)=(.*)\$/export \\1='\\2'/"

main "$@"
