"""Parts of the clip `your_data`, and of no other."""
