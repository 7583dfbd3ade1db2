//! The tables, version by version.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Error;

/// What makes each version of the tables from the one before; a version that was ever published is never changed.
pub const MIGRATIONS: [&str; 11] = [
    FIRST,
    HAND_VERDICTS,
    CLAIMS_AGAIN,
    COUNTS,
    REPLY_NUMBERS,
    ONWARD_NUMBERS,
    RESTORATIONS,
    RERUNS_THAT_FAILED,
    FORGOTTEN_NUMBERS,
    RENUMBERED_RERUNS,
    LARGE_FILES,
];

/// What was entered ahead of a run, and is removed, counts no more; and whether one of many claims that came again was mended is found without reading all of them.
const LARGE_FILES: &str = "
DROP INDEX claims_that_came_again;
CREATE INDEX claims_that_came_again ON earlier_claims (earlier_run, claim_id);
CREATE TRIGGER uncount_earlier_claims AFTER DELETE ON earlier_claims BEGIN
    UPDATE earlier_claim_counts SET claims = claims - 1 WHERE (partner, earlier) =
        (SELECT partner, OLD.earlier FROM runs JOIN submissions ON id = submission WHERE runs.number = OLD.run);
    DELETE FROM earlier_claim_counts WHERE claims = 0;
END;
";

/// Under which other numbers claims of a rerun go on that was open when a copy was restored.
const RENUMBERED_RERUNS: &str = "
CREATE TABLE renumbered_reruns (
    restoration TEXT NOT NULL REFERENCES restorations,
    run INTEGER NOT NULL REFERENCES runs,
    number INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (run, restoration)
) STRICT;
";

/// Since which number of those for claims that go on a copy did not know who was given them, up to what numbers count on from.
const FORGOTTEN_NUMBERS: &str = "ALTER TABLE restorations ADD COLUMN onward_since INTEGER";

/// A rerun that was closed without judging its claims keeps no other from judging them.
const RERUNS_THAT_FAILED: &str = "
DROP INDEX one_rerun_a_part;
CREATE INDEX reruns ON runs (parent, part) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX one_rerun_a_part ON runs (parent, part)
    WHERE parent IS NOT NULL AND (outcome IS NULL OR outcome = 'judged');
";

/// Which copies were put in the place of the ledger: how many ranges of reply numbers each had, what numbers count on from, and which anchors it does not have.
const RESTORATIONS: &str = "
CREATE TABLE restorations (
    name TEXT PRIMARY KEY,
    ranges INTEGER NOT NULL,
    run INTEGER NOT NULL,
    reply INTEGER NOT NULL,
    onward INTEGER NOT NULL
) STRICT;
CREATE TABLE given_up_anchors (
    restoration TEXT NOT NULL REFERENCES restorations,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (number, hash)
) STRICT;
";

/// Control numbers for what goes on from reruns, high up, and by which run one was given.
const ONWARD_NUMBERS: &str = "
CREATE INDEX onward_numbers ON runs (control_number) WHERE control_number IS NOT NULL;
UPDATE next_control_number SET number = max(number, 500000000);
";

