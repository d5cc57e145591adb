#!/usr/bin/env bash
# A new workspace, in a popup: workspace.sh CLIENT PANE_ID. It has all repositories in the folder of the pane, or
# beside the repository that the pane is in.

# shellcheck source=scripts/make.sh
. "${BASH_SOURCE[0]%/*}/make.sh"

main() {
  client=$1 pane_id=$2
  local answer='' names=''
  find_fzf
  folder=$(tmux display-message -p -t "$pane_id" '#{pane_current_path}')
  ! is_in_repository || folder=$(find_common) folder=${folder%/*}
  until names=$(name_repositories) && [ -n "$names" ]; do
    ask_text "No repositories in $(printable "$folder"): type the folder that holds them" || return
    folder=${answer/#\~\//$HOME/}
  done
  answer=
  while ask_text "New workspace of$names: type its label" "$answer"; do
    make 'workspace start' -- "$answer" && return
  done
  return 1
}

name_repositories() {
  local found
  for found in "$folder"/*/.git/; do
    [ -d "$found" ] || continue
    found=${found%/.git/}
    printf ' %s' "$(printable "${found##*/}")"
  done
}

main "$@"
