//! The table of a bench: for people as text, for programs as JSON, whose fields are those of `bench.schema.json`.

use std::fmt::Write;

use edits::Disposition;
use serde::Serialize;
use stages::{Figures, Rounds};

use super::Row;
use crate::figures::number_of;
use crate::run::Ran;

/// What came of a bench.
#[derive(Serialize)]
pub struct Table {
    schema: &'static str,
    version: &'static str,
    input: String,
    bytes: u64,
    segments: u64,
    claims: Claims,
    rounds: u16,
    rows: Vec<TableRow>,
}

#[derive(Serialize)]
struct Claims {
    received: u64,
    accepted: u64,
    rejected: u64,
    held: u64,
    refused: u64,
}

#[derive(Serialize)]
struct TableRow {
    name: &'static str,
    what: &'static str,
    workers: usize,
    milliseconds: f64,
    megabytes_per_second: f64,
    times_plainest: f64,
}

impl Table {
    /// Puts together what was measured with what was counted.
    pub fn of(ran: &Ran, rounds: u16, rows: &[Row<'_>], measured: &Rounds) -> Table {
        let of = |disposition| ran.totals.of(disposition).claims;
        Table {
            schema: "claimgate.bench.v1",
            version: crate::version::SHORT,
            input: ran.input_name.clone(),
            bytes: ran.bytes,
            segments: ran.counted.segments,
            claims: Claims {
                received: ran.counted.received_total().claims,
                accepted: of(Disposition::Accepted),
                rejected: of(Disposition::Rejected),
                held: of(Disposition::Held),
                refused: of(Disposition::Refused),
            },
            rounds,
            rows: rows.iter().zip(measured.figures()).map(|(row, own)| row_of(row, own, ran.bytes)).collect(),
        }
    }

    /// Returns the table as people read it.
    pub fn text(&self) -> String {
        let Table { input, bytes, segments, claims, rounds, rows, .. } = self;
        let Claims { received, accepted, rejected, held, refused } = claims;
        let mut text = format!(
            "{input}: {bytes} bytes, {}, {}: {accepted} accepted, {rejected} rejected, {held} held, {refused} refused\n",
            number_of(*segments, "segment"),
            number_of(*received, "claim"),
        );
        let _ = writeln!(text, "medians of {}", number_of((*rounds).into(), "round"));
        let _ = writeln!(text, "\n{:20}{:>11}{:>9}{:>12}", "", "ms", "MB/s", "x plainest");
        for TableRow { name, what, workers, milliseconds, megabytes_per_second, times_plainest } in rows {
            let name = match *name {
                "process" => format!("process, {}", number_of(*workers as u64, "worker")),
                stage => stage.to_owned(),
            };
            let _ = writeln!(
                text,
                "{name:20}{milliseconds:>11.3}{megabytes_per_second:>9.0}{times_plainest:>12.2}  {what}"
            );
        }
        text
    }
}

fn row_of(row: &Row<'_>, Figures { seconds, times_first }: Figures, bytes: u64) -> TableRow {
    let (name, what, workers) = match row {
        Row::Stage(stage) => (stage.name, stage.what, 1),
        Row::Process(pool) => ("process", "from the file to a folder of outputs", pool.current_num_threads()),
    };
    TableRow {
        name,
        what,
        workers,
        milliseconds: rounded(seconds * 1e3),
        megabytes_per_second: rounded(megabytes(bytes) / seconds),
        times_plainest: rounded(times_first),
    }
}

/// Returns a size in millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "a table shows four digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Leaves three digits behind the point: no clock tells more.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
