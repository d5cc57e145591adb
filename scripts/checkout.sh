#!/usr/bin/env bash
# A context on something that exists, in a popup: checkout.sh CLIENT PANE_ID. A branch is chosen from a list; a
# pull request, its URL, or a branch that is not here yet is typed.

# shellcheck source=scripts/make.sh
. "${BASH_SOURCE[0]%/*}/make.sh"

main() {
  client=$1 pane_id=$2
  local answer='' typed=''
  find_fzf
  choose_repository Checkout || return
  while ask_choice "$place: a branch, or type pr/123 or a URL" --nth=2 < <(list_branches); do
    # These forms are meant as they are, though a branch may be like them
    [[ $typed =~ ^(pr|mr)/[0-9]+$|: ]] && answer=$typed
    make checkout -- "${answer:-$typed}" && return
  done
}

main "$@"
exit 0
