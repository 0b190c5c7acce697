"""What the ravine alone needs."""
