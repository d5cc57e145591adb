#!/usr/bin/env bash
# What par shows in the status line, and putting it there; par.tmux sources this file.

# shellcheck source=scripts/agents.sh
. "${BASH_SOURCE[0]%/*}/agents.sh"

# How many contexts there are, how many wait, and of how many the first commands failed or need approval; nothing
# where there are none. A stranger's code, below review/, is held by design. tmux counts, no process does. After a
# warning the colours around it come back.
all='#{S:#{?@par_label,1,}}' waiting="#{S:#{?#{&&:#{@par_label},$waits},1,}}"
failed='#{S:#{?#{&&:#{@par_label},#{==:#{@par_init},failed}},1,}}'
held='#{&&:#{==:#{@par_init},held},#{?#{m:*/par/review/*,#{@par_path}},0,1}}' # no '|', which par.tmux splits at
held="#{S:#{?#{&&:#{@par_label},$held},1,}}"
status='' mark='#{E:@par_status}' widest=40
for each in "$waiting|yellow|waiting" "$failed|red|failed" "$held|yellow|held"; do
  IFS='|' read -r count colour word <<<"$each"
  status+="#{?$count,#[push-default]#[fg=black#,bg=$colour] #{n:$count} $word #[default]#[pop-default] ,}"
done
status="#{?$all,par #{n:$all} $status,}"
# Of hosts what they said last: par writes these numbers whenever it has asked them
status+='#{?@par_hosts,hosts #{@par_hosts} ,}'
status+='#{?@par_hosts_waiting,#[push-default]#[fg=black#,bg=yellow] #{@par_hosts_waiting} waiting #[default]#[pop-default] ,}'

# The global options that place_status takes, in this order
# shellcheck disable=SC2034
asked='@par-status-position @_par_side @_par_length status-left status-left-length status-right status-right-length'

# Adds to what is written: the mark goes to the side that the user asked for, if nothing of it is there yet, and
# away from where an earlier answer had put it. The side is made wider, once.
place_status() {
  local line wanted placed widened side text length
  take && wanted=$line && take && placed=$line && take && widened=$line
  [ "$wanted" = "$placed" ] || add set-option -g @_par_side ''
  for side in left right; do
    take && text=$line && take && length=$line
    case $side:$text in
      "$wanted":*@par_status*) ;;
      "$wanted":*)
        if [ "$side" = left ]; then text=$text$mark; else text=$mark$text; fi
        [ "$length" = "$widened" ] || length=$((length + widest))
        add set-option -g "status-$side" "$text"
        add set-option -g "status-$side-length" "$length"
        add set-option -g @_par_side "$side"
        add set-option -g @_par_length "$length"
        ;;
      "$placed":*"$mark"*) add set-option -g "status-$side" "${text%%"$mark"*}${text#*"$mark"}" ;;
    esac
  done
}
