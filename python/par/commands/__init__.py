"""A file per verb that users type: a request, `plan()` with every refusal, and `run()`.

Not here: what several verbs do alike (contexts, setup, trash).
"""
