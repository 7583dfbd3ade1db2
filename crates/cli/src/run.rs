//! One input through the core, from bytes to a folder of outputs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use batch::{Done, Failed};
use claims::Counted;
use crosswalk::Crosswalk;
use edits::Judge;
use intake::{Folder, Input};
use rayon::{ThreadPool, ThreadPoolBuilder};
use responses::{
    Acknowledgement, Acknowledging, NameEntry, Naming, OutputFile, RunFacts, SUMMARY_FILE_NAME, Store,
    Stream, SummaryFacts, SummaryFault, Timing, Totals, Unfinished, Wanted, next_name, run_hash, summary,
};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::foreign;
use crate::inputs::Source;
use crate::keeper::RunNotes;
use crate::progress::Progress;
use crate::reports;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::store::FileStore;

/// Bytes of names that are gone through at a time.
const NAMES_BYTES: u64 = 1 << 20;

/// What all inputs of a command share.
pub struct Run<'r> {
    /// The lists.
    pub crosswalk: &'r Crosswalk,
    /// What is configured.
    pub settings: &'r Settings,
    /// The moment that outputs carry.
    pub stamp: Stamp,
    /// What accepted claims' control numbers count up from.
    pub control_number: Option<u64>,
    /// What control numbers of replies count up from; without one they come from the stamp and the file.
    pub reply_number: Option<u64>,
    /// By what claims are known again, where somebody remembers them.
    pub naming: Option<Naming>,
    /// Bytes of a block.
    pub block_bytes: usize,
    /// Whether to show no progress.
    pub quiet: bool,
}

/// Where outputs go.
#[derive(Clone, Copy)]
pub struct Target<'t> {
    /// The folder of the outputs; without one, outputs have no names.
    pub place: Option<&'t Path>,
    /// Whether an earlier folder is replaced.
    pub replace: bool,
    /// Whether to wait until the outputs are on disk.
    pub sync: bool,
}

/// An input that went through, its outputs not yet shown.
pub struct Ran {
    /// Name of the input.
    pub input_name: String,
    /// Bytes of the input.
    pub bytes: u64,
    /// What the reader counted.
    pub counted: Counted,
    /// What the verdicts add up to.
    pub totals: Totals,
    /// Faults that belong to no interchange.
    pub faults: Vec<SummaryFault>,
    /// Whether anything was cut off or unreadable.
    pub cut_off: bool,
    /// The files, without the summary.
    pub files: Vec<OutputFile>,
    store: FileStore,
    /// The folder of the outputs, if there is one.
    pub place: Option<PathBuf>,
    folder: Option<Folder>,
}

/// Makes the workers; 0 threads are one a processor.
pub fn pool(threads: usize) -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
        Failure::usage(format!("cannot start {threads} threads: {error}"), "choose fewer with --threads")
    })
}

