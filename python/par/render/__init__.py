"""Values and errors as text, table and JSON, a module per command. Pure.

Not here: printing (cli.output).
"""
