//! What claims are known again by: a claim that came before, in another submission, has the same name.
//!
//! A worker writes the names of a file's claims down when it has judged them, and the station enters them with what came of the run.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use intake::gone;
use ledger::{ClaimName, Decision, Part, Run};

use super::layout::Layout;

/// Names that are gathered and sorted before they are written: sorted, they are entered faster.
const SORTED: usize = 1 << 16;

/// The names of the claims of a file, on their way to the ledger.
pub struct Names {
    out: BufWriter<File>,
    gathered: Vec<ClaimName>,
}

impl Names {
    /// Begins with a file at `path`, which is made anew.
    pub fn begin(path: &Path) -> io::Result<Names> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Whoever was killed over it may still be writing to the other one.
        gone(fs::remove_file(path))?;
        let out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
        Ok(Names { out, gathered: Vec::new() })
    }

    /// Adds a name.
    pub fn add(&mut self, name: ClaimName) -> io::Result<()> {
        self.gathered.push(name);
        if self.gathered.len() < SORTED { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        self.gathered.sort_unstable_by_key(|name| (name.key, name.number));
        for ClaimName { number, claim_id, key } in self.gathered.drain(..) {
            self.out.write_all(&key.to_le_bytes())?;
            self.out.write_all(&number.to_le_bytes())?;
            self.out.write_all(&(claim_id.len() as u64).to_le_bytes())?;
            self.out.write_all(claim_id.as_bytes())?;
        }
        Ok(())
    }

    /// Ends the file; it need not be on disk: a run that was not entered is judged again.
    pub fn end(mut self) -> io::Result<()> {
        self.write()?;
        self.out.flush()
    }
}

/// Removes the names of runs that a station has left behind: what was not entered is judged again.
pub fn sweep(folder: &Path) -> io::Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.try_for_each(|entry| gone(fs::remove_file(entry?.path()))),
        Err(error) => gone(Err(error)),
    }
}

/// Removes the names of a run that were entered, or are not to be.
pub fn forget(path: &Path) -> io::Result<()> {
    gone(fs::remove_file(path))
}

/// Returns the names that are entered with what came of a run, one by one.
///
/// There are none of a rerun, whose claims came with the run that it is of, nor where nothing was judged.
pub fn to_enter(
    layout: &Layout,
    run: &Run,
    decision: &Decision,
) -> Result<impl Iterator<Item = Result<ClaimName, ledger::Error>> + use<>, ledger::Error> {
    let has_names = run.part == Part::Whole && decision.judged.is_some();
    let names = has_names.then(|| names(&layout.names(run.number))).transpose();
    Ok(names.map_err(ledger::Error::Source)?.into_iter().flatten())
}

fn names(path: &Path) -> io::Result<impl Iterator<Item = Result<ClaimName, ledger::Error>> + use<>> {
    let mut file = BufReader::new(File::open(path)?);
    Ok(std::iter::from_fn(move || next_name(&mut file).map_err(ledger::Error::Source).transpose()))
}

fn next_name(file: &mut BufReader<File>) -> io::Result<Option<ClaimName>> {
    let mut head = [0; 24];
    match file.read(&mut head[..1])? {
        0 => return Ok(None),
        _ => file.read_exact(&mut head[1..])?,
    }
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&head[at..at + 8]);
        word
    };
    let mut claim_id = String::new();
    file.take(u64::from_le_bytes(word(16))).read_to_string(&mut claim_id)?;
    Ok(Some(ClaimName { number: u64::from_le_bytes(word(8)), claim_id, key: i64::from_le_bytes(word(0)) }))
}
