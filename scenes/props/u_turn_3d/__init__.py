"""Parts of the clip `u_turn_3d`, and of no other."""
