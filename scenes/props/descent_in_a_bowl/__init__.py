"""Parts of the clip `descent_in_a_bowl`, and of no other."""
