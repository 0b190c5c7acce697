"""Parts of the clip `stochastic`, and of no other."""
