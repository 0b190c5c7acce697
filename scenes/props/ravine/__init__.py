"""Parts of the clip `ravine`, and of no other."""
