#compdef par
# zsh completion for par; in ~/.zshrc after compinit: eval "$(par completion zsh)"
_par_labels() {
  local data
  case ${XDG_DATA_HOME-} in /*) data=$XDG_DATA_HOME ;; *) data=$HOME/.local/share ;; esac
  cut -f1 "$data/par/contexts.tsv" 2>/dev/null
  # And what hosts told of last
  awk -F'\t' '$1 == "host" { host = $2 } $1 == "context" { print host ":" $2 }' /dev/null "$data"/par/hosts/*.tsv(N) 2>/dev/null
}
_par_hosts() {
  local data
  case ${XDG_DATA_HOME-} in /*) data=$XDG_DATA_HOME ;; *) data=$HOME/.local/share ;; esac
  awk -F'\t' '$1 == "host" { print $2 }' /dev/null "$data"/par/hosts/*.tsv(N) 2>/dev/null
}
_par_labels_or_all() { _par_labels; echo all }
_par_branches() { git for-each-ref --format='%(refname:lstrip=2)' --sort=-committerdate refs/heads refs/remotes 2>/dev/null }
_par_words() {
  local previous=$2 current=$3
  [[ $previous != --host ]] || { _par_hosts; return; }
  case $1 in
    '') [[ $previous == -[LS] ]] || printf '%s\n' @commands@ ;;
@cases@
  esac
}
_par() {
  local verb='' i
  for ((i = 2; i < CURRENT; i++)); do
    case ${words[i]} in
      -[LS] | --host) ((i++)) ;;
      -*) ;;
      *) verb=${words[i]}; break ;;
    esac
  done
  local -a found
  found=("${(@f)$(_par_words "$verb" "${words[CURRENT-1]}" "${words[CURRENT]}")}")
  (( $#found )) && [[ -n $found[1] ]] && compadd -- "${found[@]}" || _files
}
(( $+functions[compdef] )) && compdef _par par
