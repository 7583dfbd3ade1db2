//! The processes that judge: each is begun when there is work for it, and begun again when it has died.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::job::{Answer, Job, READY};

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

/// What a worker is told.
enum Order {
    Judge(Job),
    /// Begin anew before the next job, with the configuration and the lists of then.
    Renew,
}

/// A job that ended.
pub struct Done {
    /// Which worker had it.
    pub slot: usize,
    /// The run.
    pub run: i64,
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

/// All workers.
pub struct Workers {
    orders: Vec<UnboundedSender<Order>>,
    busy: Vec<bool>,
    done: UnboundedReceiver<Done>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Makes places for `count` workers.
    pub fn new(count: usize, command: &WorkerCommand) -> Workers {
        let (sender, done) = unbounded_channel();
        let mut tasks = JoinSet::new();
        let place = |slot| {
            let (orders, receiver) = unbounded_channel();
            let place = Place { slot, command: command.clone(), worker: None };
            tasks.spawn(place.attend(receiver, sender.clone()));
            orders
        };
        let orders: Vec<_> = (0..count).map(place).collect();
        Workers { busy: vec![false; count], orders, done, tasks }
    }

    /// Returns how many there can be.
    pub fn count(&self) -> usize {
        self.busy.len()
    }

    /// Returns those that have nothing to do.
    pub fn free(&self) -> Vec<usize> {
        (0..self.count()).filter(|&slot| !self.busy[slot]).collect()
    }

    /// Gives a job to one that has nothing to do.
    pub fn judge(&mut self, slot: usize, job: Job) {
        self.busy[slot] = true;
        // The task lives as long as this.
        let _ = self.orders[slot].send(Order::Judge(job));
    }

    /// Waits for the next job to end; for ever if there is none.
    pub async fn next_done(&mut self) -> Done {
        match self.done.recv().await {
            Some(done) => {
                self.busy[done.slot] = false;
                done
            }
            None => std::future::pending().await,
        }
    }

    /// Has every worker begin anew, after what it is at.
    pub fn renew(&self) {
        for orders in &self.orders {
            let _ = orders.send(Order::Renew);
        }
    }

    /// Ends all workers, after what they are at.
    pub async fn end(mut self) {
        self.orders.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Where one worker stands after the other.
struct Place {
    slot: usize,
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
    async fn attend(mut self, mut orders: UnboundedReceiver<Order>, done: UnboundedSender<Done>) {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Renew => self.end().await,
                Order::Judge(job) => {
                    let ended = self.judge(&job).await;
                    if !matches!(ended, Ended::Answered(_)) {
                        self.kill().await;
                    }
                    let _ = done.send(Done { slot: self.slot, run: job.run, ended });
                }
            }
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
