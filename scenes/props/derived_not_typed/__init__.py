"""Parts of the clip `derived_not_typed`, and of no other."""
