//! The commands, one file each.

use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

mod act;
pub mod bench;
pub mod check;
mod closing;
pub mod completions;
pub mod config;
pub mod crosswalk;
pub mod diff;
pub mod docs;
pub mod doctor;
pub mod explain;
pub mod held;
pub mod inspect;
pub mod ledger;
pub mod man;
pub mod ndcj;
pub mod partner;
pub mod process;
pub mod report;
pub mod rerun;
pub mod retention;
pub mod schema;
pub mod serve;
pub mod status;
pub mod submission;
pub mod submit;
pub mod worker;

/// What claimgate can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge claims and split files into what goes on and what does not
    Process(process::ProcessArgs),
    /// Judge claims, write nothing, and show what is wrong
    Check(check::CheckArgs),
    /// Explain a code, one claim's verdict, or what an acknowledgement says, in full
    Explain(explain::ExplainArgs),
    /// Tell claim by claim what two runs judge differently
    Diff(diff::DiffArgs),
    /// Ask the crosswalks
    Crosswalk(crosswalk::CrosswalkArgs),
    /// Ask for pairs that no list has, and enter what was decided
    Ndcj(ndcj::NdcjArgs),
    /// Take files from the folders of partners, judge them and deliver the answers
    Serve(serve::ServeArgs),
    /// Hand a stream to the station
    Submit(submit::SubmitArgs),
    /// Show what came to the station, what waits and what failed
    Status(status::StatusArgs),
    /// Look whether the machine does what a station needs
    Doctor(doctor::DoctorArgs),
    /// Show what became of a file that came to the station
    Submission(submission::SubmissionArgs),
    /// Write the report of a file that came to the station
    Report(report::ReportArgs),
    /// Judge again what was rejected or held, by the lists that count by now
    Rerun(rerun::RerunArgs),
    /// Let held claims go on by hand, or send them back
    Held(held::HeldArgs),
    /// Remove what the station has kept long enough
    Retention(retention::RetentionArgs),
    /// Look whether the station's memory holds, and copy it
    Ledger(ledger::LedgerArgs),
    /// Say who sends to the station
    Partner(partner::PartnerArgs),
    /// Judge for a station
    #[command(hide = true)]
    Worker(worker::WorkerArgs),
    /// Print the JSON Schema of an output
    Schema(schema::SchemaArgs),
    /// Say what is in a file: envelopes, counts, claims, drug lines
    Inspect(inspect::InspectArgs),
    /// Show where the time goes with a file, stage by stage
    Bench(bench::BenchArgs),
    /// Show what is configured, and where each setting comes from
    Config(config::ConfigArgs),
    /// Print what a shell needs to complete command lines
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual
    Man(man::ManArgs),
    /// Write the pages of docs that come from the code
    #[command(hide = true)]
    Docs(docs::DocsArgs),
}

impl Command {
    /// Does what was asked.
    pub fn run(&self, global: &Global) -> Result<Exit, Failure> {
        match self {
            Command::Process(args) => process::run(args, global),
            Command::Check(args) => check::run(args, global),
            Command::Explain(args) => explain::run(args, global),
            Command::Diff(args) => diff::run(args, global),
            Command::Crosswalk(args) => crosswalk::run(args, global),
            Command::Ndcj(args) => ndcj::run(args, global),
            Command::Serve(args) => serve::run(args, global),
            Command::Submit(args) => submit::run(args, global),
            Command::Status(args) => status::run(args, global),
            Command::Doctor(args) => doctor::run(args, global),
            Command::Submission(args) => submission::run(args, global),
            Command::Report(args) => report::run(args, global),
            Command::Rerun(args) => rerun::run(args, global),
            Command::Held(args) => held::run(args, global),
            Command::Retention(args) => retention::run(args, global),
            Command::Ledger(args) => ledger::run(args, global),
            Command::Partner(args) => partner::run(args, global),
            Command::Worker(args) => worker::run(args, global),
            Command::Schema(args) => schema::run(args),
            Command::Inspect(args) => inspect::run(args, global),
            Command::Bench(args) => bench::run(args, global),
            Command::Config(args) => config::run(args, global),
            Command::Completions(args) => completions::run(args),
            Command::Man(args) => man::run(args),
            Command::Docs(args) => docs::run(args),
        }
    }
}

/// Returns the name of who does something: `given`, else the user of this machine.
pub fn who(given: Option<&str>) -> Result<String, Failure> {
    match given.map(str::trim) {
        Some("") => Err(Failure::usage("it is not known who does it", "name yourself with --by NAME")),
        Some(name) => Ok(name.to_owned()),
        None => Ok(user()),
    }
}

/// Returns the name of the user whose process this is, whatever its environment says; behind sudo, of the user who called that.
///
/// Only root can be behind sudo here: anybody else could say of himself that he is.
/// Source: passwd(5); sudo(8), `SUDO_USER`.
pub fn user() -> String {
    let uid = rustix::process::getuid();
    // What an environment says may hold anything, and a record must not.
    let is_name = |name: &String| !name.trim().is_empty() && crosswalk::store::one_line(name).is_ok();
    let behind_sudo = std::env::var("SUDO_USER").ok().filter(|name| uid.is_root() && is_name(name));
    behind_sudo.unwrap_or_else(|| name_of(&uid.as_raw().to_string()))
}

/// Returns the name of a user as this machine has it.
fn name_of(uid: &str) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("user {uid}"))
}
