//! `claimgate worker`: judges for a station, in a process of its own.
//!
//! Jobs come in on standard input and answers go out on standard output, one line each; it ends with its input.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use clap::Args;
use crosswalk::Crosswalk;
use edits::{LEFT_AS_IT_WAS, REJECTED_BY_HAND, Severity, text_of};
use ledger::{ClaimName, Usage};
use rayon::ThreadPool;
use responses::{Acknowledgement, NameEntry, Naming, Results, Timing};
use rustix::process::{Resource, Rlimit, setrlimit};
use x12::{Event, Reader, Segment};

use super::diff::rerun;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::Source;
use crate::lists::ListArgs;
use crate::run::{Ran, Run, Target};
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::job::{Answer, Isa, Job, READY, Tries, Words};
use crate::station::names::Names;
use crate::station::{Layout, Owner};
use crate::stdout;

/// Arguments of `worker`.
#[derive(Args, Debug)]
pub struct WorkerArgs {
    /// Folder of the station
    #[arg(long, value_name = "DIR")]
    pub station: PathBuf,
    /// Folder of kept releases
    #[arg(long, value_name = "DIR")]
    pub crosswalk: Option<PathBuf>,
}

/// What every job is done with.
struct Bench {
    layout: Layout,
    settings: Settings,
    crosswalk: Crosswalk,
    crosswalk_ms: u64,
    pool: ThreadPool,
}

/// The run that is tried; what is noted of it is taken back if the station goes away meanwhile.
type Busy = Arc<Mutex<Option<i64>>>;

/// Judges until there are no more jobs.
pub fn run(args: &WorkerArgs, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::load(global.config.as_deref(), None)?;
    // What was not accepted is entered in the ledger from the results.
    if settings.results == Results::None {
        settings.results = Results::Findings;
    }
    confine(settings.station.worker_mebibytes_max)?;
    let loading = Instant::now();
    let lists = ListArgs { crosswalk: args.crosswalk.clone(), ..ListArgs::default() };
    let (crosswalk, _) = lists.load(&settings.desk)?;
    let pool = crate::run::pool(settings.threads)?;
    let layout = Layout::at(args.station.clone());
    let bench = Bench { layout, settings, crosswalk, crosswalk_ms: millis(loading), pool };
    stdout::write(format!("{READY}\n").as_bytes())?;
    let busy = Busy::default();
    for line in lines(&busy, &bench.layout) {
        let job: Job = serde_json::from_str(&line).map_err(|error| Failure::internal(error.to_string()))?;
        let noted = {
            // Whoever takes the note back waits until it is there.
            let mut busy = held(&busy);
            *busy = Some(job.run);
            Tries(&bench.layout.tries(job.run)).begin()
        };
        // Without the note, a file that ends its process would be tried for ever.
        let judge = || if noted.is_ok() { bench.answer(&job) } else { Answer::TryLater("note".to_owned()) };
        // Nothing is looked at after a panic, so nothing can be seen half done.
        let answer = catch_unwind(AssertUnwindSafe(judge));
        let answer = answer.unwrap_or_else(|_| Answer::Fault("panic".to_owned()));
        {
            let mut busy = held(&busy);
            *busy = None;
            if !matches!(answer, Answer::Fault(_)) {
                // Whatever becomes of the answer, the file has ended nobody.
                let _ = Tries(&bench.layout.tries(job.run)).take_back();
            }
        }
        let mut line = serde_json::to_vec(&answer).map_err(|error| Failure::internal(error.to_string()))?;
        line.push(b'\n');
        stdout::write(&line)?;
    }
    Ok(Exit::Done)
}

/// Bounds what a file can make this process take, and writes no image of its memory, which holds health data.
fn confine(mebibytes_max: u64) -> Result<(), Failure> {
    let bound = |bytes: u64| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    setrlimit(Resource::Core, bound(0))
        .and_then(|()| setrlimit(Resource::Data, bound(mebibytes_max.saturating_mul(1 << 20))))
        .map_err(|error| Failure::internal(format!("cannot bound the memory of a worker: {error}")))
}

/// Reads jobs line by line; where the input ends in the middle of a job, the process does too.
fn lines(busy: &Busy, layout: &Layout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let (busy, layout) = (Arc::clone(busy), layout.clone());
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
        if let Some(run) = *held(&busy) {
            // The station is gone, and the file is not why this try ends.
            let _ = Tries(&layout.tries(run)).take_back();
            intake::abandon();
            process::exit(0);
        }
    });
    receiver
}

