"""What every kind of trouble asks afterwards."""


class Wrong(AssertionError):
    """Something was left that must not be."""


def require(is_so: bool, what: str) -> None:
    """See that something is so.

    :raises Wrong: if it is not.
    """
    if not is_so:
        raise Wrong(what)