/// What somebody has decided about the held claims that a run judges again, and about which of them.
const HAND_VERDICTS: &str = "
CREATE TABLE hand_verdicts (
    run INTEGER PRIMARY KEY REFERENCES runs,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE hand_verdict_claims (
    run INTEGER NOT NULL REFERENCES hand_verdicts,
    claim_id TEXT NOT NULL,
    PRIMARY KEY (run, claim_id)
) STRICT;
";

/// Which control numbers a run may use for its replies, one range behind the other for each partner.
const REPLY_NUMBERS: &str = "
CREATE TABLE reply_numbers (
    run INTEGER NOT NULL REFERENCES runs,
    partner TEXT NOT NULL REFERENCES partners,
    first INTEGER NOT NULL,
    numbers INTEGER NOT NULL,
    PRIMARY KEY (run, first)
) STRICT;
CREATE TABLE next_reply_number (
    partner TEXT PRIMARY KEY REFERENCES partners,
    number INTEGER NOT NULL
) STRICT;
";

/// What is asked again and again while the ledger grows, counted when it is entered.
///
/// A run that was tried again is counted by the run that tried it.
const COUNTS: &str = "
CREATE TABLE run_counts (
    partner TEXT NOT NULL,
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    runs INTEGER NOT NULL,
    PRIMARY KEY (partner, part, state, outcome)
) STRICT;
CREATE TABLE claim_counts (
    partner TEXT NOT NULL,
    disposition TEXT NOT NULL,
    claims INTEGER NOT NULL,
    PRIMARY KEY (partner, disposition)
) STRICT;
CREATE TABLE earlier_claim_counts (
    partner TEXT NOT NULL,
    earlier TEXT NOT NULL,
    claims INTEGER NOT NULL,
    PRIMARY KEY (partner, earlier)
) STRICT;
CREATE INDEX last_received ON submissions (partner, received_at);
INSERT INTO run_counts SELECT partner, part, state, coalesce(outcome, ''), count(*)
    FROM runs JOIN submissions ON id = submission
    WHERE NOT EXISTS (SELECT 1 FROM runs AS again WHERE again.parent = runs.number AND again.part = 'whole')
    GROUP BY 1, 2, 3, 4;
INSERT INTO claim_counts SELECT partner, disposition, sum(claims)
    FROM tallies JOIN runs ON number = run JOIN submissions ON id = submission WHERE part = 'whole' GROUP BY 1, 2;
INSERT INTO earlier_claim_counts SELECT partner, earlier, count(*)
    FROM earlier_claims JOIN runs ON runs.number = run JOIN submissions ON id = submission GROUP BY 1, 2;
CREATE TRIGGER count_opened_run AFTER INSERT ON runs BEGIN
    INSERT INTO run_counts SELECT partner, NEW.part, NEW.state, coalesce(NEW.outcome, ''), 1
        FROM submissions WHERE id = NEW.submission ON CONFLICT DO UPDATE SET runs = runs + 1;
    UPDATE run_counts SET runs = runs - 1 WHERE NEW.part = 'whole' AND (partner, part, state, outcome) =
        (SELECT partner, part, state, coalesce(outcome, '') FROM runs JOIN submissions ON id = submission
            WHERE number = NEW.parent);
    DELETE FROM run_counts WHERE runs = 0;
END;
CREATE TRIGGER count_moved_run AFTER UPDATE OF state, outcome ON runs BEGIN
    UPDATE run_counts SET runs = runs - 1 WHERE (partner, part, state, outcome) =
        (SELECT partner, OLD.part, OLD.state, coalesce(OLD.outcome, '') FROM submissions WHERE id = OLD.submission);
    INSERT INTO run_counts SELECT partner, NEW.part, NEW.state, coalesce(NEW.outcome, ''), 1
        FROM submissions WHERE id = NEW.submission ON CONFLICT DO UPDATE SET runs = runs + 1;
    DELETE FROM run_counts WHERE runs = 0;
END;
CREATE TRIGGER count_claims AFTER INSERT ON tallies BEGIN
    INSERT INTO claim_counts SELECT partner, NEW.disposition, NEW.claims
        FROM runs JOIN submissions ON id = submission WHERE number = NEW.run AND part = 'whole'
        ON CONFLICT DO UPDATE SET claims = claims + excluded.claims;
END;
CREATE TRIGGER count_earlier_claims AFTER INSERT ON earlier_claims BEGIN
    INSERT INTO earlier_claim_counts SELECT partner, NEW.earlier, 1
        FROM runs JOIN submissions ON id = submission WHERE runs.number = NEW.run
        ON CONFLICT DO UPDATE SET claims = claims + 1;
END;
";

/// By what claims are known again, and which were.
///
/// The keys of claims are no rows of their own for each run: looked up far more often than told of, they are kept once, and what a run has added to them is held against their number and their sum.
const CLAIMS_AGAIN: &str = "
CREATE TABLE claim_keys (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL
) STRICT;
CREATE TABLE claim_key_sums (
    run INTEGER PRIMARY KEY REFERENCES runs,
    keys INTEGER NOT NULL,
    sum INTEGER NOT NULL
) STRICT;
CREATE TABLE earlier_claims (
    run INTEGER NOT NULL REFERENCES runs,
    number INTEGER NOT NULL,
    claim_id TEXT NOT NULL,
    earlier_run INTEGER NOT NULL REFERENCES runs,
    earlier TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT;
CREATE INDEX claims_that_came_again ON earlier_claims (earlier_run);
CREATE INDEX claims_by_id ON claims (claim_id);
";

const FIRST: &str = "
CREATE TABLE partners (
    name TEXT PRIMARY KEY
) STRICT;
CREATE TABLE partner_ids (
    partner TEXT NOT NULL REFERENCES partners,
    kind TEXT NOT NULL CHECK (kind IN ('sender', 'receiver')),
    id TEXT NOT NULL,
    PRIMARY KEY (partner, kind, id)
) STRICT;
CREATE UNIQUE INDEX one_partner_a_sender ON partner_ids (id) WHERE kind = 'sender';
CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    partner TEXT NOT NULL REFERENCES partners,
    route TEXT NOT NULL,
    usage TEXT NOT NULL,
    name BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    duplicate_of TEXT REFERENCES submissions
) STRICT;
CREATE INDEX same_bytes ON submissions (partner, usage, sha256);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    submission TEXT NOT NULL REFERENCES submissions,
    parent INTEGER REFERENCES runs,
    part TEXT NOT NULL,
    stamp TEXT NOT NULL,
    control_number INTEGER,
    state TEXT NOT NULL DEFAULT 'open',
    outcome TEXT,
    snapshot TEXT,
    run_hash TEXT,
    version TEXT
) STRICT;
CREATE INDEX runs_of_a_submission ON runs (submission);
CREATE INDEX unfinished ON runs (number) WHERE state <> 'delivered';
CREATE UNIQUE INDEX one_rerun_a_part ON runs (parent, part) WHERE parent IS NOT NULL;
CREATE TABLE tallies (
    run INTEGER NOT NULL REFERENCES runs,
    disposition TEXT NOT NULL,
    claims INTEGER NOT NULL,
    charge_cents INTEGER NOT NULL,
    PRIMARY KEY (run, disposition)
) STRICT;
CREATE TABLE interchanges (
    run INTEGER NOT NULL REFERENCES runs,
    position INTEGER NOT NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    control_number TEXT NOT NULL,
    usage TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT;
-- Which run was the first with a control number; reruns keep those of their parents and are not here.
CREATE TABLE control_numbers (
    partner TEXT NOT NULL REFERENCES partners,
    sender TEXT NOT NULL,
    usage TEXT NOT NULL,
    control_number TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    PRIMARY KEY (partner, sender, usage, control_number)
) STRICT;
CREATE TABLE claims (
    run INTEGER NOT NULL REFERENCES runs,
    number INTEGER NOT NULL,
    claim_id TEXT NOT NULL,
    charge_cents INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT;
CREATE TABLE findings (
    run INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    procedure TEXT,
    ndc TEXT,
    service_date TEXT,
    PRIMARY KEY (run, claim, position),
    FOREIGN KEY (run, claim) REFERENCES claims (run, number)
) STRICT;
CREATE TABLE outputs (
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    blake3 TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;
CREATE TABLE deliveries (
    run INTEGER NOT NULL REFERENCES runs,
    position INTEGER NOT NULL,
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT;
-- The control number that the next rerun begins with.
CREATE TABLE next_control_number (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO next_control_number VALUES (1, 1);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    run INTEGER,
    why TEXT NOT NULL,
    digest TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_about ON audit (about);
";

/// Brings the tables up to the last version.
///
/// Errors: they are of a version that is not known here.
pub fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = version_of(MIGRATIONS.len());
    loop {
        // Two processes may open a ledger at once: what is found holds until the transaction ends.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let next = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found));
        match next {
            _ if known < found => return Err(Error::TooNew { found, known }),
            None => return Ok(()),
            Some(statements) => {
                transaction.execute_batch(statements)?;
                transaction.pragma_update(None, "user_version", found + 1)?;
                transaction.commit()?;
            }
        }
    }
}

fn version_of(migrations: usize) -> i64 {
    i64::try_from(migrations).expect("there are few versions")
}
