"""Parts of the clip `unrolling`, and of no other."""
