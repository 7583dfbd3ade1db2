//! The processes that judge: each is begun when there is work for it, and begun again when it has died.
//!
//! They are attended by a thread of their own, and take what is next by themselves: whoever makes steps last waits for the disk, and they need not wait for that.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ledger::Run;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::job::{Answer, Job, READY};
use super::queue::{Queue, Waiting};

/// How many runs are handed back at once.
const DONE_AT_ONCE: usize = 64;

/// How long nothing is looked for that was put off.
const LATER: Duration = Duration::from_secs(1);

/// How long a worker may take to load its lists.
const START: Duration = Duration::from_mins(2);

/// How long a worker may take to end that has nothing to do.
const END: Duration = Duration::from_secs(5);

/// How workers are begun.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The program, which is this one.
    pub program: PathBuf,
    /// What its command line begins with.
    pub arguments: Vec<std::ffi::OsString>,
}

/// A job that ended.
pub struct Done {
    /// The run.
    pub run: Run,
    /// How.
    pub ended: Ended,
}

/// How a job ended.
pub enum Ended {
    /// The worker answered.
    Answered(Answer),
    /// It died over it, or had to be ended; how, in words.
    Died(&'static str),
    /// There was no worker: it did not begin, so the job was not tried.
    NotBegun,
}

/// All workers, and what they are to judge.
pub struct Workers {
    /// Tells each worker to begin anew before its next job, with the configuration and the lists of then.
    renewals: Vec<UnboundedSender<()>>,
    work: Arc<Work>,
    done: UnboundedReceiver<Done>,
    thread: JoinHandle<()>,
}

/// What is to be judged.
#[derive(Default)]
struct Work {
    open: Mutex<Open>,
    more: Notify,
}

/// The runs that are not handed back yet.
#[derive(Default)]
struct Open {
    /// Those that no worker has begun.
    queue: Queue,
    /// Their numbers, and those of the others.
    waiting: HashSet<i64>,
    begun: HashSet<i64>,
}

impl Workers {
    /// Makes places for `count` workers.
    ///
    /// Errors: there is no thread to attend them.
    pub fn new(count: usize, command: &WorkerCommand) -> io::Result<Workers> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = Arc::<Work>::default();
        let (sender, done) = unbounded_channel();
        let (mut renewals, mut places) = (Vec::new(), Vec::new());
        for slot in 0..count {
            let (renewal, receiver) = unbounded_channel();
            renewals.push(renewal);
            // One takes small files only, so that they do not wait for large ones.
            let small = slot == 0 && 1 < count;
            let place = Place { small, command: command.clone(), worker: None };
            places.push(place.attend(Arc::clone(&work), receiver, sender.clone()));
        }
        let attend = async {
            let places: Vec<_> = places.into_iter().map(tokio::spawn).collect();
            for place in places {
                let _ = place.await;
            }
        };
        let thread = thread::Builder::new().spawn(move || runtime.block_on(attend))?;
        Ok(Workers { renewals, work, done, thread })
    }

    /// Adds a run that is to be judged.
    pub fn judge(&self, waiting: Waiting) {
        let mut open = self.work.open();
        open.waiting.insert(waiting.run.number);
        open.queue.add(waiting);
        drop(open);
        self.work.more.notify_waiters();
    }

    /// Returns whether a run was added and not handed back yet.
    pub fn has(&self, run: i64) -> bool {
        let open = self.work.open();
        open.waiting.contains(&run) || open.begun.contains(&run)
    }

    /// Returns whether nothing was added that was not handed back.
    pub fn is_idle(&self) -> bool {
        let open = self.work.open();
        open.waiting.is_empty() && open.begun.is_empty()
    }

    /// Returns whether a run was begun and not handed back yet.
    pub fn is_judging(&self) -> bool {
        !self.work.open().begun.is_empty()
    }

    /// Takes back every run that was not begun.
    pub fn clear(&self) {
        let mut open = self.work.open();
        open.waiting.clear();
        open.queue = Queue::default();
    }

