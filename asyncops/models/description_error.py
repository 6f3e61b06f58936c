"""The error of a description that cannot be right."""


class DescriptionError(ValueError):
    """A description cannot be right. The message names the resource, the field and the fix.

    ::

        try:
            class FarmClient(Client): ...
        except DescriptionError as error:
            print(error)
    """
