"""Parts of the clip `adaptive`, and of no other."""
