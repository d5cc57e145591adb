#!/usr/bin/env bash
# What the scripts beside this one ask tmux about the states that programs gave their panes (`par state`), each a
# format for a session; state.sh, in python/par/tmux, says what the options mean:
#   pane_waits     1 in the format of a pane whose program waits for its user, and still runs
#   waits          1 or more where one does
#   agents         of each pane with a state: its id, the state, since when, the process id of its program where
#                  tmux cannot tell that it has ended, the last output, and ';'

# shellcheck disable=SC2034
pane_is_over='#{E:@_par_is_over}' # of agents.tmux, beside state.sh
pane_waits="#{?#{==:#{@par_state},waiting},#{?$pane_is_over,,1},}"
waits="#{W:#{P:$pane_waits}}"
agents="#{W:#{P:#{?@par_state,#{?$pane_is_over,,#{pane_id} #{@par_state} #{?@par_state_at,#{@par_state_at},0}"
agents+=' #{?@par_state_by,0,#{?@par_state_pid,#{@par_state_pid},0}} #{window_activity};},}}}'
