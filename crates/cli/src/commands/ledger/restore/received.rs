//! Files that were received since a copy was made: how they are handed in again, as who sent them and under their names.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ledger::{Ledger, SqliteLedger, Submission, Usage};

use super::forgotten::entries;
use crate::figures::number_of;
use crate::station::{Layout, shown};

/// The commands that hand the files of a folder in again.
const COMMANDS: &str = "submit-again.sh";

/// Writes beside the files that were put aside how they are handed in again, as the ledgers `before` tell, and says so.
pub fn to_hand_in(layout: &Layout, before: &[SqliteLedger]) -> io::Result<String> {
    let mut words = String::new();
    for (forgotten, _) in entries(&layout.forgotten())? {
        let received = forgotten.join("received");
        let files = entries(&received)?;
        if files.is_empty() {
            continue;
        }
        let mut commands =
            b"#!/bin/sh\n# Hands in again what a ledger that was restored does not know.\n".to_vec();
        let mut unknown = 0;
        for (file, id) in &files {
            match before.iter().find_map(|ledger| ledger.submission(id).ok()) {
                Some(submission) => commands.extend(command(layout, file, &submission)),
                None => unknown += 1,
            }
        }
        let path = forgotten.join(COMMANDS);
        intake::write_file(&path, &commands, true)?;
        words.push_str(&format!(
            "  received since     {}, in {}: hand them in with `sh {}`\n",
            number_of(files.len() as u64, "file"),
            received.display(),
            path.display()
        ));
        if 0 < unknown {
            words.push_str(&format!(
                "                     no ledger tells who sent {unknown} of them: `claimgate submit FILE --partner NAME --name NAME`\n"
            ));
        }
    }
    Ok(words)
}

/// Returns the line of a shell that hands a file in; partners choose the names of files, and nothing of them has a meaning there.
fn command(layout: &Layout, file: &Path, submission: &Submission) -> Vec<u8> {
    let Submission { partner, usage, name, .. } = submission;
    let mut line = b"claimgate submit ".to_vec();
    line.extend(quoted(file.as_os_str().as_bytes()));
    line.extend(format!(" --partner {partner} --name=").bytes());
    line.extend(quoted(shown(name).as_bytes()));
    if *usage == Usage::Test {
        line.extend(b" --test");
    }
    line.extend(b" --station ");
    line.extend(quoted(layout.root().as_os_str().as_bytes()));
    line.push(b'\n');
    line
}

/// Returns bytes as one word of a shell, whatever they are.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => quoted.extend(b"'\\''"),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}
