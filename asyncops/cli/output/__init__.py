"""Where results go: formats, files, tables, and the lines that tell of progress."""
