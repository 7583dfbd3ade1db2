//! What a run owes to whom, and the outbox in which it waits.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use intake::{Place, copy_unsynced, gone, sha256};
use ledger::{Part, Run, Submission, Usage};

use super::decide::accepted;
use super::job::Owing;
use super::layout::{Layout, stem_of};
use super::notice;

/// Folders that things are owed in.
pub const ACK: &str = "outbound/ack";
pub const REPORT: &str = "outbound/report";
pub const ONWARD: &str = "onward";

/// What is written for the partner itself, where nothing was judged.
pub const NOTICE: &str = "notice.txt";

/// How its name ends where it is shown.
const NOTICE_ENDING: &str = "NOTICE.txt";

/// Outputs that are owed: their names, where they go, and how their names end there.
///
/// What answers a file as it was sent comes first, [`ONCE`] of them: a rerun judges a file of its own, which nobody has sent, and the positions that its 999 and 824 would tell are none of the partner's.
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
    (NOTICE, REPORT, NOTICE_ENDING),
    ("accepted.837", ONWARD, "accepted.837"),
];

/// How the name of the list ends that is shown last: where it stands, everything else does too.
pub const MANIFEST: &str = "MANIFEST.sha256";

/// The forms of a report that come in numbered parts where it is too long for one page.
const IN_PARTS: [&str; 2] = ["html", "pdf"];

/// How a page names the others of its report, and how they are named where they are shown.
///
/// Source: `responses`, the report as HTML, whose links are the names of its files; a quotation mark of what was sent is spelled out there.
const LINK: &str = "href=\"brr";

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
    /// What goes to a partner is a copy and no link: what it can open must not be what is kept.
    pub fn fill_outbox(&self, layout: &Layout) -> io::Result<Vec<Owing>> {
        let (outputs, outbox) = (layout.outputs(self.run), layout.outbox(self.run));
        gone(fs::remove_dir_all(&outbox))?;
        // Where there is no outbox, everything was delivered: it must be there before anybody relies on it.
        Place::open(&layout.outboxes())?.make(OsStr::new(&self.run.to_string()))?;
        let stem = format!("{}-{}", stem_of(self.sent), self.run);
        let mut owing = Vec::new();
        let acknowledged = if self.is_rerun { ONCE } else { 0 };
        for (output, folder, ending) in OWED.into_iter().skip(acknowledged) {
            let path = outputs.join(output);
            if !path.exists() {
                continue;
            }
            let parts = parts_of(output, &outputs);
            if !parts.is_empty() {
                let names = [(path, ending.to_owned())].into_iter().chain(parts);
                for (path, ending) in names {
                    let page = page(&path, &stem)?;
                    owing.push(put(&outbox, folder, format!("{stem}-{ending}"), page.as_slice())?);
                }
                continue;
            }
            owing.push(match folder {
                // Files of all partners lie in one folder.
                ONWARD => put_on(&outbox, format!("{}-{stem}.837", self.partner), &path)?,
                _ => put(&outbox, folder, format!("{stem}-{ending}"), File::open(path)?)?,
            });
        }
        // Their partner waits to hear of them, and no acknowledgement tells it of a rerun.
        if self.is_rerun && !owing.is_empty() && owing.iter().all(|one| one.folder == ONWARD) {
            let (claims, charge) = accepted(&outputs)?;
            let words = notice::of_all_accepted(self.sent, claims, &charge);
            owing.push(put(&outbox, REPORT, format!("{stem}-{NOTICE_ENDING}"), words.as_bytes())?);
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

/// Returns the parts of a report that comes in several, and how their names end where they are shown.
fn parts_of(output: &str, outputs: &Path) -> Vec<(PathBuf, String)> {
    let Some(form) = IN_PARTS.into_iter().find(|form| output.strip_prefix("brr.") == Some(form)) else {
        return Vec::new();
    };
    let part = |number| (outputs.join(format!("brr-{number:04}.{form}")), format!("BRR-{number:04}.{form}"));
    // Their numbers have four digits.
    (1..=9_999).map(part).take_while(|(path, _)| path.exists()).collect()
}

/// Reads a page of a report that comes in several, and has it name the others as they are shown.
fn page(path: &Path, stem: &str) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.replace(LINK, &format!("href=\"{stem}-BRR")).into_bytes()),
        // A PDF names no files.
        Err(error) => Ok(error.into_bytes()),
    }
}

fn put(outbox: &Path, folder: &str, name: String, from: impl io::Read) -> io::Result<Owing> {
    let copy = copy_unsynced(from, &outbox.join(&name))?;
    Ok(Owing { folder: folder.to_owned(), name, bytes: copy.bytes, sha256: copy.sha256 })
}

/// Puts a file into the outbox that goes on: it stays what is kept, which nobody is to write to any more, and has a second name.
fn put_on(outbox: &Path, name: String, kept: &Path) -> io::Result<Owing> {
    fs::set_permissions(kept, Permissions::from_mode(0o400))?;
    let file = File::open(kept)?;
    match fs::hard_link(kept, outbox.join(&name)) {
        Ok(()) => Ok(Owing {
            folder: ONWARD.to_owned(),
            name,
            bytes: file.metadata()?.len(),
            sha256: sha256(file)?,
        }),
        // Not every file system has such names.
        Err(_) => put(outbox, ONWARD, name, file),
    }
}

/// Lists files as `sha256sum --check` takes them in the folder of the reports.
fn manifest(owing: &[Owing]) -> String {
    owing.iter().filter(|one| one.folder != ONWARD).fold(String::new(), |mut list, one| {
        let from_reports = if one.folder == REPORT { "" } else { "../ack/" };
        let _ = writeln!(list, "{}  {from_reports}{}", one.sha256, one.name);
        list
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_in_parts_is_shown_in_parts_that_find_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().join("station"));
        layout.make().unwrap();
        let outputs = layout.outputs(7);
        fs::create_dir(&outputs).unwrap();
        let write = |name: &str, text: &str| fs::write(outputs.join(name), text).unwrap();
        write("brr.html", "<a href=\"brr-0001.html\">Part 1</a> <a href=\"#parts\">Parts</a>");
        write("brr-0001.html", "<a href=\"brr.html\">All</a><a href=\"brr-0002.html\">Next</a>");
        write("brr-0002.html", "brr-0001.html");
        write("brr.txt", "href=\"brr");
        let owner =
            Owner { run: 7, partner: "pine", is_rerun: false, usage: Usage::Production, sent: "monday.837" };
        let owed = owner.fill_outbox(&layout).unwrap();
        let shown = |name: &str| fs::read_to_string(layout.outbox(7).join(name)).unwrap();
        let names: Vec<&str> = owed.iter().map(|one| one.name.as_str()).collect();
        let (pages, others) = (
            ["monday-7-BRR.html", "monday-7-BRR-0001.html", "monday-7-BRR-0002.html"],
            ["monday-7-BRR.txt", "monday-7-MANIFEST.sha256"],
        );
        assert_eq!(names, [&pages[..], &others[..]].concat());
        assert_eq!(
            pages.map(shown),
            [
                "<a href=\"monday-7-BRR-0001.html\">Part 1</a> <a href=\"#parts\">Parts</a>",
                "<a href=\"monday-7-BRR.html\">All</a><a href=\"monday-7-BRR-0002.html\">Next</a>",
                "brr-0001.html",
            ]
        );
        assert_eq!(shown("monday-7-BRR.txt"), "href=\"brr");
    }
}
