//! What a run owes to whom, and the outbox in which it waits.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use intake::{Place, copy_unsynced, gone};
use ledger::{Part, Run, Submission, Usage};

use super::job::Owing;
use super::layout::{Layout, stem_of};

/// Folders that things are owed in.
pub const ACK: &str = "outbound/ack";
pub const REPORT: &str = "outbound/report";
pub const ONWARD: &str = "onward";

/// What is written for the partner itself, where nothing was judged.
pub const NOTICE: &str = "notice.txt";

/// Outputs that are owed: their names, where they go, and how their names end there.
///
/// What acknowledges a file as a whole comes first, [`ONCE`] of them: a rerun has none of its own to acknowledge.
const ONCE: usize = 3;
const OWED: [(&str, &str, &str); 12] = [
    ("ta1.edi", ACK, "TA1.edi"),
    ("999.edi", ACK, "999.edi"),
    ("824.edi", ACK, "824.edi"),
    ("277ca.edi", ACK, "277CA.edi"),
    ("brr.html", REPORT, "BRR.html"),
    ("brr.csv", REPORT, "BRR.csv"),
    ("brr.txt", REPORT, "BRR.txt"),
    ("brr.xlsx", REPORT, "BRR.xlsx"),
    ("brr.pdf", REPORT, "BRR.pdf"),
    ("denials.csv", REPORT, "denials.csv"),
    (NOTICE, REPORT, "NOTICE.txt"),
    ("accepted.837", ONWARD, "accepted.837"),
];

/// How the name of the list ends that is shown last: where it stands, everything else does too.
pub const MANIFEST: &str = "MANIFEST.sha256";

/// The first part of a report that is too long for one page; its pages name each other, so it stays in `runs/`.
const FIRST_PART: &str = "brr-0001.html";

/// A run whose outputs are owed.
pub struct Owner<'o> {
    /// The run.
    pub run: i64,
    /// The partner.
    pub partner: &'o str,
    /// Whether it judges claims again.
    pub is_rerun: bool,
    /// What its claims are for.
    pub usage: Usage,
    /// The name that the file was sent with, as text.
    pub sent: &'o str,
}

impl<'o> Owner<'o> {
    /// Names what is owed for a run of a submission; `sent` is the name of that, as text.
    pub fn of(run: &Run, submission: &'o Submission, sent: &'o str) -> Owner<'o> {
        let Submission { partner, usage, .. } = submission;
        Owner { run: run.number, partner, is_rerun: run.part != Part::Whole, usage: *usage, sent }
    }

    /// Copies what is owed of the outputs of a run into its outbox, which is made anew; it is still to be synced.
    ///
    /// The copies are no links: what a partner can open must not be what is kept.
    pub fn fill_outbox(&self, layout: &Layout) -> io::Result<Vec<Owing>> {
        let (outputs, outbox) = (layout.outputs(self.run), layout.outbox(self.run));
        gone(fs::remove_dir_all(&outbox))?;
        // Where there is no outbox, everything was delivered: it must be there before anybody relies on it.
        Place::open(&layout.outboxes())?.make(OsStr::new(&self.run.to_string()))?;
        let stem = format!("{}-{}", stem_of(self.sent), self.run);
        let is_in_parts = outputs.join(FIRST_PART).exists();
        let mut owing = Vec::new();
        let acknowledged = if self.is_rerun { ONCE } else { 0 };
        for (output, folder, ending) in OWED.into_iter().skip(acknowledged) {
            let path = outputs.join(output);
            if !path.exists() || (output == "brr.html" && is_in_parts) {
                continue;
            }
            let name = match folder {
                // Files of all partners lie in one folder.
                ONWARD => format!("{}-{stem}.837", self.partner),
                _ => format!("{stem}-{ending}"),
            };
            owing.push(put(&outbox, folder, name, File::open(path)?)?);
        }
        if owing.iter().any(|one| one.folder != ONWARD) {
            let list = manifest(&owing);
            owing.push(put(&outbox, REPORT, format!("{stem}-{MANIFEST}"), list.as_bytes())?);
        }
        Ok(owing)
    }

    /// Opens the folder that something is owed in.
    ///
    /// Errors: it is not there, or a link leads elsewhere.
    pub fn place(&self, layout: &Layout, folder: &str) -> io::Result<Place> {
        match folder {
            ONWARD => Place::open(&layout.onward(self.usage)),
            _ => Place::open(&layout.home(self.partner).root())?.below(&PathBuf::from(folder)),
        }
    }
}

fn put(outbox: &Path, folder: &str, name: String, from: impl io::Read) -> io::Result<Owing> {
    let copy = copy_unsynced(from, &outbox.join(&name))?;
    Ok(Owing { folder: folder.to_owned(), name, bytes: copy.bytes, sha256: copy.sha256 })
}

/// Lists files as `sha256sum --check` takes them in the folder of the reports.
fn manifest(owing: &[Owing]) -> String {
    owing.iter().filter(|one| one.folder != ONWARD).fold(String::new(), |mut list, one| {
        let from_reports = if one.folder == REPORT { "" } else { "../ack/" };
        let _ = writeln!(list, "{}  {from_reports}{}", one.sha256, one.name);
        list
    })
}
