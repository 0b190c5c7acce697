"""Parts of the clip `problems`, and of no other."""
