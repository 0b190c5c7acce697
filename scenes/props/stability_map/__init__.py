"""Parts of the clip `stability_map`, and of no other."""
