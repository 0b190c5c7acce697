"""From delivered clips to slides: a deck is cut from the videos and their records; no scene is run again."""
