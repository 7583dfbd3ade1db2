//! `claimgate serve`: takes files from the folders of partners, judges them and delivers the answers.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use intake::Watch;
use ledger::{Anchor, Ledger};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until};

use crate::desk::Desk;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::ListArgs;
use crate::settings::{Settings, loopback};
use crate::stamp::Stamp;
use crate::station::checks::{self, Subject};
use crate::station::locks::{Served, is_wanted, lock};
use crate::station::metrics::{self, Meter};
use crate::station::pulse::{Pulse, Readiness};
use crate::station::{
    Engine, Layout, NO_ANCHOR, Station, StationArgs, Turn, WorkerCommand, Workers, own, unusable,
};

/// Arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    #[command(flatten)]
    pub station: StationArgs,
    /// Folder of kept releases, of which those in force count
    #[arg(long, value_name = "DIR")]
    pub crosswalk: Option<PathBuf>,
    /// Loopback address and port that /metrics, /healthz and /readyz are told at
    #[arg(long, value_name = "ADDRESS", value_parser = loopback)]
    pub metrics: Option<SocketAddr>,
    /// End when everything is delivered that was there
    #[arg(long)]
    pub once: bool,
}

const EXAMPLES: &str = "\
On SIGTERM or SIGINT it takes nothing more, ends what it has begun, and ends with 0.
On SIGHUP it reads configuration and lists again, and lists also when others are in force; what is
being judged ends with those it began with.

Examples:
  claimgate serve --station /srv/claimgate --crosswalk /srv/crosswalk
  claimgate serve --station /srv/claimgate --once";

/// How often the head of the audit trail is given out.
const ANCHOR: Duration = Duration::from_mins(10);

/// How soon that is tried again where it could not be written.
const ANCHOR_AGAIN: Duration = Duration::from_mins(1);

/// Keys that are read when the station begins to be served; those of folders too, by what tells metrics.
const READ_ONCE: [&str; 5] =
    ["crosswalk.folder", "station.folder", "station.anchors", "station.metrics", "station.workers"];

/// How often it is looked whether somebody is done with the ledger.
const LOOK: Duration = Duration::from_millis(50);

/// How long the station rests after something that may pass.
const REST: Duration = Duration::from_secs(1);

/// Serves until it is told to end.
pub fn run(args: &ServeArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let layout = args.station.layout(&settings)?;
    let mut taken = Taken::take(&layout, &settings)?;
    // Whether there are lists is said before anything is taken.
    ListArgs { crosswalk: args.crosswalk.clone(), ..ListArgs::default() }.load(&settings.desk)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal(format!("cannot begin: {error}")))?;
    runtime.block_on(async {
        let pulse = args.tell(&layout, &settings)?;
        let command = args.worker(&layout, global)?;
        let mut serving = Serving::begin(args, global, pulse, settings.clone())?;
        let mut settings = settings;
        loop {
            let workers = Workers::new(settings.station.workers, &command)
                .map_err(|error| Failure::internal(format!("cannot begin: {error}")))?;
            let mut engine = Engine::begin(taken.station, settings, workers)?;
            let served = serving.serve(&mut engine).await;
            let anchored = serving.anchor(&engine);
            engine.workers.end();
            let end = served.and_then(|end| anchored.map(|()| end))?;
            settings = engine.settings;
            // The ledger is closed, so that another can be put there.
            drop(engine.station);
            if end == End::Told {
                return Ok(Exit::Done);
            }
            let lock = taken.lock;
            taken = loop {
                lock.leave(&layout)?;
                if serving.leave(&layout).await == End::Told {
                    return Ok(Exit::Done);
                }
                match lock.again(&layout).and_then(|()| Taken::open(&layout, &settings)) {
                    // The next one was quicker.
                    Err(failure) if failure.exit == Exit::TryLater && is_wanted(&layout) => {}
                    station => break Taken { station: station?, lock },
                }
            };
            tracing::info!("the station is served again");
        }
    })
}

/// A station that nobody else serves.
struct Taken {
    station: Station,
    lock: Served,
}

impl Taken {
    fn take(layout: &Layout, settings: &Settings) -> Result<Taken, Failure> {
        // Where there is no station, nothing is locked.
        Station::open(layout.clone())?;
        let lock = lock(layout)?;
        Ok(Taken { station: Taken::open(layout, settings)?, lock })
    }

    /// Opens a station that is fit to be served.
    fn open(layout: &Layout, settings: &Settings) -> Result<Station, Failure> {
        let mut station = Station::open(layout.clone())?;
        // From here on whoever wants the ledger is heard of, and waits.
        station.in_place = None;
        checks::vital(&Subject::of(&station, settings)?)?;
        tell_of_missing_folders(&station)?;
        Ok(station)
    }
}

/// Why serving ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It was told to, or had been told to end when everything is done.
    Told,
    /// Somebody waits for the ledger.
    Wanted,
}

