"""Which page comes next: strategies over tokens and counted pages, one by one or concurrently."""
