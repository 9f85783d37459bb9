"""The headless commands, one file each.

Data goes to stdout, the story to stderr; Textual is never imported.
"""
