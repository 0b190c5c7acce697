"""From a clip to what is touched: its objective, start and numbers as the state of a page, and the page as a file."""
