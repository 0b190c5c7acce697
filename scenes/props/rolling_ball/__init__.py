"""Parts of the clip `rolling_ball`, and of no other."""