    /// Waits for jobs to end, and returns those that have by then; none, if nobody attends the workers any more.
    pub async fn next_done(&mut self) -> Vec<Done> {
        let mut done = Vec::new();
        self.done.recv_many(&mut done, DONE_AT_ONCE).await;
        let mut open = self.work.open();
        for Done { run, .. } in &done {
            open.begun.remove(&run.number);
        }
        done
    }

    /// Has every worker begin anew, after what it is at.
    pub fn renew(&self) {
        for renewal in &self.renewals {
            let _ = renewal.send(());
        }
    }

    /// Ends all workers, after what they are at.
    pub fn end(self) {
        drop(self.renewals);
        // Whatever ended the thread has ended the workers.
        let _ = self.thread.join();
    }
}

impl Work {
    fn open(&self) -> MutexGuard<'_, Open> {
        // What is open is whole after every change, so a panic elsewhere has not spoilt it.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the run that is next; of small files only, if `small` is set.
    async fn next(&self, small: bool) -> Waiting {
        loop {
            // What is added from here on is heard of.
            let more = self.more.notified();
            if let Some(waiting) = self.open().next(small) {
                return waiting;
            }
            let _ = timeout(LATER, more).await;
        }
    }
}

impl Open {
    fn next(&mut self, small: bool) -> Option<Waiting> {
        let waiting = self.queue.next(small, Instant::now())?;
        self.waiting.remove(&waiting.run.number);
        self.begun.insert(waiting.run.number);
        Some(waiting)
    }
}

/// Where one worker stands after the other.
struct Place {
    small: bool,
    command: WorkerCommand,
    worker: Option<Worker>,
}

/// A process that judges.
struct Worker {
    child: Child,
    jobs: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Place {
    async fn attend(
        mut self,
        work: Arc<Work>,
        mut renewals: UnboundedReceiver<()>,
        done: UnboundedSender<Done>,
    ) {
        loop {
            let Waiting { run, job, .. } = tokio::select! {
                biased;
                renewal = renewals.recv() => match renewal {
                    Some(()) => {
                        self.end().await;
                        continue;
                    }
                    None => break,
                },
                waiting = work.next(self.small) => waiting,
            };
            let ended = self.judge(&job).await;
            if !matches!(ended, Ended::Answered(_)) {
                self.kill().await;
            }
            let _ = done.send(Done { run, ended });
        }
        self.end().await;
    }

    async fn judge(&mut self, job: &Job) -> Ended {
        if self.worker.is_none() {
            match timeout(START, begin(&self.command)).await {
                Ok(Ok(worker)) => self.worker = Some(worker),
                Ok(Err(_)) | Err(_) => return Ended::NotBegun,
            }
        }
        let Some(worker) = &mut self.worker else { return Ended::NotBegun };
        match timeout(Duration::from_secs(job.deadline_seconds), worker.ask(job)).await {
            Ok(Ok(answer)) => Ended::Answered(answer),
            Ok(Err(_)) => Ended::Died("the process that judged it ended"),
            Err(_) => Ended::Died("it took too long"),
        }
    }

    /// Lets a worker end that has nothing to do.
    async fn end(&mut self) {
        if let Some(Worker { mut child, jobs, .. }) = self.worker.take() {
            // It ends with its input.
            drop(jobs);
            if timeout(END, child.wait()).await.is_err() {
                let _ = child.kill().await;
            }
        }
    }

    async fn kill(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            let _ = worker.child.kill().await;
        }
    }
}

async fn begin(command: &WorkerCommand) -> io::Result<Worker> {
    let mut child = Command::new(&command.program)
        .args(&command.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // What a terminal tells the station must not end what it judges.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let (Some(jobs), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let mut answers = BufReader::new(answers).lines();
    match answers.next_line().await? {
        Some(line) if line == READY => Ok(Worker { child, jobs, answers }),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

impl Worker {
    async fn ask(&mut self, job: &Job) -> io::Result<Answer> {
        let mut line = serde_json::to_vec(job)?;
        line.push(b'\n');
        self.jobs.write_all(&line).await?;
        let line = self.answers.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_str(&line)?)
    }
}
