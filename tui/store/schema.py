"""The tables, as steps from version to version: `user_version` is how many a file has taken.

The file name carries `MAJOR`. A new file takes all steps, an older one those it lacks, so both
end with the same tables. A step that has been released never changes.

Times are microseconds since 1970. Texts that are compared or shown in lists are columns; all else
is JSON (`tui.store.codec`). Bodies sit in their own table, so that lists never read over them.
"""

MAJOR = 1
"""Changes when an older program can no longer use the file: then it is another file."""
FILE_NAME = f"store-{MAJOR}.sqlite3"

_FIRST = (
    """CREATE TABLE run(
        id INTEGER PRIMARY KEY,
        connection TEXT NOT NULL,
        path TEXT NOT NULL,
        source TEXT NOT NULL,      -- the run list that told it; '' while only its detail did
        run_id TEXT NOT NULL,
        name TEXT,
        title TEXT NOT NULL,       -- case-folded name or id, to sort by
        words TEXT NOT NULL,       -- case-folded text a plain filter looks in
        status TEXT NOT NULL,
        status_rank INTEGER NOT NULL,
        live INTEGER NOT NULL,
        began INTEGER,             -- started, else created
        ended INTEGER,
        deadline INTEGER,
        headline REAL,             -- effective pass rate, else mean score over its scale
        first_seen INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        end_seen INTEGER,          -- when it was first seen not live
        detailed INTEGER NOT NULL, -- whether a detail answer is stored
        listed BLOB,               -- digest of the last list answer
        listed_state BLOB,         -- digest of the part of it that tells of progress
        told BLOB NOT NULL,        -- the provider's run, without the two below
        more BLOB,                 -- compressed: metadata, config
        raw BLOB,                  -- compressed
        UNIQUE(connection, path)
    )""",
    # When a run was last told changes with every list; alone in a narrow table it costs two pages.
    "CREATE TABLE seen(run INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
    """CREATE TABLE sync(
        run INTEGER PRIMARY KEY,
        walk INTEGER NOT NULL DEFAULT 0,
        begun INTEGER,
        completed INTEGER,
        resume TEXT,
        expected INTEGER,
        notes BLOB,
        skipped INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        final INTEGER NOT NULL DEFAULT 0,
        version INTEGER NOT NULL DEFAULT 0, -- grows with every change of the run's rows
        row_n INTEGER NOT NULL DEFAULT 0,
        trial_n INTEGER NOT NULL DEFAULT 0,
        trial_ended_n INTEGER NOT NULL DEFAULT 0,
        passed INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        errored INTEGER NOT NULL DEFAULT 0,
        skipped_n INTEGER NOT NULL DEFAULT 0,
        ungraded INTEGER NOT NULL DEFAULT 0,
        pending INTEGER NOT NULL DEFAULT 0,
        score_n INTEGER NOT NULL DEFAULT 0,
        score_sum REAL NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE criterion(
        id INTEGER PRIMARY KEY,    -- order first met
        run INTEGER NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        n INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        errored INTEGER NOT NULL,
        value_n INTEGER NOT NULL,
        value_sum REAL NOT NULL,     -- of finite values below 1e100, so that it stays a number
        UNIQUE(run, name)
    )""",
    """CREATE TABLE sample(
        run INTEGER NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL, PRIMARY KEY(run, at)
    ) WITHOUT ROWID""",
    # AUTOINCREMENT: a snapshot of ids must never meet another row under a number used before.
    """CREATE TABLE row(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL,
        key TEXT NOT NULL,
        label TEXT NOT NULL,
        idx INTEGER,
        walk INTEGER NOT NULL,     -- the newest walk that met it
        outcome INTEGER NOT NULL,  -- rank, worst first
        unstable INTEGER NOT NULL,
        score REAL,
        latency REAL,
        tokens INTEGER,
        preview TEXT NOT NULL,
        error TEXT,                -- message
        strip TEXT NOT NULL,       -- one outcome rank per trial
        rest BLOB NOT NULL,        -- error code, usage, extra
        cells BLOB NOT NULL        -- criteria with their tallies
    )""",
    "CREATE UNIQUE INDEX row_key ON row(run, key)",
    "CREATE INDEX row_idx ON row(run, idx)",
    "CREATE INDEX row_outcome ON row(run, outcome, idx)",
    "CREATE INDEX row_score ON row(run, score)",
    "CREATE INDEX row_latency ON row(run, latency)",
    "CREATE INDEX row_tokens ON row(run, tokens)",
    """CREATE TABLE trial(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        row INTEGER NOT NULL,
        tid TEXT NOT NULL,
        walk INTEGER NOT NULL,
        digest BLOB NOT NULL,      -- of the list form, kept when a detail replaces the body
        head BLOB,                 -- written for rows of several trials, so that bodies stay unread
        notes BLOB                 -- of its detail; NULL until it was opened
    )""",
    "CREATE UNIQUE INDEX trial_tid ON trial(row, tid)",
    "CREATE TABLE body(trial INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    """CREATE TABLE source(
        connection TEXT NOT NULL,
        id TEXT NOT NULL,
        told BLOB NOT NULL,
        checked INTEGER NOT NULL,
        complete INTEGER,
        PRIMARY KEY(connection, id)
    )""",
    """CREATE TABLE connection(
        name TEXT PRIMARY KEY, ok INTEGER, error TEXT, remedy TEXT, since INTEGER
    )""",
)

_SECOND = (
    # Why it is never evicted, as bits: 1 a person keeps it, 2 it was imported.
    "ALTER TABLE run ADD COLUMN kept INTEGER NOT NULL DEFAULT 0",
    # When it was last on a screen of any instance.
    "ALTER TABLE seen ADD COLUMN opened INTEGER",
    # When its rows were evicted; its sums stay as they were until rows come again.
    "ALTER TABLE sync ADD COLUMN evicted INTEGER",
    # Damaged files whose content was or is still being read into this one (`tui.store.salvage`).
    "CREATE TABLE salvage(file TEXT PRIMARY KEY, state BLOB NOT NULL, runs BLOB NOT NULL)",
    # What is wrong with a live run, as JSON: `[[kind, sentence], …]` (`tui.store.types.Concern`).
    "ALTER TABLE run ADD COLUMN concerns TEXT",
    """CREATE TABLE event(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        run INTEGER NOT NULL,
        kind TEXT NOT NULL,        -- the run's new status, or the kind of a concern
        detail TEXT,
        seen INTEGER NOT NULL DEFAULT 0, -- by a person
        told INTEGER NOT NULL DEFAULT 0  -- by a notification
    )""",
    "CREATE INDEX event_run ON event(run)",
    """CREATE TRIGGER run_status AFTER UPDATE OF status ON run
        WHEN OLD.status <> '' AND OLD.status <> NEW.status BEGIN
        INSERT INTO event(at, run, kind) VALUES(NEW.changed, NEW.id, NEW.status);
    END""",
    # What the outcomes were at each sample, for the course of the pass rate.
    "ALTER TABLE sample ADD COLUMN passed INTEGER",
    "ALTER TABLE sample ADD COLUMN failed INTEGER",
    "ALTER TABLE sample ADD COLUMN errored INTEGER",
    "CREATE TABLE watched(run INTEGER PRIMARY KEY, min_pass_rate REAL)",
    # When all a provider would give of the run was last stored; NULL = never. Never evicted.
    "ALTER TABLE run ADD COLUMN archived INTEGER",
    # Of the newest walk: row objects its pages held, and the different rows among them.
    "ALTER TABLE sync ADD COLUMN told INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sync ADD COLUMN met INTEGER NOT NULL DEFAULT 0",
    # When an app's loop last asked it, so that an archive beside it takes less of the budget.
    "ALTER TABLE connection ADD COLUMN polled INTEGER",
    # Services that have ended, and when that was last found out.
    """CREATE TABLE retired(
        connection TEXT PRIMARY KEY, at INTEGER NOT NULL, message TEXT NOT NULL,
        remedy TEXT NOT NULL
    )""",
    # Rows up to this id are in bins, causes and sort keys; NULL = all are (`tui.store.filling`).
    "ALTER TABLE sync ADD COLUMN counted INTEGER",
    "UPDATE sync SET counted = 0 WHERE row_n > 0",
    "ALTER TABLE sync ADD COLUMN bin_level INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE bin(
        run INTEGER NOT NULL,
        place INTEGER NOT NULL,    -- on the grid of `sync.bin_level` (`tui.store.score_bins`)
        n INTEGER NOT NULL,        -- rows
        PRIMARY KEY(run, place)
    ) WITHOUT ROWID""",
    """CREATE TABLE cause(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL,
        grader INTEGER NOT NULL,
        other INTEGER NOT NULL,    -- all that came when there were many
        code TEXT NOT NULL,
        text TEXT NOT NULL,
        n INTEGER NOT NULL,        -- rows
        UNIQUE(run, grader, other, code, text)
    )""",
    """CREATE TABLE row_cause(
        cause INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(cause, row)
    ) WITHOUT ROWID""",
    "CREATE INDEX row_cause_row ON row_cause(row)",
    # What rows are sorted by where the row table has no index (`tui.store.sort_keys`).
    """CREATE TABLE sort_key(
        of_run INTEGER NOT NULL,
        what INTEGER NOT NULL,     -- a criterion's id, or a column's number
        value NOT NULL,
        of_row INTEGER NOT NULL,
        PRIMARY KEY(of_run, what, value, of_row)
    ) WITHOUT ROWID""",
    # Which file this is: what is kept beside it (`tui.store.search`) belongs to no other.
    "CREATE TABLE identity(token BLOB NOT NULL)",
    "INSERT INTO identity VALUES(randomblob(16))",
    # Trials whose texts changed since they came; whoever has read them again takes them out.
    "CREATE TABLE retold(seq INTEGER PRIMARY KEY AUTOINCREMENT, trial INTEGER NOT NULL UNIQUE)",
    """CREATE TRIGGER trial_retold AFTER UPDATE OF digest, notes ON trial BEGIN
        INSERT OR REPLACE INTO retold(trial) VALUES(NEW.id);
    END""",
    """CREATE TRIGGER label_retold AFTER UPDATE OF label ON row WHEN OLD.label <> NEW.label BEGIN
        INSERT OR REPLACE INTO retold(trial) SELECT id FROM trial WHERE row = NEW.id;
    END""",
    # Files that were imported, by their content, under the name the person gave.
    """CREATE TABLE imported_file(
        connection TEXT NOT NULL,
        digest BLOB NOT NULL,
        name TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY(connection, digest)
    )""",
    # What runs of two groups are matched by; groups are named by `tui.store.joining`.
    """CREATE TABLE match_key(
        one TEXT NOT NULL, other TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(one, other)
    ) WITHOUT ROWID""",
    "CREATE TABLE baseline(family TEXT PRIMARY KEY, connection TEXT NOT NULL, path TEXT NOT NULL)",
    # A field of every row's item, read from the bodies once for each version of the run's rows.
    """CREATE TABLE item_field(
        run INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY(run, name)
    )""",
    # What a provider says of several runs at once, as of `versions`, those of the runs' rows.
    """CREATE TABLE joint(
        refs TEXT PRIMARY KEY, versions TEXT NOT NULL, told BLOB NOT NULL
    )""",
    # Share of its rows that are done, as is shown, to sort by.
    "ALTER TABLE run ADD COLUMN progress REAL",
    """UPDATE run SET progress = CAST(json_extract(CAST(told AS TEXT), '$.counts.done') AS REAL)
        / nullif(json_extract(CAST(told AS TEXT), '$.counts.total'), 0)""",
)

