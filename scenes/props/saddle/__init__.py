"""Parts of the clip `saddle`, and of no other."""