/// Tells of partners who can put nothing down, as after a restore on another machine; all others are served.
fn tell_of_missing_folders(station: &Station) -> Result<(), Failure> {
    for partner in station.ledger.partners().map_err(unusable)? {
        let missing = station.layout.home(&partner.name).missing().join(", ");
        if !missing.is_empty() {
            let remedy = checks::remake(&partner.name);
            tracing::warn!(partner = partner.name, missing, "folders are missing; {remedy} makes them");
        }
    }
    Ok(())
}

impl ServeArgs {
    /// Begins to tell how the station does, if anybody is to know.
    fn tell(&self, layout: &Layout, settings: &Settings) -> Result<Arc<Pulse>, Failure> {
        let pulse = Arc::new(Pulse::default());
        let Some(address) = self.metrics.or(settings.station.metrics) else { return Ok(pulse) };
        let (settings, crosswalk) = (settings.clone(), self.crosswalk.clone());
        let meter = Meter { layout: layout.clone(), settings, crosswalk, pulse: Arc::clone(&pulse) };
        let bound = metrics::serve(address, meter).map_err(|error| {
            Failure::usage(
                format!("{address}: metrics cannot be told here: {error}"),
                "name another port with --metrics, or in the configuration as station.metrics",
            )
        })?;
        tracing::info!(address = %bound, "metrics are told");
        Ok(pulse)
    }

    /// Returns how workers are begun: with the same configuration, lists and log.
    fn worker(&self, layout: &Layout, global: &Global) -> Result<WorkerCommand, Failure> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::internal(format!("the program cannot be found: {error}")))?;
        let mut arguments: Vec<OsString> = vec!["worker".into(), "--station".into()];
        arguments.push(layout.root().into());
        let options = [("--crosswalk", &self.crosswalk), ("--config", &global.config)];
        for (option, value) in options {
            if let Some(value) = value {
                arguments.extend([option.into(), value.into()]);
            }
        }
        arguments.extend(["--log".into(), global.log.clone().into()]);
        Ok(WorkerCommand { program, arguments })
    }
}

/// A station that is served.
struct Serving<'g> {
    args: &'g ServeArgs,
    global: &'g Global,
    /// What was configured when it began.
    begun_with: Settings,
    /// What is told outside of how this does.
    pulse: Arc<Pulse>,
    /// The snapshot that was in force when the folders were last looked through.
    snapshot: Option<String>,
    watch: Arc<Watch>,
    hint: Arc<Notify>,
    terminate: Signal,
    interrupt: Signal,
    reload: Signal,
    /// When all folders are looked through again.
    rescan: Instant,
    /// When the head of the trail is given out again, and the last one that was.
    anchor_at: Instant,
    anchored: Option<Anchor>,
    /// Why it takes nothing more, if it does not.
    ending: Option<End>,
}

