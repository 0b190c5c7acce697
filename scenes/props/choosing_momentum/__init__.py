"""Parts of the clip `choosing_momentum`, and of no other."""
