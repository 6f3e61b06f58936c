"""Running a command: signals, logging, errors as one line and an exit code."""
