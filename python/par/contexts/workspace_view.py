"""What shows which repositories a workspace has: the file for editors, and its session."""

from par.model import Context
from par.setup import workspace_file
from par.tmux import marks, sessions, windows


def update(context: Context, former: Context) -> None:
    """Make the file and the live session show the worktrees of `context`, and no longer those of `former`.

    Each new one gets a window; a window of one that went is killed, as the last of it all. Raises ParError.
    """
    workspace_file.write(context, former)
    for session in sessions.sessions(context.socket):
        if session.label == context.label:
            for worktree in context.worktrees:
                # After a kill one may be there
                if worktree not in former.worktrees and not windows.window_ids(context, [worktree.name]):
                    windows.add(context, session.id, worktree)
            marks.mark_worktrees(context, session.id)
            gone = [each for each in former.worktrees if each not in context.worktrees]
            windows.kill(context, [each.name for each in gone])
