"""The live screen of ``watch``, and the lines it is where there is no terminal."""
