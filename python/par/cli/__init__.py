"""The command line: click declarations that turn arguments into a request and print the result."""
