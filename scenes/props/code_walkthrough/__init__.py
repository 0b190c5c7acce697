"""Parts of the clip `code_walkthrough`, and of no other."""
