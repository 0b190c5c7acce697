"""Parts of the clip `update_rule`, and of no other."""
