"""The lecture as a file: reading `lecture.toml` with its errors in place, and changing single values of it.

For whoever asks which clips there are and with what numbers; nothing here draws or knows what a clip shows.
"""
