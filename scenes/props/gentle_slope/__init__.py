"""Parts of the clip `gentle_slope`, and of no other."""
