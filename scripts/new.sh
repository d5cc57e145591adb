#!/usr/bin/env bash
# A new context, in a popup: new.sh CLIENT PANE_ID [LABEL [choose-base]]. It asks for the label, LABEL to begin with,
# makes the context in the repository of the pane, and opens it. Fails where it was left.

# shellcheck source=scripts/make.sh
. "${BASH_SOURCE[0]%/*}/make.sh"

main() {
  client=$1 pane_id=$2
  local base='' answer='' typed=''
  find_fzf
  choose_repository 'New context' || return
  if [ "${4:-}" = choose-base ]; then
    ask_choice "$place: choose where its branch starts" list_bases --nth=2 || return
    base=${answer:-$typed}
  fi
  answer=${3:-}
  while ask_text "$place, from $(name_base): type its label" "$answer"; do
    make start ${base:+"--base=$base"} -- "$answer" && return
  done
  return 1
}

list_bases() {
  with_head=yes list_branches
}

# One stacks on what the folder has checked out, which may be another context's branch
name_base() {
  local ref=$base
  case $ref in
    '' | HEAD) ref=$(git -C "$folder" symbolic-ref -q HEAD || git -C "$folder" rev-parse -q --short HEAD) ;;
  esac
  printable "${ref#refs/*/}"
}

main "$@"
