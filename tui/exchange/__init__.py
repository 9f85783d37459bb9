"""Runs to files and back: what `export` writes, and every file `import` reads."""
