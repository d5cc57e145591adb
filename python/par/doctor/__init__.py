"""What `par doctor` compares, a part of the world per module, and the repairs of what it finds.

Not here: recovering what a par that died left half done (contexts.recovery): every command does that.
"""
