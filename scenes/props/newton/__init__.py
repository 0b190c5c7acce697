"""Parts of the clip `newton`, and of no other."""
