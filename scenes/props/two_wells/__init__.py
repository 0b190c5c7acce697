"""Parts of the clip `two_wells`, and of no other."""
