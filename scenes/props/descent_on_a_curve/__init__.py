"""Parts of the clip `descent_on_a_curve`, and of no other."""
