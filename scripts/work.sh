#!/usr/bin/env bash
# What was done in a context since it was begun, in the picker's preview: work.sh diff|log LABEL STATE. By git alone,
# from what par wrote down of the context; whatever is in the files, the terminal gets text and par's own colours.

# shellcheck source=scripts/rows.sh
. "${BASH_SOURCE[0]%/*}/rows.sh"
unset GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX GIT_CONFIG

most_lines=3000 most_files=100

main() {
  local view=$1 label=$2 kind='' folder='' base='' base_oid='' branch='' place
  if [ "$3" = remote ]; then
    [ "$view" = log ] || { par diff "$label" 2>&1 | shown; return; }
    printf 'The log of a context on another machine is shown only there.\n'
    return
  fi
  find_context
  tell_conflicts
  if [ "$kind" != workspace ]; then
    show "$folder"
    return
  fi
  for place in "$folder"/*/.git; do
    base='' base_oid=''
    printf '\033[1m%s\033[m\n' "$(named "${place%/.git}")"
    show "${place%/.git}"
  done
}

# An older par wrote no bases
find_context() {
  local one _
  while IFS=$'\t' read -r one kind _ branch _ _ folder _ base base_oid _; do
    [ "$one" != "$label" ] || return
  done < <(LC_ALL=C awk -F'\t' -v OFS='\t' '{ for (at = 1; at <= 10; at++) if ($at == "") $at = "-" } 1' "$data/contexts.tsv")
  kind='' folder=''
}

# As par conflicts found it last
tell_conflicts() {
  [ -r "$data/conflicts.tsv" ] || return 0
  LABEL=$label LC_ALL=C awk -F'\t' "$visible"'
    $2 == ENVIRON["LABEL"] { print "\033[35mconflicts with " visible($4) "\033[m" }' "$data/conflicts.tsv"
}

show() {
  local since
  if [ -z "$1" ] || ! git -C "$1" rev-parse -q --verify HEAD >/dev/null 2>&1; then
    printf 'There is no worktree to look at.\n'
    return
  fi
  since=$(find_start "$1")
  "show_$view" "$1" "$since" | shown
}

# Nothing of the repository's own runs, and what a user's git shows by way of other programs is not shown
git() {
  GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 LC_ALL=C command git -c core.hooksPath=/dev/null \
    -c core.fsmonitor=false -c safe.bareRepository=explicit --no-pager "$@"
}

plain=(--no-color --no-ext-diff --no-textconv)

show_diff() {
  local file new=()
  while IFS= read -r -d '' file && [ ${#new[@]} -lt "$most_files" ]; do
    new+=("$file")
  done < <(git -C "$1" ls-files -z --others --exclude-standard)
  if [ ${#new[@]} -eq 0 ] && git -C "$1" diff "${plain[@]}" --quiet "$2" --; then
    printf 'Nothing was done yet.\n'
    return
  fi
  [ ${#new[@]} -eq 0 ] || printf ' %s (untracked)\n' "${new[@]}"
  git -C "$1" diff "${plain[@]}" --stat="${FZF_PREVIEW_COLUMNS:-80}" --patch "$2" --
  for file in ${new[@]+"${new[@]}"}; do
    git -C "$1" diff "${plain[@]}" --no-index -- /dev/null "./$file"
  done
}

show_log() {
  local form='%h %ad %an: %s'
  git -C "$1" log --no-color --no-show-signature --date=relative --format="$form" -n "$most_lines" "$2..HEAD" --
  printf -- '-- where it was begun --\n'
  git -C "$1" log --no-color --no-show-signature --date=relative --format="$form" -n 10 "$2" --
}

# Where it left its base last, or, where it was merged since, where it was begun
find_start() {
  local ref tip one other='' found
  tip=$(git -C "$1" rev-parse HEAD)
  [ "$base" != - ] || base=''
  for ref in $base refs/remotes/origin/HEAD refs/heads/main refs/heads/master refs/heads/trunk refs/heads/develop; do
    [ "$ref" != "refs/heads/$branch" ] || continue
    ! git -C "$1" rev-parse -q --verify "$ref^{commit}" >/dev/null || break
  done
  one=$(git -C "$1" merge-base "$ref" "$tip" 2>/dev/null)
  [ -z "${base_oid#-}" ] || other=$(git -C "$1" merge-base "$base_oid" "$tip" 2>/dev/null)
  [ "$one" != "$tip" ] || one=''
  [ "$other" != "$tip" ] || other=''
  found=${one:-${other:-$tip}}
  [ -z "$one" ] || [ -z "$other" ] || found=$(git -C "$1" merge-base --independent "$one" "$other")
  printf '%s\n' "${found%%$'\n'*}"
}

shown() {
  LC_ALL=C awk -v most="$most_lines" "$visible"'
    NR > most { print "\033[90m... and more: par diff\033[m"; exit }
    { gsub(/\t/, "    "); line = visible($0) }
    /^diff --git / { is_patch = 1; print "\033[1m" line "\033[m"; next }
    is_patch && /^@@/ { print "\033[36m" line "\033[m"; next }
    is_patch && /^\+/ { print "\033[32m" line "\033[m"; next }
    is_patch && /^-/ { print "\033[31m" line "\033[m"; next }
    /^-- where it was begun --/ { print "\033[90m" line "\033[m"; next }
    { print line }'
}

named() {
  NAME=${1##*/} LC_ALL=C awk "$visible"'BEGIN { print visible(ENVIRON["NAME"]) }'
}

main "$@"
