"""Text for terminals: made safe, measured, and times as people write them."""
