"""What a user of the workbench can get wrong; the command line shows the message."""


class UserError(Exception):
    """A request that cannot be carried out, with what would have been possible."""


def unknown(kind: str, name: str, known: object) -> UserError:
    """The error for a name that does not exist: a list of what there is."""
    names = ", ".join(map(str, known))  # type: ignore[call-overload]
    return UserError(f"unknown {kind} {name!r}; there are: {names}")
