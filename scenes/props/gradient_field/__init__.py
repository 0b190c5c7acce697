"""Parts of the clip `gradient_field`, and of no other."""
