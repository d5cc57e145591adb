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
    '') [[ $previous == -[LS] ]] || printf '%s\n' start create checkout workspace batch adopt ls open o send run wait capture control-center next status code cursor rename forward init diff merge rebase compare prune conflicts rm restore undo trash resurrect doctor host config trust untrust hooks completion demo labels state whoami path -L -S --host --help --version ;;
    start|create)
      case $previous:$current in
        --run:*) : ;;
        --prompt:*) : ;;
        -p:*|--path:*) : ;;
        -b:*|--base:*) : ;;
        --each:*) : ;;
        --count:*) : ;;
        *:-*) printf '%s\n' --run --agent --prompt --open --wait --json --trust -p --path -b --base --clone --with-changes --fetch --each --count -h --help --host ;;
        *) : ;;
      esac ;;
    checkout)
      case $previous:$current in
        --run:*) : ;;
        --prompt:*) : ;;
        -p:*|--path:*) : ;;
        -l:*|--label:*) : ;;
        *:-*) printf '%s\n' --run --agent --prompt --open --wait --json --trust -p --path -l --label --init --update -h --help --host ;;
        *) _par_branches ;;
      esac ;;
    workspace)
      case $previous:$current in
        --run:*) : ;;
        --prompt:*) : ;;
        -p:*|--path:*) : ;;
        --repos:*) : ;;
        -b:*|--base:*) : ;;
        --client:*) : ;;
        --editor:*) : ;;
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        *:-*) printf '%s\n' -h --help --run --agent --prompt --open --wait --json --trust -p --path --repos -b --base --force --client --editor --repo --kind --state --init -y --yes --purge --host ;;
        *) printf '%s\n' start ls add drop open code cursor rm; _par_labels ;;
      esac ;;
    batch)
      case $previous:$current in
        --max:*) : ;;
        *:-*) printf '%s\n' --max --trust --again --json -h --help --host ;;
        *) : ;;
      esac ;;
    adopt)
      case $previous:$current in
        -l:*|--label:*) : ;;
        *:-*) printf '%s\n' -l --label --json -h --help --host ;;
        *) : ;;
      esac ;;
    ls)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        --host:*) : ;;
        --timeout:*) : ;;
        *:-*) printf '%s\n' --repo --kind --state --init --host --all-hosts --local --long --timeout --json --plain -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    open|o)
      case $previous:$current in
        --client:*) : ;;
        *:-*) printf '%s\n' --client -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    send)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        --pane:*) printf '%s\n' first active ;;
        *:-*) printf '%s\n' --repo --kind --state --init --self --pane --answer --force --no-enter --dry-run --json -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    run)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        -j:*|--jobs:*) : ;;
        --timeout:*) : ;;
        *:-*) printf '%s\n' --repo --kind --state --init -j --jobs --timeout -k --keep-going --shell --output --json -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    wait)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        --for:*) printf '%s\n' done waiting idle exit ;;
        --timeout:*) : ;;
        *:-*) printf '%s\n' --repo --kind --state --init --for --any --timeout -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    capture)
      case $previous:$current in
        -n:*|--lines:*) : ;;
        --pane:*) printf '%s\n' first active ;;
        *:-*) printf '%s\n' -n --lines --ansi --pane -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    control-center)
      case $previous:$current in
        --host:*) : ;;
        --client:*) : ;;
        *:-*) printf '%s\n' --no-attach --json --host --client -h --help --host ;;
        *) : ;;
      esac ;;
    next)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help ;;
        *) : ;;
      esac ;;
    status)
      case $previous:$current in
        *:-*) printf '%s\n' --json -h --help --host ;;
        *) : ;;
      esac ;;
    code)
      case $previous:$current in
        --editor:*) : ;;
        *:-*) printf '%s\n' --editor -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    cursor)
      case $previous:$current in
        --editor:*) : ;;
        *:-*) printf '%s\n' --editor -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    rename)
      case $previous:$current in
        *:-*) printf '%s\n' --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    forward)
      case $previous:$current in
        *:-*) printf '%s\n' --stop --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    init)
      case $previous:$current in
        *:-*) printf '%s\n' --retry --log --wait --dismiss -y --yes --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    diff)
      case $previous:$current in
        *:-*) printf '%s\n' --stat -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    merge)
      case $previous:$current in
        --into:*) : ;;
        -m:*|--message:*) : ;;
        *:-*) printf '%s\n' --into --squash --rebase --ff-only -m --message --keep --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    rebase)
      case $previous:$current in
        --onto:*) : ;;
        *:-*) printf '%s\n' --onto --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    compare)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        --keep:*) : ;;
        --timeout:*) : ;;
        *:-*) printf '%s\n' --repo --kind --state --init --keep -y --yes --timeout --json -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    prune)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        *:-*) printf '%s\n' --repo --kind --state --init --dry-run -y --yes --json -h --help --host ;;
        *) _par_labels ;;
      esac ;;
    conflicts)
      case $previous:$current in
        --repo:*) : ;;
        *:-*) printf '%s\n' --repo --worktree --json -h --help --host ;;
        *) : ;;
      esac ;;
    rm)
      case $previous:$current in
        --repo:*) : ;;
        --kind:*) printf '%s\n' session checkout workspace ;;
        --state:*) printf '%s\n' attached running stopped broken waiting failed working done quiet ;;
        --init:*) printf '%s\n' ok running failed held dismissed ;;
        *:-*) printf '%s\n' --repo --kind --state --init -y --yes --purge --force --json -h --help --host ;;
        *) _par_labels_or_all ;;
      esac ;;
    restore|undo)
      case $previous:$current in
        --as:*) : ;;
        --files:*) : ;;
        *:-*) printf '%s\n' --as --files --json -h --help --host ;;
        *) : ;;
      esac ;;
    trash)
      case $previous:$current in
        --older-than:*) : ;;
        *:-*) printf '%s\n' --size --json -h --help --older-than -y --yes --host ;;
        *) printf '%s\n' empty ;;
      esac ;;
    resurrect)
      case $previous:$current in
        *:-*) printf '%s\n' --json -h --help --host ;;
        *) : ;;
      esac ;;
    doctor)
      case $previous:$current in
        *:-*) printf '%s\n' --fix --environment --json -h --help --host ;;
        *) : ;;
      esac ;;
    host)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help --json --uninstall ;;
        *) printf '%s\n' add ls rm update ;;
      esac ;;
    config)
      case $previous:$current in
        -p:*|--path:*) : ;;
        *:-*) printf '%s\n' -h --help -p --path --json --host ;;
        *) printf '%s\n' check init ;;
      esac ;;
    trust)
      case $previous:$current in
        *:-*) printf '%s\n' -y --yes --list --json -h --help --host ;;
        *) : ;;
      esac ;;
    untrust)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help --host ;;
        *) : ;;
      esac ;;
    hooks)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help --dry-run --host ;;
        *) printf '%s\n' install status uninstall claude codex gemini opencode claude codex gemini opencode claude codex gemini opencode ;;
      esac ;;
    completion)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help ;;
        *) printf '%s\n' bash zsh fish ;;
      esac ;;
    demo)
      case $previous:$current in
        *:-*) printf '%s\n' --keep -h --help ;;
        *) : ;;
      esac ;;
    labels)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help --host ;;
        *) : ;;
      esac ;;
    state)
      case $previous:$current in
        *:-*) printf '%s\n' --hook -h --help --host ;;
        *) printf '%s\n' working waiting done failed clear ;;
      esac ;;
    whoami)
      case $previous:$current in
        *:-*) printf '%s\n' --json -h --help --host ;;
        *) : ;;
      esac ;;
    path)
      case $previous:$current in
        *:-*) printf '%s\n' -h --help --host ;;
        *) _par_labels ;;
      esac ;;
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
