"""The checks of a description, when the class of its client is made."""
