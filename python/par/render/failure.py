"""A failure as every command prints it."""

from par.errors import ParError
from par.names import visible


def failure(error: ParError) -> str:
    """One line that names what is wrong, its details indented, and one hint where there is one."""
    lines = [f"par: {_one_line(error.message)}", *(f"  {visible(each)}" for each in error.details)]
    return "\n".join([*lines, f"hint: {_one_line(error.hint)}"] if error.hint else lines)


def _one_line(text: str) -> str:
    return visible(" ".join(text.split("\n")).strip())
