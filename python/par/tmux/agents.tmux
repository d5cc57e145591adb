# How tmux itself tells of states, for par's sessions on this server. @_par_state_sh is the path of state.sh. The
# number keeps the hooks apart from a user's own, and from piling up.
set-option -g @_par_say '[ ! -r #{q:@_par_state_sh} ] || exec sh #{q:@_par_state_sh}'
set-option -g @_par_pane '--pane #{q:session_id}:#{window_id}.#{pane_id} #{pane_pid} x#{q:pane_current_command}'
# Of a pane, whether the program that said something has ended
set-option -g @_par_is_over '#{?pane_dead,1,#{&&:#{@par_state_by},#{m/r:^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$,#{pane_current_command}}}}'

# `tmux set-option @par_state waiting`, typed in a pane or run by its program, is an option of a session: of the one
# that shows the pane, which may be the control center, and tmux tells the pane that this session shows. Where that
# may be another one, state.sh looks for the caller, which has to wait for that
set-hook -g 'after-set-option[8417]' {
  if-shell -F '#{&&:#{==:#{hook_argument_0},@par_state},#{?#{||:#{||:#{hook_flag_p},#{hook_flag_o}},#{||:#{hook_flag_w},#{hook_flag_g}}},,1}}' {
    if-shell -F '#{||:#{hook_flag_t},#{==:#{session_windows} #{window_panes} #{window_linked_sessions},1 1 1}}' {
      run-shell -b '#{E:@_par_say} #{?hook_flag_u,clear,#{q:hook_argument_1}} #{E:@_par_pane}'
    } {
      run-shell '#{E:@_par_say} #{?hook_flag_u,clear,#{q:hook_argument_1}} #{E:@_par_pane} --caller'
    }
  }
}

# Who offers no hooks at least rings
set-option -g @_par_saying '#{P:#{?@par_state_at,#{?#{E:@_par_is_over},,#{pane_id}:#{pane_pid}/},}}'
set-option -g @_par_programs '#{P:#{?#{m/r:^(ba|da|z|k|mk|fi|c|tc|pw|ya|xon|elvi)?sh$|^nu$,#{pane_current_command}},,#{pane_id}:#{pane_pid}/}}'
set-hook -g 'alert-bell[8417]' {
  if-shell -F '#{&&:#{||:#{@par_context},#{@par_label}},#{!=:#{@par_state},waiting}}' {
    run-shell -b '#{E:@_par_say} bell #{E:@_par_pane} --rang x#{E:@_par_saying} x#{E:@_par_programs}'
  }
}

# What the list of windows says behind the name of one that the control center shows
set-option -g @_par_is_quiet '#{e|>:#{e|-:#{T;l:%s},#{window_activity}},#{?@par-quiet-after,#{@par-quiet-after},60}}'
set-option -g @_par_mark '#{?#{P:#{?#{==:#{@par_state},waiting},#{?#{E:@_par_is_over},,1},}}, waiting,#{?#{P:#{?#{==:#{@par_state},failed},#{?#{E:@_par_is_over},,1},}}, failed,#{?#{P:#{?#{==:#{@par_state},working},#{?#{E:@_par_is_over},,1},}},#{?#{E:@_par_is_quiet}, quiet, working},#{?#{P:#{?#{==:#{@par_state},done},#{?#{E:@_par_is_over},,1},}}, done,}}}}'
