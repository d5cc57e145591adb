"""The door to other machines: par over there, by the user's own ssh; what it says is a stranger's text.

Not here: what is asked of it (commands), and how that is shown (render).
"""