_THIRD: tuple[str, ...] = (
    # No table changes; but from here on bodies may be packed by zstd (`tui.store.compression`),
    # which programs that know two steps only cannot read.
)

STEPS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND, _THIRD)
"""Statements of each step, oldest first; additions that `MAJOR` allows."""
VERSION = len(STEPS)
"""`user_version` of a file that has taken all steps."""

_STATEMENTS = [statement for step in STEPS for statement in step]
TABLE_NAMES = tuple(
    statement.split("(", 1)[0].split()[2]
    for statement in _STATEMENTS
    if statement.startswith("CREATE TABLE")
)
INDEX_NAMES = tuple(
    statement.split(" ON ", 1)[0].split()[-1]
    for statement in _STATEMENTS
    if statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))
)
NAMES = frozenset(TABLE_NAMES + INDEX_NAMES)
ROW_TABLES = frozenset({"row", "trial", "body"})
"""What a run's rows fill: by far the most of a file."""
DERIVED_TABLES = frozenset(
    {"criterion", "bin", "cause", "row_cause", "sort_key", "item_field", "retold", "joint"}
)
"""What can be made from the rows, or asked for, again."""
FILE_TABLES = frozenset({"identity", "salvage"})
"""What is about this one file, and means nothing in another."""
OWN_TABLES = tuple(
    name for name in TABLE_NAMES if name not in ROW_TABLES | DERIVED_TABLES | FILE_TABLES
)
"""All else: runs and what is known of them, what a person said, accounts of connections."""
