//! The differences as a workbook.

use claims::decimal;
use std::io;
use std::path::Path;

use documents::workbook::{self, Differences, Side as Cells, Total, write_differences};
use tempfile::NamedTempFile;

use super::{Change, Difference, Pair, Runs, Side, Tell, Totals, tell};
use crate::failure::Failure;
use crate::panics;

/// A workbook while the differences come in.
struct Rows<'d> {
    document: &'d mut Differences,
    /// The name of the runs whose differences come in.
    run: String,
    ending: String,
}

/// What ends a workbook: a failure of its own, or that of the runs.
enum Ended {
    Document(documents::Error),
    Run(Failure),
}

impl From<documents::Error> for Ended {
    fn from(error: documents::Error) -> Ended {
        Ended::Document(error)
    }
}

/// Writes what differs to `file`, which is seen whole or not at all, and returns what it adds up to in words.
///
/// Errors: `file` exists, or cannot be written.
pub fn write(runs: &Runs, file: &Path) -> Result<String, Failure> {
    let unwritable = |error: &io::Error| Failure::io("cannot write", file, error);
    if file.exists() {
        return Err(Failure::usage(format!("{} exists", file.display()), "choose another file for --xlsx"));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut aside = NamedTempFile::new_in(folder).map_err(|error| unwritable(&error))?;
    let mut ending = String::new();
    let put_in = |document: &mut Differences| {
        let mut rows = Rows { document, run: String::new(), ending: String::new() };
        tell(runs, &mut rows).map_err(Ended::Run)?;
        ending = rows.ending;
        Ok(())
    };
    // A temporary file that cannot be written is a panic in the library, which is answered as an error.
    let written = panics::unsaid(|| write_differences(runs.moment(), folder, aside.as_file_mut(), put_in));
    written.map_err(|ended| match ended {
        Ended::Run(failure) => failure,
        Ended::Document(documents::Error::Io(error)) => unwritable(&error),
        Ended::Document(error) => Failure::internal(format!("cannot make {}: {error}", file.display())),
    })?;
    aside.persist_noclobber(file).map_err(|error| unwritable(&error.error))?;
    Ok(ending)
}

fn failed(error: &documents::Error) -> Failure {
    match error {
        documents::Error::Io(error) => Failure::io("cannot write", Path::new("the workbook"), error),
        other => Failure::internal(other.to_string()),
    }
}

impl Tell for Rows<'_> {
    fn pair(&mut self, pair: &Pair, is_one_file: bool) -> Result<(), Failure> {
        self.run = pair.name.clone().unwrap_or_default();
        let files = if is_one_file { "one file, as far as its counts tell" } else { "different files" };
        let lines = [
            ("Run", self.run.as_str()),
            ("A", &pair.a.words()),
            ("B", &pair.b.words()),
            ("Compared as", files),
        ];
        lines
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .try_for_each(|(label, words)| self.document.line(label, words))
            .map_err(|error| failed(&error))
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        let findings = [&difference.a, &difference.b]
            .map(|side| side.as_ref().map_or_else(String::new, |side| side.codes(true)));
        let [of_a, of_b] = &findings;
        let row = workbook::Difference {
            run: &self.run,
            change: difference.change.as_str(),
            names: [
                &difference.interchange_control_number,
                &difference.group_control_number,
                &difference.transaction_set_control_number,
                &difference.claim_id,
            ],
            sides: [cells(difference.a.as_ref(), of_a), cells(difference.b.as_ref(), of_b)],
        };
        self.document.difference(&row).map_err(|error| failed(&error))
    }

    fn end(&mut self, runs: &Runs, totals: &Totals) -> Result<(), Failure> {
        self.totals(runs, totals).map_err(|error| failed(&error))?;
        self.ending = super::text::ending(runs, totals);
        Ok(())
    }
}

impl Rows<'_> {
    fn totals(&mut self, runs: &Runs, totals: &Totals) -> Result<(), documents::Error> {
        self.document.heading()?;
        let same = Total { words: ["same", "", ""], claims: totals.same, charges: ["", ""] };
        self.document.total(&same)?;
        for ((change, a, b), tally) in &totals.different {
            let [of_a, of_b] = tally.cents.map(decimal);
            let charges = match change {
                Change::OnlyInA => [of_a.as_str(), ""],
                Change::OnlyInB => ["", of_b.as_str()],
                Change::Flipped | Change::ChangedReason => [of_a.as_str(), &of_b],
            };
            let total = Total { words: [change.as_str(), a, b], claims: tally.claims, charges };
            self.document.total(&total)?;
        }
        for (words, claims) in ["not listed in A", "not listed in B"].into_iter().zip(totals.unlisted) {
            if 0 < claims {
                self.document.total(&Total { words: [words, "", ""], claims, charges: ["", ""] })?;
            }
        }
        for (label, names) in ["Only in A", "Only in B"].iter().zip(&runs.only) {
            names.iter().try_for_each(|name| self.document.line(label, name))?;
        }
        Ok(())
    }
}

fn cells<'r>(side: Option<&'r Side>, findings: &'r str) -> Option<Cells<'r>> {
    let Side { claim_number, charge, disposition, .. } = side?;
    Some(Cells { claim_number: *claim_number, charge, disposition, findings })
}
