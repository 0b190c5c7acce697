"""Parts of the clip `contour_map`, and of no other."""
