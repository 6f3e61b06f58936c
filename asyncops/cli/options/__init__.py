"""The options of commands, and the checks across them."""