fn held(busy: &Busy) -> MutexGuard<'_, Option<i64>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bench {
    fn answer(&self, job: &Job) -> Answer {
        self.judge(job).unwrap_or_else(|failure| {
            let told = failure.class.starts_with("X12") || ["gzip", "zip", "utf_32"].contains(&failure.class);
            match failure.exit {
                // What goes to a log names no file, since that may say who was ill.
                Exit::TryLater => Answer::TryLater(failure.class.to_owned()),
                Exit::Unreadable if told => Answer::Unreadable(Words {
                    what: failure.message,
                    hint: failure.hint.unwrap_or_default(),
                }),
                _ => Answer::Fault(failure.class.to_owned()),
            }
        })
    }

    fn judge(&self, job: &Job) -> Result<Answer, Failure> {
        let began = Instant::now();
        let source = Source::Kept { path: job.input.clone(), name: job.name.clone().into() };
        let input = crate::run::open(&source, self.layout.root(), None)?;
        if let Some(wanted) = numbers_wanted(interchanges_max(input.bytes()), job) {
            return Ok(wanted);
        }
        drop(input);
        let stamp = Stamp::parse(&job.stamp).map_err(Failure::internal)?;
        let settings = self.settings_for(job);
        let run = Run {
            crosswalk: &self.crosswalk,
            settings: &settings,
            stamp,
            control_number: job.control_number,
            reply_number: job.reply_numbers.map(|(first, _)| first),
            naming: Some(Naming::new(&job.partner, usage_of(job).as_str())),
            block_bytes: batch::block_bytes(self.pool.current_num_threads()),
            quiet: true,
        };
        let place = self.layout.outputs(job.run);
        // The station waits for the disk, for many runs at once.
        let target = Target { place: Some(&place), replace: true, sync: false };
        let mut ran = self.pool.install(|| run.one(&source, target))?;
        let interchanges = self.names(&mut ran, job)?;
        if let Some(wanted) = numbers_wanted(interchanges.len(), job) {
            return Ok(wanted);
        }
        let is_of_both = ["P", "T"].iter().all(|usage| interchanges.iter().any(|isa| isa.usage == *usage));
        let mut found = interchanges.iter().map(|isa| misaddressed(isa, job, is_of_both)).enumerate();
        if let Some((position, (note, words))) = found.find_map(|(at, found)| Some((at, found?))) {
            return Ok(Answer::Misaddressed { interchanges, position, note: note.to_owned(), words });
        }
        let threads = self.pool.current_num_threads();
        let timing = Timing { crosswalk_ms: self.crosswalk_ms, run_ms: millis(began), threads };
        run.finish(&mut ran, timing)?;
        if let Some(parent) = job.parent {
            self.compare(parent, &mut ran)?;
            run.finish(&mut ran, timing)?;
        }
        ran.publish(target)?;
        let usage = usage_of(job);
        let Job { run: number, partner, parent, name: sent, .. } = job;
        let owner = Owner { run: *number, partner, is_rerun: parent.is_some(), usage, sent };
        let owed = owner
            .fill_outbox(&self.layout)
            .map_err(|error| Failure::io("cannot fill outbox", &self.layout.outbox(job.run), &error))?;
        Ok(Answer::Judged { interchanges, owed })
    }
}

impl Bench {
    /// Returns the settings that a job is done with.
    fn settings_for(&self, job: &Job) -> Cow<'_, Settings> {
        if job.parent.is_none() {
            return Cow::Borrowed(&self.settings);
        }
        // What is accepted by now is compared too.
        let mut settings = Settings { results: Results::All, ..self.settings.clone() };
        if let Some(by_hand) = &job.by_hand {
            settings.profile.by_hand = Some(by_hand.of_profile());
            // No configuration makes less of what somebody has decided.
            let severities = &mut settings.profile.severities;
            severities.remove(REJECTED_BY_HAND);
            let left_as = if by_hand.is_of_rejected { Severity::Reject } else { Severity::Hold };
            severities.insert(LEFT_AS_IT_WAS.to_owned(), left_as);
        }
        Cow::Owned(settings)
    }

    /// Returns the ISA of every interchange, and writes down by what the claims of the file are known again.
    fn names(&self, ran: &mut Ran, job: &Job) -> Result<Vec<Isa>, Failure> {
        let path = self.layout.names(job.run);
        let failed = |error: io::Error| Failure::io("cannot write", &path, &error);
        // The claims of a rerun came with the run that it is of.
        let mut names = match job.parent {
            None => Some(Names::begin(&path).map_err(failed)?),
            Some(_) => None,
        };
        let mut interchanges = Vec::new();
        let gone_through = ran.each_name(|entry| {
            match (entry, &mut names) {
                (NameEntry::Interchange(isa), _) => {
                    // Faults are told where the file is judged.
                    if let Some(Event::InterchangeBegin(isa)) = Reader::new(isa, self.settings.limits).next()
                    {
                        interchanges.push(isa_of(isa));
                    }
                }
                (NameEntry::Claim { number, key, claim_id }, Some(names)) => {
                    names.add(ClaimName { number, claim_id: text_of(claim_id), key })?;
                }
                (NameEntry::Claim { .. }, None) => {}
            }
            Ok(())
        });
        gone_through.and_then(|()| names.map_or(Ok(()), Names::end)).map_err(failed)?;
        Ok(interchanges)
    }

    /// Adds what a rerun judges otherwise than the run that its claims come from; the summary is to be written again.
    fn compare(&self, parent: i64, ran: &mut Ran) -> Result<(), Failure> {
        let parent = self.layout.outputs(parent);
        for form in rerun::FORMS {
            let name = format!("{}.{form}", rerun::STEM);
            ran.add(&name, |outputs, file| rerun::write(&parent, outputs, form, file))?;
        }
        ran.reopen()
    }
}

