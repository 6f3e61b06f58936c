"""``asyncops demo``: both services, faked, listed and checked."""
