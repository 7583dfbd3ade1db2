//! What is asked again and again: how many runs stand where, and how many claims became what.
//!
//! The rows that are asked were counted when what they count was entered, by triggers of the tables; `verify` counts anew.

use rusqlite::Connection;

use super::count;
use super::read::all;
use crate::error::Error;
use crate::rows::{Broken, ClaimCount, Standing, SubmissionCount};

const STANDINGS: &str = "SELECT partner, state, nullif(outcome, ''), part <> 'whole' AS is_rerun, sum(runs),
        (SELECT max(received_at) FROM submissions WHERE submissions.partner = run_counts.partner)
    FROM run_counts GROUP BY partner, state, outcome, is_rerun ORDER BY partner, state, outcome, is_rerun";
const SUBMISSIONS: &str = "SELECT partner, nullif(outcome, ''), sum(runs) FROM run_counts
    WHERE part = 'whole' GROUP BY partner, outcome ORDER BY partner, outcome";
const CLAIMS: &str = "SELECT partner, disposition, claims FROM claim_counts ORDER BY partner, disposition";
const EARLIER_CLAIMS: &str =
    "SELECT partner, earlier, claims FROM earlier_claim_counts ORDER BY partner, earlier";

pub fn standings(connection: &Connection) -> Result<Vec<Standing>, Error> {
    all(connection, STANDINGS, [], |row| {
        Ok(Standing {
            partner: row.get(0)?,
            state: row.get(1)?,
            outcome: row.get(2)?,
            is_rerun: row.get(3)?,
            runs: count(row.get(4)?),
            last_received_at: row.get(5)?,
        })
    })
}

pub fn submissions(connection: &Connection) -> Result<Vec<SubmissionCount>, Error> {
    all(connection, SUBMISSIONS, [], |row| {
        Ok(SubmissionCount { partner: row.get(0)?, outcome: row.get(1)?, submissions: count(row.get(2)?) })
    })
}

pub fn claims(connection: &Connection) -> Result<Vec<ClaimCount>, Error> {
    claim_counts(connection, CLAIMS)
}

pub fn earlier_claims(connection: &Connection) -> Result<Vec<ClaimCount>, Error> {
    claim_counts(connection, EARLIER_CLAIMS)
}

fn claim_counts(connection: &Connection, query: &str) -> Result<Vec<ClaimCount>, Error> {
    all(connection, query, [], |row| {
        Ok(ClaimCount { partner: row.get(0)?, disposition: row.get(1)?, claims: count(row.get(2)?) })
    })
}

/// Tables of counts, what they hold, and the same counted anew.
const COUNTED: [(&str, &str, &str); 3] = [
    (
        "run_counts",
        "SELECT partner || ' ' || part || ' ' || state || ' ' || outcome, runs FROM run_counts ORDER BY 1",
        "SELECT partner || ' ' || part || ' ' || state || ' ' || coalesce(outcome, ''), count(*)
            FROM runs JOIN submissions ON id = submission
            WHERE NOT EXISTS (SELECT 1 FROM runs AS again WHERE again.parent = runs.number AND again.part = 'whole')
            GROUP BY 1 ORDER BY 1",
    ),
    (
        "claim_counts",
        "SELECT partner || ' ' || disposition, claims FROM claim_counts ORDER BY 1",
        "SELECT partner || ' ' || disposition, sum(claims)
            FROM tallies JOIN runs ON number = run JOIN submissions ON id = submission
            WHERE part = 'whole' GROUP BY 1 ORDER BY 1",
    ),
    (
        "earlier_claim_counts",
        "SELECT partner || ' ' || earlier, claims FROM earlier_claim_counts ORDER BY 1",
        "SELECT partner || ' ' || earlier, count(*)
            FROM earlier_claims JOIN runs ON runs.number = run JOIN submissions ON id = submission
            GROUP BY 1 ORDER BY 1",
    ),
];

/// Looks whether what was counted is what there is.
pub fn verify(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let rows =
        |query: &str| all(connection, query, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
    for (table, counted, anew) in COUNTED {
        if rows(counted)? != rows(anew)? {
            let what = "it does not count what there is".to_owned();
            broken.push(Broken { place: format!("table {table}"), what });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SqliteLedger;

    #[test]
    fn nothing_that_grows_is_read_from_end_to_end() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
        for query in [STANDINGS, SUBMISSIONS, CLAIMS, EARLIER_CLAIMS] {
            let plan: Vec<String> =
                all(&ledger.connection, &format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get(3))
                    .unwrap();
            let grows = |step: &&String| step.starts_with("SCAN") && !step.contains("_counts");
            assert_eq!(plan.iter().find(grows), None, "{query}");
        }
    }
}