impl Run<'_> {
    /// Judges and splits one input.
    pub fn one(&self, source: &Source, target: Target<'_>) -> Result<Ran, Failure> {
        let folder = target.place.map(begin_folder).transpose()?;
        let spool = folder.as_ref().map_or_else(spool_folder, |folder| Ok(folder.path().to_owned()))?;
        let input = open(source, &spool, self.settings.file_bytes_max)?;
        let mut store = FileStore::new(folder.as_ref().map(Folder::path), &spool);
        let reports = reports::forms(&self.settings.reports);
        let acknowledging = Some(self.acknowledging());
        let facts = self.settings.facts.then_some(self.settings.channel);
        let wanted = Wanted {
            results: self.settings.results,
            reports,
            annotated: None,
            acknowledging,
            facts,
            names: self.naming.clone(),
        };
        if facts.is_some() {
            self.begin_to_keep(source, &input, &mut store)?;
        }
        let mut done = self.judge(source, &input, wanted, &mut store)?;
        let kept = store.end_keeping().map_err(|error| unwritable(source, &error))?;
        done.finished.files.extend(kept);
        let faults: Vec<SummaryFault> =
            done.faults.iter().map(|fault| SummaryFault::of(input.bytes(), fault)).collect();
        let mut files = done.finished.files;
        reports::add_documents(self, &mut store, &mut files)?;
        Ok(Ran {
            input_name: source.name(),
            bytes: input.bytes().len() as u64,
            cut_off: !faults.is_empty() || done.finished.totals.cut_offs > 0,
            counted: done.counted,
            totals: done.finished.totals,
            files,
            faults,
            store,
            place: target.place.map(Path::to_owned),
            folder,
        })
    }

    /// Begins to keep claims, whose rows name the input by its hash.
    fn begin_to_keep(&self, source: &Source, input: &Input, store: &mut FileStore) -> Result<(), Failure> {
        let run = RunNotes {
            file_hash: blake3::Hasher::new().update_rayon(input.bytes()).finalize(),
            channel: self.settings.channel.as_str(),
            notes: &[
                ("schema", "claimgate.facts.v1"),
                ("snapshot", self.crosswalk.id()),
                ("profile", &self.settings.profile.name),
                ("version", crate::version::SHORT),
            ],
        };
        store.begin_to_keep(&run).map_err(|error| unwritable(source, &error))
    }

    /// Judges the claims of an opened input; what is wanted grows in `store`.
    pub fn judge<'i>(
        &'i self,
        source: &Source,
        input: &'i Input,
        wanted: Wanted,
        store: &mut (dyn Store + Send),
    ) -> Result<Done<'i>, Failure> {
        let progress = Progress::begin(input, &source.name(), self.quiet);
        let (stamp, input_name) = (self.stamp.text(), source.name());
        let facts = RunFacts {
            crosswalk: self.crosswalk,
            stamp: &stamp,
            today: self.stamp.day(),
            channel: self.settings.channel,
            input_name: &input_name,
            version: crate::version::SHORT,
        };
        let done = batch::process(input.bytes(), &self.options(wanted), facts, store, &progress);
        progress.end();
        done.map_err(|failed| failure(source, input.bytes(), failed))
    }

    /// Writes the summary.
    pub fn finish(&self, ran: &mut Ran, timing: Timing) -> Result<(), Failure> {
        let hash = run_hash(&ran.files);
        let bytes = summary(&SummaryFacts {
            inputs: std::slice::from_ref(&ran.input_name),
            failed_inputs: &[],
            bytes: ran.bytes,
            counted: &ran.counted,
            totals: &ran.totals,
            faults: &ran.faults,
            crosswalk: self.crosswalk,
            stamp: &self.stamp.text(),
            today: self.stamp.day(),
            channel: self.settings.channel.as_str(),
            profile: &self.settings.profile.name,
            files: &ran.files,
            run_hash: &hash,
            timing,
            version: crate::version::SHORT,
        });
        let parts = [responses::Part::Bytes(bytes)];
        ran.store
            .assemble(SUMMARY_FILE_NAME, &parts)
            .map(drop)
            .map_err(|error| Failure::io("cannot write", Path::new(SUMMARY_FILE_NAME), &error))
    }

    /// Leaves the control numbers behind that the accepted claims of an input can have, and its acknowledgements.
    ///
    /// There is one for every unit that was read, whether or not it was accepted: which number an input begins with does not depend on verdicts.
    pub fn count_on(&mut self, counted: &Counted) {
        let most = counted.interchanges.max(counted.groups).max(counted.transaction_sets);
        self.control_number = self.control_number.map(|number| number.saturating_add(most));
        let replies = counted.interchanges.saturating_mul(Acknowledgement::ALL.len() as u64);
        self.reply_number = self.reply_number.map(|number| number.saturating_add(replies));
    }

    /// Returns what acknowledgements carry.
    fn acknowledging(&self) -> Acknowledging {
        let claim_ack_277ca = self.settings.claim_ack_277ca;
        Acknowledging { moment: self.stamp.moment(), claim_ack_277ca, control_number: self.reply_number }
    }

    /// Returns how a file is processed.
    pub fn options(&self, wanted: Wanted) -> batch::Options<'_> {
        let judge = Judge {
            crosswalk: self.crosswalk,
            profile: &self.settings.profile,
            channel: self.settings.channel,
            today: self.stamp.day(),
        };
        batch::Options {
            judge,
            wanted,
            control_number: self.control_number,
            limits: self.settings.limits,
            block_bytes: self.block_bytes,
        }
    }
}

fn begin_folder(place: &Path) -> Result<Folder, Failure> {
    Folder::begin(place).map_err(|error| match Failure::io("cannot make folder", place, &error) {
        // What is wrong is where the outputs are to go, not the input.
        failure if failure.exit == Exit::Unreadable => Failure { exit: Exit::Usage, ..failure },
        failure => failure,
    })
}

/// Returns the folder of files without names, where there is no folder of outputs for them.
///
/// Errors: none can be made there; that is told even if none will be needed, since that depends on the size of the input.
pub fn spool_folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir();
    let Err(error) = tempfile::tempfile_in(&folder) else { return Ok(folder) };
    // The error names a file that nobody has asked for.
    let failure = Failure::io("cannot make temporary files in", &folder, &error.kind().into());
    if failure.exit != Exit::Unreadable {
        return Err(failure);
    }
    Err(Failure::usage(failure.message, "set TMPDIR to a folder that is there and can be written to"))
}

