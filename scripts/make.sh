#!/usr/bin/env bash
# How popups make a context and open it, for new.sh, checkout.sh and workspace.sh, which source it (and ask.sh with
# it):
#   choose_repository TITLE      sets `folder`, in which git finds a repository, and `place`, the title of questions
#   list_branches                local and remote ones, most recent first: full ref, date, name, and where it is
#                                checked out, separated by tabs; the name, the second of what is shown, is searched
#   find_owner REF               prints the label of the context that has the branch checked out, if one has
#   make VERB ...                runs the engine and switches the client; shows what went wrong until a key

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"
# The tmux server may have been started by a git hook
unset GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX GIT_CONFIG

choose_repository() {
  # shellcheck disable=SC2154 # set by those who source it
  folder=$(tmux display-message -p -t "$pane_id" '#{pane_current_path}')
  if ! is_in_repository; then
    ask_choice "No git repository in $(printable "${folder:-this pane}"): choose one, or type its folder" \
      list_repositories || return
    answer=${answer:-$typed} answer=${answer/#\~\//$HOME/}
    [[ $answer = /* ]] || answer=$folder/$answer # the popup itself works in the root folder
    folder=$answer
  fi
  # shellcheck disable=SC2034
  place="$1 in $(printable "$(name_repository)")"
}

is_in_repository() {
  [ -n "$folder" ] && git -C "$folder" rev-parse --git-dir >/dev/null 2>&1
}

# Those of the newest contexts first
list_repositories() {
  [ ! -r "$data/contexts.tsv" ] || LC_ALL=C awk -F'\t' "$visible"'
    { rows[NR] = $8 }
    END { for (n = NR; n; n--) if (!seen[rows[n]]++) print rows[n] "\t" visible(rows[n]) }' "$data/contexts.tsv"
}

# A worktree of par's is called after its label: the repository tells its own name
name_repository() {
  local common
  common=$(find_common)
  common=${common%.git}
  printf %s "${common##*/}"
}

# The folder that the repository's own .git lies in, or a bare repository itself
find_common() {
  local common
  common=$(cd -- "$folder" 2>/dev/null && CDPATH='' cd -- "$(git rev-parse --git-common-dir)" && pwd -P)
  printf %s "${common%/.git}"
}

printable() {
  LC_ALL=C awk "$visible"' { printf "%s", visible($0) }' <<<"$1"
}

# With HEAD itself first where `with_head` says so. Without origin/HEAD, a name for another one, and without the branches of origin that are here too
list_branches() {
  read_contexts
  {
    [ -z "${with_head:-}" ] || printf 'HEAD\t\tchecked out\t\n'
    LC_ALL=C git -C "$folder" for-each-ref --sort=-committerdate refs/heads refs/remotes \
      --format='%(refname)%09%(symref)%09%(committerdate:relative)%09%(worktreepath)'
  } |
    CONTEXTS=$contexts LC_ALL=C awk -F'\t' "$visible $columns_program $owner_program"'
    { ref[NR] = $1; symbolic[NR] = $2; date[NR] = $3; path[NR] = $4; known[$1] }
    END {
      for (n = 1; n <= NR; n++) {
        twin = name[n] = ref[n]
        sub(/^refs\/remotes\/origin\//, "refs/heads/", twin)
        sub(/^refs\/[^\/]*\//, "", name[n])
        name[n] = visible(name[n])
        is_listed[n] = symbolic[n] == "" && (twin == ref[n] || !(twin in known))
        if (is_listed[n]) { fit(1, date[n]); if (path[n] != "") fit(2, name[n]) }
      }
      for (n = 1; n <= NR; n++)
        if (is_listed[n]) printf "%s\t%s\t%s\n", ref[n], padded(1, date[n]), described(name[n], path[n])
    }
    function described(name, path,    label) {
      if (path == "") return name
      label = owner(path)
      return padded(2, name) "\t" (label == "" ? "checked out at " visible(path) : "in context " label)
    }'
}

find_owner() {
  local path
  path=$(git -C "$folder" for-each-ref --format='%(worktreepath)' -- "$1" 2>/dev/null)
  [ -n "$path" ] || return 0
  read_contexts
  CONTEXTS=$contexts WORKTREE=$path LC_ALL=C awk -F'\t' "$owner_program"'
    BEGIN { print owner(ENVIRON["WORKTREE"]) }' </dev/null
}

read_contexts() {
  contexts=$data/contexts.tsv
  [ -r "$contexts" ] || contexts=/dev/null
}

# The label of the context that a worktree belongs to, or ''; a workspace has its worktrees in its folder
# shellcheck disable=SC2016
owner_program='
function owner(path,    line, field, found, best) {
  while ((getline line < ENVIRON["CONTEXTS"]) > 0) {
    split(line, field, "\t")
    if (index(path "/", field[7] "/") == 1 && length(field[7]) > best) { best = length(field[7]); found = field[1] }
  }
  close(ENVIRON["CONTEXTS"])
  return found
}'

make() {
  local made session verb
  measure_screen
  read -ra verb <<<"$1"
  shift
  clear_screen
  if made=$(par "${verb[@]}" --path "$folder" --json "$@") && session=$(read_session <<<"$made"); then
    tmux switch-client -c "$client" -t "=$session:" && return
  fi
  wait_for_key
  return 1
}

# In the JSON of one context the name stands in a line of its own, and no text in it can hold a line break. It has
# letters that are not ASCII as \uXXXX, which older versions of bash cannot print
read_session() {
  local name code bytes
  name=$(sed -n '/^    "session": {$/{n;s/^      "name": "\([A-Za-z0-9_\\-]*\)"$/\1/p;}')
  while [[ $name =~ ^([^\\]*)\\u([0-9a-f]{4})(.*)$ ]]; do
    code=$((16#${BASH_REMATCH[2]}))
    if [ "$code" -lt 2048 ]; then
      printf -v bytes '\\x%x' $((192 | code >> 6)) $((128 | code & 63))
    else
      printf -v bytes '\\x%x' $((224 | code >> 12)) $((128 | code >> 6 & 63)) $((128 | code & 63))
    fi
    name=${BASH_REMATCH[1]}$(printf %b "$bytes")${BASH_REMATCH[3]}
  done
  [ -n "$name" ] && printf '%s\n' "$name"
}
