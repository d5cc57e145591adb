# fish completion for par; par completion fish > ~/.config/fish/completions/par.fish
function __par_labels
    set -l data $HOME/.local/share
    string match -q '/*' -- $XDG_DATA_HOME; and set data $XDG_DATA_HOME
    cut -f1 $data/par/contexts.tsv 2>/dev/null
    # And what hosts told of last
    set -l told $data/par/hosts/*.tsv
    awk -F'\t' '$1 == "host" { host = $2 } $1 == "context" { print host ":" $2 }' /dev/null $told 2>/dev/null
end
function __par_hosts
    set -l data $HOME/.local/share
    string match -q '/*' -- $XDG_DATA_HOME; and set data $XDG_DATA_HOME
    set -l told $data/par/hosts/*.tsv
    awk -F'\t' '$1 == "host" { print $2 }' /dev/null $told 2>/dev/null
end
function __par_labels_or_all
    __par_labels
    echo all
end
function __par_branches
    git for-each-ref --format='%(refname:lstrip=2)' --sort=-committerdate refs/heads refs/remotes 2>/dev/null
end
complete -c par -f
complete -c par -n __fish_use_subcommand -s L -x -d 'tmux server by name'
complete -c par -n __fish_use_subcommand -s S -r -F -d 'tmux server by socket'
complete -c par -l host -x -a '(__par_hosts)' -d 'On that machine'
@lines@
