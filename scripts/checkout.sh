#!/usr/bin/env bash
# A context on something that exists, in a popup: checkout.sh CLIENT PANE_ID. A branch is chosen from a list; a
# pull request, its URL, or a branch that is not here yet is typed. A branch that a context has opens that one.

# shellcheck source=scripts/make.sh
. "${BASH_SOURCE[0]%/*}/make.sh"

main() {
  client=$1 pane_id=$2
  local answer='' typed='' owner
  find_fzf
  choose_repository 'Check out' || return
  while ask_choice "$place: choose a branch, or type pr/123 or a URL" list_branches --nth=2; do
    # These forms are meant as they are, though a branch may be like them
    [[ $typed =~ ^(pr|mr)/[0-9]+$|: ]] && answer=$typed
    owner=$(find_owner "${answer:-refs/heads/$typed}")
    if [ -n "$owner" ]; then
      clear_screen
      measure_screen
      par open "$owner" --client "$client" >/dev/null && return
      wait_for_key
    else
      make checkout -- "${answer:-$typed}" && return
    fi
  done
  return 1
}

main "$@"
