"""What SQLite may say of the file, and what a person is told about it."""

import sqlite3

BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Codes of a file that has to be replaced."""
WRITABLE = "Make its directory writable, or set EVALTOP_DATA_DIR to one that is."
UNUSABLE = {
    sqlite3.SQLITE_BUSY: (
        "Another program keeps the store locked",
        "End it and start evaltop again.",
    ),
    sqlite3.SQLITE_LOCKED: (
        "Another program keeps the store locked",
        "End it and start evaltop again.",
    ),
    sqlite3.SQLITE_FULL: ("The disk is full", "Free some space and start evaltop again."),
    sqlite3.SQLITE_READONLY: (
        "The store cannot be written",
        WRITABLE,
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The store cannot be opened",
        WRITABLE,
    ),
    sqlite3.SQLITE_PERM: (
        "The store may not be opened",
        WRITABLE,
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk of the store reports errors",
        "Look after the disk, or set EVALTOP_DATA_DIR to another one.",
    ),
    sqlite3.SQLITE_PROTOCOL: (
        "The file system of the store cannot lock files",
        "Set EVALTOP_DATA_DIR to a local disk.",
    ),
    sqlite3.SQLITE_NOLFS: (
        "The file system of the store cannot hold a file this large",
        "Set EVALTOP_DATA_DIR to another disk.",
    ),
}
"""Codes of a file that is left as it is: what is said, and what helps."""
MEMORY_NOTE = "what is fetched from now on is lost at the end"
