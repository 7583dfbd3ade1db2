//! The id of a snapshot: the hash of a text that says everything that is in it.

use std::io::Write as _;

use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

use crate::ndc::write_digits;
use crate::{Effective, Relation, Release};

/// Bytes of text that are hashed together.
const HASHED_BYTES: usize = 16 << 10;

/// Returns the id that [`Crosswalk::id`](crate::Crosswalk::id) documents.
pub(crate) fn id(releases: &[Release], relations: &[Relation]) -> String {
    let mut ranks: Vec<usize> = (0..releases.len()).collect();
    ranks.sort_by_key(|&index| (releases[index].list, &releases[index].name));
    let mut rank_of = vec![0; releases.len()];
    for (rank, &index) in ranks.iter().enumerate() {
        // Local lists share a name, and so a rank: their order on the command line says nothing.
        let same = rank > 0 && {
            let (one, other) = (&releases[ranks[rank - 1]], &releases[index]);
            one.list == other.list && one.name == other.name
        };
        rank_of[index] = if same { rank_of[ranks[rank - 1]] } else { rank };
    }
    let mut sorted: Vec<&Relation> = relations.iter().collect();
    // A stable sort finds the rows of a file in order, and only passes over them.
    sorted.sort_by_key(|relation| {
        let rank = rank_of[usize::from(relation.release)];
        (rank, relation.row, relation.ndc, relation.hcpcs, relation.effective)
    });
    let names: Vec<String> =
        releases.iter().map(|release| format!("{} {}", release.list.as_str(), release.name)).collect();
    let mut text = Text::default();
    text.line(|line| line.extend_from_slice(b"claimgate crosswalk 1"));
    for relation in sorted {
        text.line(|line| write_relation(line, &names[usize::from(relation.release)], relation));
    }
    for index in ranks {
        text.line(|line| write_covers(line, &names[index], releases[index].covers));
    }
    text.into_id()
}

/// The text under the id, hashed in pieces.
#[derive(Default)]
struct Text {
    hash: Sha256,
    unhashed: Vec<u8>,
}

impl Text {
    /// Adds a line, whose end is added to what `write` writes.
    fn line(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.unhashed);
        self.unhashed.push(b'\n');
        if self.unhashed.len() >= HASHED_BYTES {
            self.hash.update(&self.unhashed);
            self.unhashed.clear();
        }
    }

    fn into_id(mut self) -> String {
        self.hash.update(&self.unhashed);
        let hash = self.hash.finalize();
        let hex = |half: u8| char::from_digit(half.into(), 16).expect("four bits are one digit");
        hash.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 0xF)]).collect()
    }
}

// A snapshot has tens of thousands of lines: they are put together from bytes, since `write!` takes longer than the hash.

fn write_relation(line: &mut Vec<u8>, release: &str, relation: &Relation) {
    line.extend_from_slice(b"relation ");
    line.extend_from_slice(release.as_bytes());
    line.push(b' ');
    write_row(line, relation.row);
    line.push(b' ');
    line.extend_from_slice(&relation.ndc.digits());
    line.push(b' ');
    line.extend_from_slice(relation.hcpcs.as_str().as_bytes());
    line.push(b' ');
    write_span(line, Some(relation.effective));
}

fn write_covers(line: &mut Vec<u8>, release: &str, covers: Option<Effective>) {
    line.extend_from_slice(b"covers ");
    line.extend_from_slice(release.as_bytes());
    line.push(b' ');
    write_span(line, covers);
}

fn write_span(line: &mut Vec<u8>, span: Option<Effective>) {
    let from = span.map(|span| span.from).filter(|from| *from != Effective::BEGINNING);
    let through = span.map(|span| span.through).filter(|through| *through != Effective::OPEN);
    write_date(line, from);
    line.push(b' ');
    write_date(line, through);
}

fn write_date(line: &mut Vec<u8>, date: Option<NaiveDate>) {
    let Some(date) = date else { return line.push(b'-') };
    match u32::try_from(date.year()) {
        Ok(year) if year < 10_000 => {
            let mut text = *b"0000-00-00";
            write_digits(year, &mut text[..4]);
            write_digits(date.month(), &mut text[5..7]);
            write_digits(date.day(), &mut text[8..]);
            line.extend_from_slice(&text);
        }
        // Writing to memory cannot fail.
        _ => drop(write!(line, "{date}")),
    }
}

fn write_row(line: &mut Vec<u8>, row: u32) {
    let mut digits = [0; 10];
    write_digits(row, &mut digits);
    let first = digits.iter().position(|&digit| digit != b'0').unwrap_or(digits.len() - 1);
    line.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::tests::{day, span};
    use crate::{Hcpcs, List, Ndc};

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn writes_the_documented_lines() {
        let relation = Relation {
            list: List::Pdac,
            release: 0,
            row: 120,
            ndc: Ndc::from_digits(b"00002000109").unwrap(),
            hcpcs: Hcpcs(*b"J1234"),
            effective: Effective { from: day("2002-01-01"), through: Effective::OPEN },
        };
        assert_eq!(
            written(|line| write_relation(line, "pdac 2025-10-05", &relation)),
            "relation pdac 2025-10-05 120 00002000109 J1234 2002-01-01 -"
        );
        let quarter = Some(span("2025-10-01", "2025-12-31"));
        for (release, covers, text) in [
            ("asp 2025Q4", quarter, "covers asp 2025Q4 2025-10-01 2025-12-31"),
            ("local local", None, "covers local local - -"),
        ] {
            assert_eq!(written(|line| write_covers(line, release, covers)), text);
        }
    }

    #[test]
    fn writes_numbers_and_dates_as_the_library_does() {
        for row in [0, 1, 9, 10, 4_000, 1_048_576, u32::MAX] {
            assert_eq!(written(|line| write_row(line, row)), row.to_string());
        }
        let years = [-1, 0, 1, 999, 1999, 2024, 9999, 10_000];
        for date in years.map(|year| NaiveDate::from_ymd_opt(year, 2, 9).unwrap()) {
            assert_eq!(written(|line| write_date(line, Some(date))), date.to_string());
        }
    }

    #[test]
    fn hashes_the_same_whatever_the_pieces() {
        let (mut pieces, mut whole) = (Text::default(), Text::default());
        let numbers: Vec<String> = (0..9_999).map(|number| number.to_string()).collect();
        for number in &numbers {
            pieces.line(|line| line.extend_from_slice(number.as_bytes()));
        }
        whole.line(|line| line.extend_from_slice(numbers.join("\n").as_bytes()));
        assert_eq!(pieces.into_id(), whole.into_id());
    }
}
