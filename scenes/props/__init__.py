"""What one clip alone needs, in a folder with the name of that clip. What a second clip needs moves to the stage."""
