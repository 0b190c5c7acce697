"""What is told about clips without making them: progress, status, a clip in words, a storyboard, the answer key.

For the commands that ask, and for those that say how far they are.
"""