/// Opens an input of no more than `bytes_max`; a copy, where one is needed, goes to `spool`.
///
/// Errors: it cannot be read, is too large, or is something else than X12.
pub fn open(source: &Source, spool: &Path, bytes_max: Option<u64>) -> Result<Input, Failure> {
    let (opened, path) = match source {
        Source::Stdin => (Input::spool(io::stdin().lock(), spool, bytes_max), Path::new("standard input")),
        Source::File(path) | Source::Kept { path, .. } => {
            (Input::open(path, spool, bytes_max), path.as_path())
        }
    };
    let input = opened.map_err(|error| Failure::io("cannot read", path, &error))?;
    foreign::look(&source.place(), input.bytes())?;
    Ok(input)
}

fn unwritable(source: &Source, error: &io::Error) -> Failure {
    Failure::io("cannot write outputs of", Path::new(&source.place()), error)
}

/// Says why an input has no outputs.
pub fn failure(source: &Source, file: &[u8], failed: Failed<'_>) -> Failure {
    let name = source.place();
    match failed {
        Failed::Unreadable(fault) => {
            let about = edits::about_fault(fault.kind);
            let byte = x12::offset_in(file, fault.place);
            let message = format!("{name}: byte {byte}: {} ({})", about.title, about.code);
            Failure { class: about.code, ..Failure::unreadable(message, about.remedy) }
        }
        Failed::Disturbed => Failure {
            exit: Exit::TryLater,
            class: "being_written",
            message: format!("{name}: somebody began to write to it while it was read"),
            hint: Some("wait until it is written, and run it again; there are no outputs".to_owned()),
        },
        Failed::Unfinished(Unfinished::Io(error)) => unwritable(source, &error),
        Failed::Unfinished(Unfinished::Imbalance(imbalance)) => Failure {
            exit: Exit::Fault,
            class: "imbalance",
            message: format!(
                "{name}: {} differ: {} against {}, {} against {} cents; there are no outputs",
                imbalance.between,
                imbalance.expected.claims,
                imbalance.found.claims,
                imbalance.expected.charge_cents,
                imbalance.found.charge_cents
            ),
            hint: Some("this is a fault of claimgate; keep the input and report it".to_owned()),
        },
    }
}

impl Ran {
    /// Goes through the names of the claims, which were wanted.
    pub fn each_name(&mut self, mut take: impl FnMut(NameEntry<'_>) -> io::Result<()>) -> io::Result<()> {
        let length = self.store.length(Stream::Names);
        let (mut at, mut entries) = (0, Vec::new());
        while at < length {
            let end = length.min(at + NAMES_BYTES);
            entries.append(&mut self.store.read(Stream::Names, at..end)?);
            at = end;
            let mut rest = entries.as_slice();
            while let Some(entry) = next_name(&mut rest) {
                take(entry)?;
            }
            // What is no whole entry goes on with what follows.
            let read = entries.len() - rest.len();
            entries.drain(..read);
        }
        if entries.is_empty() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Opens one of the files before they are shown; `None` if there is none of that name.
    pub fn open(&mut self, name: &str) -> io::Result<Option<File>> {
        self.store.open(name)
    }

    /// Adds a file that is made of the finished ones, which lie in the folder that `write` is given.
    ///
    /// They have a summary by then, which is to be written again.
    pub fn add(
        &mut self,
        name: &str,
        write: impl FnOnce(&Path, File) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::io("cannot write", Path::new(name), &error);
        let Some(folder) = self.folder.as_ref().map(|folder| folder.path().to_owned()) else { return Ok(()) };
        let mut written = Ok(());
        let added = self.store.add::<io::Error>(name, |file| {
            written = write(&folder, file.try_clone()?);
            Ok(())
        });
        written?;
        self.files.push(added.map_err(failed)?);
        Ok(())
    }

    /// Takes the summary back, to be written again.
    pub fn reopen(&mut self) -> Result<(), Failure> {
        let removed = self.store.remove(SUMMARY_FILE_NAME);
        removed.map_err(|error| Failure::io("cannot remove", Path::new(SUMMARY_FILE_NAME), &error))
    }

    /// Shows the folder of the outputs.
    pub fn publish(&mut self, target: Target<'_>) -> Result<(), Failure> {
        let (Some(folder), Some(place)) = (self.folder.take(), target.place) else { return Ok(()) };
        folder
            .publish(target.replace, target.sync)
            .map(drop)
            .map_err(|error| Failure::io("cannot show outputs in", place, &error))
    }
}
