"""Parts of the clip `ewma`, and of no other."""
