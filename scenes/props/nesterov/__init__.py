"""Parts of the clip `nesterov`, and of no other."""