impl<'g> Serving<'g> {
    fn begin(
        args: &'g ServeArgs,
        global: &'g Global,
        pulse: Arc<Pulse>,
        begun_with: Settings,
    ) -> Result<Serving<'g>, Failure> {
        let failed = |error: io::Error| Failure::internal(format!("cannot listen: {error}"));
        let on = |kind| signal(kind).map_err(failed);
        let now = Instant::now();
        let (watch, hint) = (Arc::new(Watch::new().map_err(failed)?), Arc::new(Notify::new()));
        let hints = (Arc::clone(&watch), Arc::clone(&hint));
        // It ends with the process: a wait for a hint cannot be broken off.
        thread::spawn(move || {
            let (watch, hint) = hints;
            while watch.wait().is_ok() {
                hint.notify_one();
            }
        });
        Ok(Serving {
            args,
            global,
            begun_with,
            pulse,
            snapshot: None,
            watch,
            hint,
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            reload: on(SignalKind::hangup())?,
            rescan: now,
            anchor_at: now,
            anchored: None,
            ending: None,
        })
    }

    async fn serve(&mut self, engine: &mut Engine) -> Result<End, Failure> {
        self.watch(engine)?;
        loop {
            let turn = self.turn(engine);
            self.pulse.turn(match &turn {
                _ if self.ending == Some(End::Told) => Readiness::Stops,
                _ if self.ending.is_some() => Readiness::Waits,
                Ok(_) => Readiness::Serves,
                Err(_) => Readiness::Waits,
            });
            let turn = match turn {
                Err(failure) if engine.may_pass(&failure) => {
                    if self.args.once {
                        return Err(failure);
                    }
                    self.rescan = Instant::now() + REST;
                    Turn::Waits
                }
                turn => turn?,
            };
            match self.ending {
                Some(end) if !engine.is_busy() => return Ok(end),
                None if self.args.once && turn == Turn::Idle => return Ok(End::Told),
                _ => {}
            }
            match self.wait(engine).await {
                Err(failure) if !self.args.once && engine.may_pass(&failure) => {}
                waited => waited?,
            }
        }
    }

    fn turn(&mut self, engine: &mut Engine) -> Result<Turn, Failure> {
        if self.anchor_at <= Instant::now() {
            self.anchor(engine)?;
        }
        if self.ending.is_none() && is_wanted(&engine.station.layout) {
            tracing::info!("somebody waits for the ledger: nothing more is taken until they are done");
            self.ending = Some(End::Wanted);
        }
        if self.ending.is_some() {
            // What is not begun is left to whoever serves next.
            engine.workers.clear();
            return Ok(Turn::Waits);
        }
        if self.rescan <= Instant::now() {
            self.rescan = Instant::now() + Duration::from_secs(engine.settings.station.rescan_seconds);
            self.watch(engine)?;
            self.follow_lists(engine);
            if engine.take_in()? {
                self.rescan = Instant::now();
                return engine.turn().map(|_| Turn::Waits);
            }
        }
        engine.turn()
    }

    /// Waits until something has happened.
    async fn wait(&mut self, engine: &mut Engine) -> Result<(), Failure> {
        // What was put off is looked at again soon; it is little.
        let next = self.rescan.min(Instant::now() + REST);
        tokio::select! {
            ended = engine.next() => ended?,
            () = self.hint.notified() => self.rescan = Instant::now(),
            _ = self.terminate.recv() => self.ending = Some(End::Told),
            _ = self.interrupt.recv() => self.ending = Some(End::Told),
            _ = self.reload.recv() => self.load_again(engine),
            () = sleep_until(next.into()) => {}
        }
        Ok(())
    }

    /// Waits until whoever wanted the ledger is done with it.
    async fn leave(&mut self, layout: &Layout) -> End {
        while is_wanted(layout) {
            self.pulse.turn(Readiness::Waits);
            tokio::select! {
                _ = self.terminate.recv() => return End::Told,
                _ = self.interrupt.recv() => return End::Told,
                () = sleep(LOOK) => {}
            }
        }
        (self.ending, self.anchored, self.rescan) = (None, None, Instant::now());
        End::Wanted
    }

    /// Watches the folders of every partner, and those that other commands write to.
    fn watch(&self, engine: &Engine) -> Result<(), Failure> {
        let layout = &engine.station.layout;
        for folder in [layout.root().to_owned(), layout.blobs(), layout.stage()] {
            self.watch.add(&folder).map_err(|error| own("cannot watch", &folder, &error))?;
        }
        for partner in engine.station.ledger.partners().map_err(unusable)? {
            for folder in layout.home(&partner.name).inbound() {
                // The rescan tells of a folder that cannot be used.
                let _ = self.watch.add(&folder);
            }
        }
        Ok(())
    }

    /// Has workers begin anew if other releases are in force than before.
    fn follow_lists(&mut self, engine: &Engine) {
        let desk = Desk::open(self.args.crosswalk.as_deref(), &engine.settings.desk);
        // Releases that cannot be read are told of by the next worker.
        let Ok(snapshot) = desk.and_then(|desk| Ok(desk.in_force()?.snapshot.clone())) else { return };
        let before = self.snapshot.replace(snapshot.clone());
        if before.is_some_and(|before| before != snapshot) {
            tracing::info!(snapshot, "other lists are in force");
            engine.workers.renew();
        }
    }

    /// Reads configuration and lists again; what cannot be read stays as it was.
    fn load_again(&mut self, engine: &mut Engine) {
        match Settings::load(self.global.config.as_deref(), None) {
            Ok(settings) => {
                tracing::info!("configuration and lists are read again");
                let keys = self.begun_with.differences(&settings, &READ_ONCE).join(", ");
                if !keys.is_empty() {
                    tracing::warn!(keys, "what was changed here counts once the station is served anew");
                }
                engine.settings = settings;
                engine.workers.renew();
            }
            // Workers that began with it would not begin again.
            Err(failure) => tracing::error!(why = failure.message, "the configuration stays as it was"),
        }
        // What was missing may have been copied in.
        engine.look_again();
        self.rescan = Instant::now();
    }

    /// Gives the head of the audit trail out, if it has changed.
    fn anchor(&mut self, engine: &Engine) -> Result<(), Failure> {
        self.anchor_at = Instant::now() + ANCHOR;
        let head = engine.station.ledger.anchor().map_err(unusable)?;
        let Some(head) = head.filter(|head| Some(head) != self.anchored.as_ref()) else { return Ok(()) };
        let Engine { station, settings, .. } = engine;
        let path = station.layout.anchors(&settings.station);
        let line = format!("{} {} {}\n", head.number, head.hash, Stamp::or_clock(None).text());
        let written = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        match written {
            Ok(()) => self.anchored = Some(head),
            // Files of partners do not wait for what is there to be checked against later.
            Err(error) => {
                let (path, remedy) = (path.display(), NO_ANCHOR);
                tracing::error!(%path, %error, "the head of the audit trail cannot be given out: {remedy}");
                self.anchor_at = Instant::now() + ANCHOR_AGAIN;
            }
        }
        Ok(())
    }
}
