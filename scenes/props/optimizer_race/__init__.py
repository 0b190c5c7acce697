"""Parts of the clip `optimizer_race`, and of no other."""
