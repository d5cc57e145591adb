"""The command line: click declarations that turn arguments into a request and print the result.

Not here: any decision, and any wording but help and questions (render).
"""
