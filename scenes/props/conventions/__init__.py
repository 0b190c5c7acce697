"""Parts of the clip `conventions`, and of no other."""
