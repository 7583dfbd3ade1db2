//! `claimgate check`: judges claims, writes nothing, and shows what is wrong.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use clap::Args;
use edits::{Channel, Disposition};
use responses::brr::Annotated;
use responses::{Results, Stream, Totals, Wanted};

use crate::commands::closing::totals_lines;
use crate::commands::process::ChannelChoice;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::{InputArgs, Source, called};
use crate::lists::ListArgs;
use crate::one_stream::OneStream;
use crate::run::{Run, open, spool_folder};
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::stdout;

/// Arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub lists: ListArgs,
    /// Write the objects of results.ndjson, one a line, for claims that are not accepted or have a finding; of several inputs, each names its file
    #[arg(long)]
    pub json: bool,
    /// How the claims come in: an EDI batch rejects whole claims, the portal denies single lines
    #[arg(long, value_enum)]
    pub channel: Option<ChannelChoice>,
    /// Profile of the payer
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Worker threads; one for each processor by default
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The moment that claims are judged at, such as 2025-11-03T08:00:00Z; the clock by default
    #[arg(long, value_name = "MOMENT", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate check in.837 --pdac 2025-10-05XWalk.xlsx --asp october-2025.zip
  cat in.837 | claimgate check - --pdac pdac.csv --asp q4.csv --json | jq .findings
  claimgate check in.837 --pdac pdac.csv --asp q4.csv --color always | less -R";

/// Judges every input and shows its findings.
pub fn run(args: &CheckArgs, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::load(global.config.as_deref(), args.profile.as_deref())?;
    settings.channel = args.channel.map_or(settings.channel, Channel::from);
    settings.threads = args.threads.unwrap_or(settings.threads);
    let sources = args.input.sources()?;
    stdout::look()?;
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    for note in &notes {
        tracing::warn!("{note}");
    }
    let pool = crate::run::pool(settings.threads)?;
    let run = Run {
        crosswalk: &crosswalk,
        settings: &settings,
        stamp: Stamp::or_clock(args.now),
        control_number: None,
        reply_number: None,
        naming: None,
        block_bytes: batch::block_bytes(pool.current_num_threads()),
        quiet: global.quiet,
    };
    let mut exit = Exit::Done;
    let form = Form { json: args.json, is_one_of_many: 1 < sources.len(), quiet: global.quiet };
    for (source, called) in sources.iter().zip(called(&sources)) {
        let shown = pool.install(|| one(&run, source, called, form));
        exit = exit.worst(match shown {
            Ok(ended) => ended,
            Err(failure) if failure.exit == Exit::ReaderGone => return Err(failure),
            // One bad file of many: the others are shown.
            Err(failure) => {
                failure.say();
                failure.exit
            }
        });
    }
    Ok(exit)
}

/// How findings are shown.
#[derive(Clone, Copy)]
struct Form {
    /// As objects for programs.
    json: bool,
    /// The file of each object must be told.
    is_one_of_many: bool,
    /// Objects alone, without what they add up to.
    quiet: bool,
}

/// Judges one input and shows its findings by what it is `called`, once the run balances.
fn one(run: &Run<'_>, source: &Source, called: String, form: Form) -> Result<Exit, Failure> {
    let Form { json, is_one_of_many, quiet } = form;
    let spool = spool_folder()?;
    let input = open(source, &spool, run.settings.file_bytes_max)?;
    let coloured = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let annotated = Annotated { input_name: called, coloured };
    let wanted = Wanted {
        results: if json { Results::Findings } else { Results::None },
        reports: Vec::new(),
        annotated: (!json).then(|| annotated.clone()),
        acknowledging: None,
        facts: None,
        names: None,
    };
    let stream = if json { Stream::Results } else { Stream::Annotated };
    let mut store = OneStream::new(stream, &spool);
    let done = run.judge(source, &input, wanted, &mut store)?;
    let totals = &done.finished.totals;
    let mut closing = Vec::new();
    for fault in &done.faults {
        closing.extend(annotated.file_fault(input.bytes(), fault));
    }
    let lines = totals_lines(&annotated.input_name, &done.counted, totals, run.settings.channel);
    closing.extend_from_slice(lines.as_bytes());
    let exit = exit_of(totals, !done.faults.is_empty());
    drop(done);
    // A reader may take its time, and whoever wants to write to the input must not wait for it.
    drop(input);
    let content =
        store.into_content().map_err(|error| Failure::io("cannot read again from", &spool, &error))?;
    if json && is_one_of_many {
        stdout::ended(write_named(content, &source.place(), stdout::open()?))?;
    } else {
        stdout::copy(content)?;
    }
    if !json {
        stdout::write(&closing)?;
    } else if !quiet {
        // Whether standard error can show colour is found out as it is written.
        let _ = anstream::stderr().write_all(&closing);
    }
    Ok(exit)
}

/// Writes the lines of `results` to `out`, each with the place of its file as the first member.
fn write_named(results: impl Read, place: &str, out: impl Write) -> io::Result<()> {
    let start = format!("{{\"input\":{},", serde_json::Value::from(place));
    let mut out = BufWriter::new(out);
    for line in BufReader::new(results).split(b'\n') {
        out.write_all(start.as_bytes())?;
        // Every line is an object that has members.
        out.write_all(line?.get(1..).unwrap_or_default())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Returns how the process is to end for one input.
fn exit_of(totals: &Totals, has_file_faults: bool) -> Exit {
    let has = |disposition| totals.of(disposition).claims > 0;
    let cases = [
        (has_file_faults || totals.cut_offs > 0, Exit::Unreadable),
        (totals.refused_units > 0, Exit::Refused),
        (has(Disposition::Rejected) || totals.denied_lines > 0, Exit::Rejected),
        (has(Disposition::Held), Exit::Held),
    ];
    cases.into_iter().filter(|(holds, _)| *holds).fold(Exit::Done, |worst, (_, exit)| worst.worst(exit))
}
