//! What claims are known again by: a claim that came before, in another submission, has the same name.
//!
//! A worker writes the names of a file's claims down when it has judged them, and the station enters them with what came of the run.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::iter;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use intake::gone;
use ledger::{ClaimName, Decision, Part, Run};

use super::layout::Layout;

/// Names that are gathered and sorted before they are written as a block.
const SORTED: usize = 1 << 16;

/// The names of the claims of a file, on their way to the ledger, which enters them in the order of their keys: what stands beside each other is found and written together.
pub struct Names {
    out: File,
    gathered: Vec<ClaimName>,
    /// The block that is written.
    block: Vec<u8>,
}

impl Names {
    /// Begins with a file at `path`, which is made anew.
    pub fn begin(path: &Path) -> io::Result<Names> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Whoever was killed over it may still be writing to the other one.
        gone(fs::remove_file(path))?;
        let out = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Names { out, gathered: Vec::new(), block: Vec::new() })
    }

    /// Adds a name.
    pub fn add(&mut self, name: ClaimName) -> io::Result<()> {
        self.gathered.push(name);
        if self.gathered.len() < SORTED { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        self.gathered.sort_unstable_by_key(|name| (name.key, name.number));
        self.block.clear();
        for ClaimName { number, claim_id, key } in self.gathered.drain(..) {
            self.block.extend_from_slice(&key.to_le_bytes());
            self.block.extend_from_slice(&number.to_le_bytes());
            self.block.extend_from_slice(&(claim_id.len() as u64).to_le_bytes());
            self.block.extend_from_slice(claim_id.as_bytes());
        }
        self.out.write_all(&(self.block.len() as u64).to_le_bytes())?;
        self.out.write_all(&self.block)
    }

    /// Ends the file; it need not be on disk: a run that was not entered is judged again.
    pub fn end(mut self) -> io::Result<()> {
        self.write()
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

/// Merges the blocks of a file.
fn names(path: &Path) -> io::Result<impl Iterator<Item = Result<ClaimName, ledger::Error>> + use<>> {
    let mut blocks = blocks_of(File::open(path)?)?;
    let mut first_of_each = BinaryHeap::new();
    for (block, rest) in blocks.iter_mut().enumerate() {
        first_of_each.extend(next_name(rest)?.map(|name| first_of(block, name)));
    }
    Ok(iter::from_fn(move || {
        let Reverse((key, number, block, claim_id)) = first_of_each.pop()?;
        let next = next_name(&mut blocks[block]).map_err(ledger::Error::Source);
        let added = next.map(|next| first_of_each.extend(next.map(|name| first_of(block, name))));
        Some(added.map(|()| ClaimName { number, claim_id, key }))
    }))
}

/// The first name of a block that was not taken yet: its key, its number, the block and its CLM01.
type First = Reverse<(i64, u64, usize, String)>;

fn first_of(block: usize, ClaimName { number, claim_id, key }: ClaimName) -> First {
    Reverse((key, number, block, claim_id))
}

/// What is left of a block.
struct Block {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Block {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let length = into.len().min(left);
        let read = self.file.read_at(&mut into[..length], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn blocks_of(file: File) -> io::Result<Vec<BufReader<Block>>> {
    let (length, file) = (file.metadata()?.len(), Arc::new(file));
    let (mut blocks, mut at) = (Vec::new(), 0);
    while at < length {
        let mut bytes = [0; 8];
        file.read_exact_at(&mut bytes, at)?;
        at += bytes.len() as u64;
        let end = at.saturating_add(u64::from_le_bytes(bytes));
        blocks.push(BufReader::new(Block { file: Arc::clone(&file), at, end }));
        at = end;
    }
    Ok(blocks)
}

fn next_name(block: &mut BufReader<Block>) -> io::Result<Option<ClaimName>> {
    if block.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut words = [[0; 8]; 3];
    words.iter_mut().try_for_each(|word| block.read_exact(word))?;
    let [key, number, length] = words;
    let mut claim_id = String::new();
    block.take(u64::from_le_bytes(length)).read_to_string(&mut claim_id)?;
    Ok(Some(ClaimName { number: u64::from_le_bytes(number), claim_id, key: i64::from_le_bytes(key) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_entered_in_the_order_of_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names/1");
        let mut random = fastrand::Rng::with_seed(7);
        let name = |number: u64, key: i64| ClaimName { number, claim_id: format!("C{number}"), key };
        let mut added: Vec<ClaimName> = (1..=200).map(|number| name(number, random.i64(-50..50))).collect();
        let mut names = Names::begin(&path).unwrap();
        for (index, name) in added.iter().enumerate() {
            names.add(name.clone()).unwrap();
            if index % 30 == 29 {
                names.write().unwrap();
            }
        }
        names.end().unwrap();
        added.sort_by_key(|name| (name.key, name.number));
        assert_eq!(super::names(&path).unwrap().map(Result::unwrap).collect::<Vec<_>>(), added);
    }
}
