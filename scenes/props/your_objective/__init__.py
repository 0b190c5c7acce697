"""Parts of the clip `your_objective`, and of no other."""
