"""A fake of any described service: its description, read backwards."""
