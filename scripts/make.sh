#!/usr/bin/env bash
# How popups make a context and open it, for new.sh and checkout.sh, which source it (and ask.sh with it):
#   choose_repository TITLE      sets `folder`, in which git finds a repository, and `place`, the title of questions
#   list_branches                local and remote ones, most recent first: full ref, tab, what is shown
#   make VERB ...                runs the engine and switches the client; shows what went wrong until a key

# shellcheck source=scripts/ask.sh
. "${BASH_SOURCE[0]%/*}/ask.sh"
# The tmux server may have been started by a git hook
unset GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX GIT_CONFIG

choose_repository() {
  # shellcheck disable=SC2154 # set by those who source it
  folder=$(tmux display-message -p -t "$pane_id" '#{pane_current_path}')
  if ! is_in_repository; then
    ask_choice "No git repository in $(printable "$folder"): choose one, or type its folder" < <(list_repositories)
    folder=${answer:-$typed}
    [ -n "$folder" ] || return
    folder=${folder/#\~\//$HOME/}
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
  common=$(cd -- "$folder" 2>/dev/null && CDPATH='' cd -- "$(git rev-parse --git-common-dir)" && pwd -P)
  common=${common%/.git} common=${common%.git}
  printf %s "${common##*/}"
}

printable() {
  LC_ALL=C awk "$visible"' { printf "%s", visible($0) }' <<<"$1"
}

# Without origin/HEAD, a name for another one, and without the branches of origin that are here too
list_branches() {
  LC_ALL=C git -C "$folder" for-each-ref --sort=-committerdate refs/heads refs/remotes \
    --format='%(refname)%09%(symref)%09%(committerdate:relative)' | LC_ALL=C awk -F'\t' "$visible"'
    { ref[NR] = $1; symbolic[NR] = $2; date[NR] = $3; known[$1] }
    END {
      for (n = 1; n <= NR; n++) {
        twin = name = ref[n]
        sub(/^refs\/remotes\/origin\//, "refs/heads/", twin)
        sub(/^refs\/[^\/]*\//, "", name)
        if (symbolic[n] == "" && (twin == ref[n] || !(twin in known)))
          printf "%s\t%-15s\t%s\n", ref[n], date[n], visible(name)
      }
    }'
}

make() {
  local verb=$1 made session
  shift
  if made=$(par "$verb" --path "$folder" --json "$@") && session=$(read_session <<<"$made"); then
    tmux switch-client -c "$client" -t "=$session:" && return
  fi
  wait_for_key
  return 1
}

# In the JSON of one context the name stands in a line of its own, and no text in it can hold a line break
read_session() {
  sed -n '/^    "session": {$/{n;s/^      "name": "\([A-Za-z0-9_-]*\)"$/\1/p;}'
}
