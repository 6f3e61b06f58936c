"""The error of a description."""

from asyncops.models.description_error import DescriptionError


def test_it_is_a_value_error() -> None:
    """It comes when a class is made, before there is any service to answer."""
    assert issubclass(DescriptionError, ValueError)
