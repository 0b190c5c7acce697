"""Parts of the clip `escape`, and of no other."""
