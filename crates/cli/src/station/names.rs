//! What claims are known again by: a claim that came before, in another submission, has the same name.
//!
//! A worker writes the names of a file's claims down while it looks at the file, and the station enters them with what came of the run.
//! Names are hashes, so the ledger learns nothing of accepted claims from them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use claims::cents_of;
use edits::text_of;
use intake::gone;
use ledger::{ClaimName, Decision, Part, Run, Usage};
use x12::{Event, Segment, SegmentId};

use super::layout::Layout;

/// Names that are gathered and sorted before they are written: sorted, they are entered faster.
const SORTED: usize = 1 << 16;

const CLM: SegmentId = SegmentId::new(b"CLM");
const DTP: SegmentId = SegmentId::new(b"DTP");
const HL: SegmentId = SegmentId::new(b"HL");
const NM1: SegmentId = SegmentId::new(b"NM1");

/// Gathers the names of the claims of a file.
///
/// A claim is known by partner and usage, CLM01, the NPI of the billing provider, the first day of service, and what it charges.
pub struct Names<'a> {
    partner: &'a str,
    usage: Usage,
    out: BufWriter<File>,
    gathered: Vec<ClaimName>,
    count: u64,
    /// NM109 of the billing provider. Source: 005010X222A1, 005010X223A2 and 005010X224A2, loop 2010AA.
    npi: &'a [u8],
    claim: Option<Open<'a>>,
}

/// The claim that is gone through.
struct Open<'a> {
    claim_id: &'a [u8],
    charge: &'a [u8],
    /// The first day, as CCYYMMDD, of the services or of an institutional statement.
    first_day: Option<&'a [u8]>,
}

impl<'a> Names<'a> {
    /// Begins with a file at `path`, which is made anew.
    pub fn begin(path: &Path, partner: &'a str, usage: Usage) -> io::Result<Names<'a>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Whoever was killed over it may still be writing to the other one.
        gone(fs::remove_file(path))?;
        let out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
        Ok(Names { partner, usage, out, gathered: Vec::new(), count: 0, npi: &[], claim: None })
    }

    /// Takes the next event of the file.
    pub fn event(&mut self, event: &Event<'a>) -> io::Result<()> {
        match event {
            Event::Body(id, segment) => self.segment(*id, *segment),
            Event::SetBegin(_) | Event::SetEnd(_) => {
                self.end_claim()?;
                self.npi = &[];
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn segment(&mut self, id: SegmentId, segment: Segment<'a>) -> io::Result<()> {
        match id {
            CLM => {
                self.end_claim()?;
                let [claim_id, charge] = segment.first_elements();
                self.claim = Some(Open { claim_id, charge, first_day: None });
            }
            HL => {
                self.end_claim()?;
                if segment.element(3) == b"20" {
                    self.npi = &[];
                }
            }
            NM1 if self.claim.is_none() && segment.element(1) == b"85" => self.npi = segment.element(9),
            DTP => {
                if let (Some(claim), [b"472" | b"434", _, days]) = (&mut self.claim, segment.first_elements())
                {
                    let day = days.get(..8).unwrap_or(days);
                    claim.first_day = Some(claim.first_day.map_or(day, |first| first.min(day)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_claim(&mut self) -> io::Result<()> {
        let Some(claim) = self.claim.take() else { return Ok(()) };
        self.count += 1;
        if claim.claim_id.is_empty() {
            return Ok(());
        }
        let (claim_id, key) = (text_of(claim.claim_id), self.key(&claim));
        self.gathered.push(ClaimName { number: self.count, claim_id, key });
        if self.gathered.len() < SORTED { Ok(()) } else { self.write() }
    }

    fn key(&self, claim: &Open<'_>) -> i64 {
        let charge = cents_of(claim.charge).map(i64::to_be_bytes);
        let charge = charge.as_ref().map_or(claim.charge, |cents| &cents[..]);
        let first_day = claim.first_day.unwrap_or_default();
        let usage = self.usage.as_str().as_bytes();
        let mut hasher = blake3::Hasher::new();
        for part in [self.partner.as_bytes(), usage, claim.claim_id, self.npi, first_day, charge] {
            // With its length in front, no part can take bytes of its neighbour.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut key = [0; 8];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        i64::from_le_bytes(key)
    }

    fn write(&mut self) -> io::Result<()> {
        self.gathered.sort_by_key(|name| name.key);
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
        self.end_claim()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use x12::{Limits, Reader};

    fn named(file: &str, partner: &str, usage: Usage) -> Vec<ClaimName> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names/1");
        let mut gathered = Names::begin(&path, partner, usage).unwrap();
        let mut reader = Reader::new(file.as_bytes(), Limits::default());
        while let Some(event) = reader.next() {
            drop(reader.take_faults());
            gathered.event(&event).unwrap();
        }
        gathered.end().unwrap();
        let mut names: Vec<ClaimName> = names(&path).unwrap().map(Result::unwrap).collect();
        names.sort_by_key(|name| name.number);
        names
    }

    #[test]
    fn a_claim_is_known_again_by_what_names_it() {
        let path = format!("{}/../../samples/one-of-two/in.837", env!("CARGO_MANIFEST_DIR"));
        let file = fs::read_to_string(path).unwrap();
        let first = named(&file, "pine", Usage::Production);
        let ids: Vec<_> = first.iter().map(|name| (name.number, name.claim_id.as_str())).collect();
        assert_eq!(ids, [(1, "OOT-1"), (2, "OOT-2")]);
        let keys = |file: &str| {
            let names = named(file, "pine", Usage::Production);
            names.iter().zip(&first).map(|(name, first)| name.key == first.key).collect::<Vec<_>>()
        };
        // Control numbers, other dates and how an amount is written make no other claim.
        let same = file.replace("000000101", "000000102").replace("*107*", "*107.00*");
        assert_eq!(keys(&same), [true, true]);
        assert_eq!(keys(&file.replace("CLM*OOT-1*", "CLM*OOT-9*")), [false, true]);
        assert_eq!(keys(&file.replace("CLM*OOT-2*113.5", "CLM*OOT-2*113.6")), [true, false]);
        assert_eq!(keys(&file.replace("*XX*2000001018", "*XX*2000001026")), [false, false]);
        assert_eq!(keys(&file.replace("20251014", "20251015")), [false, false]);
        assert_ne!(named(&file, "oak", Usage::Production)[0].key, first[0].key);
        assert_ne!(named(&file, "pine", Usage::Test)[0].key, first[0].key);
    }
}