/// Returns how many interchanges a file may have, at most: fewer where ISA stands for something else, more only where its terminator is a letter or a digit.
fn interchanges_max(file: &[u8]) -> usize {
    let stands_alone = |&at: &usize| {
        let neighbours = [at.checked_sub(1), Some(at + 3)].map(|at| at.and_then(|at| file.get(at)));
        neighbours.into_iter().flatten().all(|byte| !byte.is_ascii_alphanumeric())
    };
    memchr::memmem::find_iter(file, b"ISA").filter(stands_alone).count()
}

/// Asks for more control numbers, if the replies to so many interchanges need more than a job has.
fn numbers_wanted(interchanges: usize, job: &Job) -> Option<Answer> {
    let wanted = interchanges as u64 * Acknowledgement::ALL.len() as u64;
    let (_, count) = job.reply_numbers?;
    (count < wanted).then_some(Answer::NumbersWanted(wanted))
}

/// Returns what the claims of a job are for.
fn usage_of(job: &Job) -> Usage {
    if job.is_test { Usage::Test } else { Usage::Production }
}

fn isa_of(isa: Segment<'_>) -> Isa {
    let element = |position| String::from_utf8_lossy(isa.element(position).trim_ascii()).into_owned();
    Isa {
        sender: element(6),
        receiver: element(8),
        control_number: element(13),
        usage: element(15),
        // With its terminator it can be read again, alone.
        bytes: [isa.bytes, &[isa.delimiters.segment]].concat(),
    }
}

/// Says why an interchange does not fit the folder that it came through: as TA105, and in words.
///
/// A file that `is_of_both` usages fits neither folder.
///
/// Source: X12.5, TA105, notes 006, 008 and 020.
fn misaddressed(isa: &Isa, job: &Job, is_of_both: bool) -> Option<(&'static str, Words)> {
    let Isa { sender, receiver, control_number, usage, .. } = isa;
    let told = |note, what: &str, hint: &str| {
        let what = format!("Interchange {control_number}: {what} (TA105 {note}).");
        Some((note, Words { what, hint: hint.to_owned() }))
    };
    if !job.sender_ids.contains(sender) {
        let hint = "Send as the sender that was agreed on, or have the operators add the other.";
        return told("006", "the sender (ISA06) is none that is known for this folder", hint);
    }
    if !job.receiver_ids.is_empty() && !job.receiver_ids.contains(receiver) {
        let hint = "Send to the receiver that was agreed on.";
        return told("008", "the receiver (ISA08) is not the one that this folder is for", hint);
    }
    match (usage.as_str(), job.is_test) {
        ("P", true) | ("T", false) if is_of_both => {
            let hint = "Split it: what is to be paid (ISA15 P) is one file for inbound/prod, what is a test (ISA15 T) another for inbound/test.";
            told(
                "020",
                "the file has claims to be paid and claims that are a test, and no folder is for both",
                hint,
            )
        }
        ("P", true) => {
            let hint = "Put it into inbound/prod, or send it with ISA15 T.";
            told("020", "the claims are to be paid (ISA15 P), and the folder is for tests", hint)
        }
        ("T", false) => {
            let hint = "Put it into inbound/test, or send it with ISA15 P.";
            told("020", "the claims are a test (ISA15 T), and the folder is not for tests", hint)
        }
        _ => None,
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interchange_is_overlooked_where_they_are_counted_at_a_glance() {
        assert_eq!(interchanges_max(b""), 0);
        assert_eq!(interchanges_max(b"ISA"), 1);
        assert_eq!(interchanges_max(b"ISA*00~IEA*1*1~ISA|00|\nIEA|1|1\nISA*"), 3);
        assert_eq!(interchanges_max(b"ISA*00~NM1*IL*1*LISA*ISABELLA~N3*VISA WAY~"), 1);
    }
}
