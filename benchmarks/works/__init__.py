"""The rows of the table, one small module each."""
