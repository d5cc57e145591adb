# bash completion for par; in ~/.bashrc: eval "$(par completion bash)"
_par_labels() {
  local data
  case ${XDG_DATA_HOME-} in /*) data=$XDG_DATA_HOME ;; *) data=$HOME/.local/share ;; esac
  cut -f1 "$data/par/contexts.tsv" 2>/dev/null
  # And what hosts told of last
  awk -F'\t' '$1 == "host" { host = $2 } $1 == "context" { print host ":" $2 }' /dev/null "$data"/par/hosts/*.tsv 2>/dev/null
}
_par_hosts() {
  local data
  case ${XDG_DATA_HOME-} in /*) data=$XDG_DATA_HOME ;; *) data=$HOME/.local/share ;; esac
  awk -F'\t' '$1 == "host" { print $2 }' /dev/null "$data"/par/hosts/*.tsv 2>/dev/null
}
_par_labels_or_all() { _par_labels; echo all; }
_par_branches() { git for-each-ref --format='%(refname:lstrip=2)' --sort=-committerdate refs/heads refs/remotes 2>/dev/null; }
_par_words() {
  local previous=$2 current=$3
  [[ $previous != --host ]] || { _par_hosts; return; }
  case $1 in
    '') [[ $previous == -[LS] ]] || printf '%s\n' @commands@ ;;
@cases@
  esac
}
_par() {
  local current=${COMP_WORDS[COMP_CWORD]} last=$COMP_CWORD begun='' previous verb='' i word
  # bash takes HOST:LABEL for three words, and completes what is behind the last colon
  [[ $current == : ]] && current='' && ((last++))
  if ((last > 1)) && [[ ${COMP_WORDS[last-1]} == : ]]; then
    begun=${COMP_WORDS[last-2]}: && ((last -= 2))
  fi
  previous=${COMP_WORDS[last-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -[LS] | --host) ((i++)) ;;
      -*) ;;
      *) verb=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word == "$begun$current"* ]] || continue
    word=${word#"$begun"}
    [[ $word != *[!A-Za-z0-9._/:-]* ]] || printf -v word %q "$word" # not in a subshell: a fork for each match
    COMPREPLY+=("$word")
  done < <(_par_words "$verb" "$previous" "$current")
}
complete -o default -F _par par
