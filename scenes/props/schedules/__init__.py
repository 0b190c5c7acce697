"""Parts of the clip `schedules`, and of no other."""
