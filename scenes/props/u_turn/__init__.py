"""Parts of the clip `u_turn`, and of no other."""
