"""Commands that have commands, as `par trash` has `empty`."""

import click

from par.errors import UsageError
from par.names import nearest, visible


class Group(click.Group):
    """A group whose hint for a command that does not exist is the one that was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        typed = args[0]
        if self.get_command(ctx, typed) is None and not typed.startswith("-"):
            path = ctx.command_path
            words = " ".join([*path.split(" ")[1:], visible(typed)])
            meant = (typed, self.nearest_command(ctx, typed))
            raise UsageError(f"there is no command '{words}'", hint=f"{path} --help", meant=meant)
        return super().resolve_command(ctx, args)

    def nearest_command(self, ctx: click.Context, typed: str) -> str:
        return nearest(typed, self.list_commands(ctx))
