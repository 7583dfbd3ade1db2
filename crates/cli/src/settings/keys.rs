//! Every key there is: one table, from which files and variables are read, and the manual and the pages of `docs` are written.

use std::sync::LazyLock;

use edits::{Channel, ProcedureCode, ServiceDateRule, Severity, SyntaxPolicy, about, catalogue};
use responses::Results;

use super::Settings;
use super::value::{Kind, Value, range};
use crate::reports;

mod operation;

/// One key, or with `CODE` at its end one for every code of the catalogue.
pub struct Key {
    /// Its name, after that of its table and a dot.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether a profile may set it.
    pub of_payer: bool,
    /// The option of the command line that wins over it.
    pub option: Option<&'static str>,
    /// What it is for; sentences.
    pub meaning: &'static str,
    /// Puts a value that the kind has taken into the settings, for the code of a key that has one.
    pub set: fn(&mut Settings, &str, Value),
    /// Takes it out again.
    pub get: fn(&Settings, &str) -> Value,
}

/// A key, its code filled in.
pub struct Named {
    /// The key.
    pub key: &'static Key,
    /// Its name, with the code.
    pub name: String,
    /// The code; empty for a key without.
    pub code: &'static str,
}

/// What stands in the name of a key for every code of the catalogue.
const CODE: &str = "CODE";

/// What every variable of the environment begins with.
pub const VARIABLE_PREFIX: &str = "CLAIMGATE_";

const SWITCH: [&str; 2] = ["off", "on"];
const CHANNELS: [Channel; 2] = [Channel::Batch, Channel::Portal];
const RESULTS: [Results; 3] = [Results::All, Results::Findings, Results::None];

/// The longest that anything is waited for.
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The largest segment or claim that can be allowed: what a block in memory must hold.
const HELD_BYTES_MAX: u64 = 1 << 30;

/// Every key: those without a table first, as a file must have them.
pub static KEYS: [Key; 33] = [
    Key {
        name: "profile",
        kind: Kind::Name,
        of_payer: false,
        option: Some("--profile"),
        meaning: "The payer's profile. `mainecare` is built in; others stand under `[profiles.NAME]`.",
        set: |settings, _, value| settings.profile.name = text(value),
        get: |settings, _| Value::Text(settings.profile.name.clone()),
    },
    Key {
        name: "service_date_rule",
        kind: Kind::OneOf(|| ServiceDateRule::ALL.map(ServiceDateRule::as_str).to_vec()),
        of_payer: true,
        option: None,
        meaning: "Which day of a service period is tested: the first, both ends, of which each must pass, or either end.",
        set: |settings, _, value| {
            choose(
                &mut settings.profile.service_date_rule,
                ServiceDateRule::ALL,
                ServiceDateRule::as_str,
                &value,
            );
        },
        get: |settings, _| word(settings.profile.service_date_rule.as_str()),
    },
    Key {
        name: "syntax_policy",
        kind: Kind::OneOf(|| SyntaxPolicy::ALL.map(SyntaxPolicy::as_str).to_vec()),
        of_payer: true,
        option: None,
        meaning: "What a fault of syntax in one claim or branch refuses: that claim or the claims below that branch, or the whole transaction set.",
        set: |settings, _, value| {
            choose(&mut settings.profile.syntax_policy, SyntaxPolicy::ALL, SyntaxPolicy::as_str, &value);
        },
        get: |settings, _| word(settings.profile.syntax_policy.as_str()),
    },
    Key {
        name: "not_otherwise_classified",
        kind: Kind::Codes,
        of_payer: true,
        option: None,
        meaning: "Procedures for drugs that have no code of their own. They need an NDC, and no pair is asked for.",
        set: |settings, _, value| {
            settings.profile.not_otherwise_classified =
                list(value).iter().filter_map(|code| ProcedureCode::of(code.as_bytes())).collect();
        },
        get: |settings, _| {
            let codes = settings.profile.not_otherwise_classified.iter();
            Value::List(codes.map(ProcedureCode::to_string).collect())
        },
    },
    Key {
        name: "exempt",
        kind: Kind::Ranges,
        of_payer: true,
        option: None,
        meaning: "Procedures that need no NDC, and whose NDC is not looked up: vaccines.",
        set: |settings, _, value| {
            let code = |text: &str| ProcedureCode::of(text.as_bytes());
            let ends = |text: &String| range(text).and_then(|(first, last)| code(first).zip(code(last)));
            settings.profile.exempt = list(value).iter().filter_map(ends).collect();
        },
        get: |settings, _| {
            let ranges = settings.profile.exempt.iter();
            Value::List(ranges.map(|(first, last)| format!("{first}-{last}")).collect())
        },
    },
    Key {
        name: "channel",
        kind: Kind::OneOf(|| CHANNELS.map(Channel::as_str).to_vec()),
        of_payer: false,
        option: Some("--channel"),
        meaning: "How the claims come in. In an EDI batch one bad line rejects the whole claim; on the portal the claim is accepted, and its bad lines deny.",
        set: |settings, _, value| choose(&mut settings.channel, CHANNELS, Channel::as_str, &value),
        get: |settings, _| word(settings.channel.as_str()),
    },
    Key {
        name: "results",
        kind: Kind::OneOf(|| RESULTS.map(results_word).to_vec()),
        of_payer: false,
        option: Some("--results"),
        meaning: "Which claims `results.ndjson` has: every claim, those that are not accepted or have a finding, or none, and then there is no such file.",
        set: |settings, _, value| choose(&mut settings.results, RESULTS, results_word, &value),
        get: |settings, _| word(results_word(settings.results)),
    },
    Key {
        name: "reports",
        kind: Kind::AnyOf(reports::all),
        of_payer: false,
        option: Some("--reports"),
        meaning: "Forms of the Business Rejection Report. `xlsx` and `pdf` are made of `json` when the run is over, and only if they are named.",
        set: |settings, _, value| {
            let chosen = list(value);
            let is_chosen = |form: &&str| chosen.iter().any(|word| word == form);
            settings.reports = reports::all().into_iter().filter(is_chosen).collect();
        },
        get: |settings, _| Value::List(settings.reports.iter().map(|&form| form.to_owned()).collect()),
    },
    Key {
        name: "claim_ack_277ca",
        kind: Kind::OneOf(|| SWITCH.to_vec()),
        of_payer: true,
        option: None,
        meaning: "Whether `277ca.edi` answers every claim of the sets that are accepted.",
        set: |settings, _, value| settings.claim_ack_277ca = value == word("on"),
        get: |settings, _| word(SWITCH[usize::from(settings.claim_ack_277ca)]),
    },
    Key {
        name: "facts",
        kind: Kind::OneOf(|| SWITCH.to_vec()),
        of_payer: false,
        option: Some("--facts"),
        meaning: "Whether `facts.parquet` keeps what was judged of every claim, so that other lists can judge it again.",
        set: |settings, _, value| settings.facts = value == word("on"),
        get: |settings, _| word(SWITCH[usize::from(settings.facts)]),
    },
    Key {
        name: "threads",
        kind: Kind::Number { least: 0, most: 1024 },
        of_payer: false,
        option: Some("--threads"),
        meaning: "Worker threads; 0 is one for each processor. No number of them changes an output.",
        set: |settings, _, value| settings.threads = size(&value),
        get: |settings, _| number(settings.threads),
    },
    Key {
        name: "crosswalk.folder",
        kind: Kind::Folder,
        of_payer: false,
        option: Some("--crosswalk"),
        meaning: "The managed store of crosswalk releases, which counts where no list is named. `none` is `claimgate/crosswalk` in the data folder: `$XDG_DATA_HOME`, else `~/.local/share`.",
        set: |settings, _, value| settings.desk.folder = path(value),
        get: |settings, _| settings.desk.folder.clone().map_or(Value::None, Value::Text),
    },
    Key {
        name: "crosswalk.shrink_percent_max",
        kind: Kind::Number { least: 0, most: 100 },
        of_payer: false,
        option: Some("--accept-shrink"),
        meaning: "How many of a hundred pairs of its predecessor an imported release may lack.",
        set: |settings, _, value| settings.desk.shrink_percent_max = size(&value),
        get: |settings, _| number(settings.desk.shrink_percent_max),
    },
    Key {
        name: "crosswalk.second_person",
        kind: Kind::OneOf(|| SWITCH.to_vec()),
        of_payer: true,
        option: None,
        meaning: "Whether a second person has to be named with `--second` when a release is made to count or taken back.",
        set: |settings, _, value| settings.desk.second_person = value == word("on"),
        get: |settings, _| word(SWITCH[usize::from(settings.desk.second_person)]),
    },
    Key {
        name: "limits.segment_bytes_max",
        // An ISA has 105 bytes before its terminator.
        kind: Kind::Number { least: 105, most: HELD_BYTES_MAX },
        of_payer: false,
        option: None,
        meaning: "Longest segment, in bytes without its terminator. A longer one spoils its claim (X12530).",
        set: |settings, _, value| settings.limits.segment_bytes_max = size(&value),
        get: |settings, _| number(settings.limits.segment_bytes_max),
    },
    Key {
        name: "limits.elements_max",
        // An ISA has 16 elements.
        kind: Kind::Number { least: 16, most: 1_000_000 },
        of_payer: false,
        option: None,
        meaning: "Most elements in a segment, its identifier not counted. More of them spoil its claim (X12540).",
        set: |settings, _, value| settings.limits.elements_max = size(&value),
        get: |settings, _| number(settings.limits.elements_max),
    },
    Key {
        name: "limits.claim_bytes_max",
        kind: Kind::Number { least: 1, most: HELD_BYTES_MAX },
        of_payer: false,
        option: None,
        meaning: "Longest claim, loop 2300 with everything below, in bytes. A longer one is rejected unread (X12520).",
        set: |settings, _, value| settings.limits.claim_bytes_max = size(&value),
        get: |settings, _| number(settings.limits.claim_bytes_max),
    },
    Key {
        name: "limits.file_bytes_max",
        kind: Kind::Bound,
        of_payer: false,
        option: None,
        meaning: "Largest input, in bytes. A larger one is not read, or from a pipe no further than to there, and the command ends with 5.",
        set: |settings, _, value| {
            settings.file_bytes_max = match value {
                Value::Number(number) => Some(number),
                _ => None,
            }
        },
        get: |settings, _| settings.file_bytes_max.map_or(Value::None, Value::Number),
    },
    Key {
        name: "station.folder",
        kind: Kind::Folder,
        of_payer: false,
        option: Some("--station"),
        meaning: "The folder of the station.",
        set: |settings, _, value| settings.station.folder = path(value),
        get: |settings, _| settings.station.folder.clone().map_or(Value::None, Value::Text),
    },
    Key {
        name: "station.anchors",
        kind: Kind::Folder,
        of_payer: false,
        option: None,
        meaning: "The folder of the file `anchors`, to which the head of the audit trail is written at intervals; best one that whoever can write to the ledger cannot. `none` is the folder of the station.",
        set: |settings, _, value| settings.station.anchors = path(value),
        get: |settings, _| settings.station.anchors.clone().map_or(Value::None, Value::Text),
    },
    operation::METRICS,
    Key {
        name: "station.settle_seconds",
        kind: Kind::Number { least: 0, most: DAY_SECONDS },
        of_payer: false,
        option: None,
        meaning: "How long a file must stay as it is before it is taken, on file systems that do not say whether somebody still writes to it.",
        set: |settings, _, value| settings.station.settle_seconds = whole(&value),
        get: |settings, _| Value::Number(settings.station.settle_seconds),
    },
    Key {
        name: "station.incomplete_after_seconds",
        kind: Kind::Number { least: 0, most: DAY_SECONDS },
        of_payer: false,
        option: None,
        meaning: "How long a file whose last interchange is not closed is waited for before it is taken as it is, and answered as cut off.",
        set: |settings, _, value| settings.station.incomplete_after_seconds = whole(&value),
        get: |settings, _| Value::Number(settings.station.incomplete_after_seconds),
    },
    Key {
        name: "station.rescan_seconds",
        kind: Kind::Number { least: 1, most: DAY_SECONDS },
        of_payer: false,
        option: None,
        meaning: "How often all folders are looked through, whether or not the kernel has told of a new file.",
        set: |settings, _, value| settings.station.rescan_seconds = whole(&value),
        get: |settings, _| Value::Number(settings.station.rescan_seconds),
    },
    Key {
        name: "station.workers",
        kind: Kind::Number { least: 1, most: 64 },
        of_payer: false,
        option: None,
        meaning: "Processes that judge, each one file at a time with all threads. Where there are several, one is kept for small files.",
        set: |settings, _, value| settings.station.workers = size(&value),
        get: |settings, _| number(settings.station.workers),
    },
    Key {
        name: "station.deadline_seconds",
        kind: Kind::Number { least: 1, most: DAY_SECONDS },
        of_payer: false,
        option: None,
        meaning: "How long a file may take to be judged, and one second more for each megabyte. A file that takes longer three times is put aside.",
        set: |settings, _, value| settings.station.deadline_seconds = whole(&value),
        get: |settings, _| Value::Number(settings.station.deadline_seconds),
    },
    Key {
        name: "station.worker_mebibytes_max",
        kind: Kind::Number { least: 64, most: 1 << 20 },
        of_payer: false,
        option: None,
        meaning: "How much memory of its own a process that judges may have, in MiB. A file that needs more three times is put aside.",
        set: |settings, _, value| settings.station.worker_mebibytes_max = whole(&value),
        get: |settings, _| Value::Number(settings.station.worker_mebibytes_max),
    },
    operation::ARCHIVE_DAYS,
    operation::QUARANTINE_DAYS,
    operation::OUTBOUND_DAYS,
    operation::RUNS_DAYS,
    operation::ONWARD_DAYS,
    Key {
        name: "severities.CODE",
        kind: Kind::OneOf(|| Severity::ALL.map(Severity::as_str).to_vec()),
        of_payer: true,
        option: None,
        meaning: "What follows from a finding of the code CODE. `reject` sends the claim back, or denies the line on the portal; `hold` keeps the claim until a list covers its date; `warn` tells of it, and the claim goes on; `off` does not tell of it. A unit that is refused stays refused.",
        set: |settings, code, value| {
            let mut severity = severity(settings, code);
            choose(&mut severity, Severity::ALL, Severity::as_str, &value);
            settings.profile.severities.insert(code.to_owned(), severity);
        },
        get: |settings, code| word(severity(settings, code).as_str()),
    },
];

static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| KEYS.iter().flat_map(Key::named).collect());

/// Returns every key by its name, in the order of the table and of the catalogue.
pub fn named() -> &'static [Named] {
    &NAMED
}

/// Returns the tables that keys stand in.
pub fn tables() -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter_map(|key| key.name.split_once('.').map(|(table, _)| table))
}

impl Key {
    /// Returns the key by each of its names.
    fn named(&'static self) -> Vec<Named> {
        match self.name.strip_suffix(CODE) {
            None => vec![Named { key: self, name: self.name.to_owned(), code: "" }],
            Some(table) => catalogue()
                .map(|about| Named { key: self, name: format!("{table}{}", about.code), code: about.code })
                .collect(),
        }
    }

    /// Returns the default as a configuration file has it.
    pub fn default(&self) -> String {
        if self.name.ends_with(CODE) {
            return "that of the code, in the catalogue of rules".to_owned();
        }
        (self.get)(&Settings::default(), "").to_string()
    }
}

/// Returns the environment variable that sets the key called `name`: `CLAIMGATE_LIMITS__ELEMENTS_MAX`.
pub fn variable(name: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", name.to_ascii_uppercase().replace('.', "__"))
}

/// Puts the one of `all` that is called as `value` says into `place`.
fn choose<T: Copy, const N: usize>(place: &mut T, all: [T; N], name: fn(T) -> &'static str, value: &Value) {
    if let Some(chosen) = all.into_iter().find(|&one| *value == word(name(one))) {
        *place = chosen;
    }
}

fn severity(settings: &Settings, code: &str) -> Severity {
    let default = about(code).map_or(Severity::Reject, |about| about.severity);
    settings.profile.severity(code, default)
}

fn results_word(results: Results) -> &'static str {
    match results {
        Results::All => "all",
        Results::Findings => "findings",
        Results::None => "none",
    }
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(size: usize) -> Value {
    Value::Number(u64::try_from(size).unwrap_or(u64::MAX))
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        _ => String::new(),
    }
}

fn list(value: Value) -> Vec<String> {
    match value {
        Value::List(items) => items,
        _ => Vec::new(),
    }
}

fn size(value: &Value) -> usize {
    usize::try_from(whole(value)).unwrap_or(usize::MAX)
}

fn whole(value: &Value) -> u64 {
    match value {
        Value::Number(number) => *number,
        _ => 0,
    }
}

fn path(value: Value) -> Option<String> {
    match value {
        Value::Text(path) => Some(path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_can_be_put_in_again() {
        for named in named() {
            let defaults = Settings::default();
            let value = (named.key.get)(&defaults, named.code);
            let mut settings = Settings::default();
            (named.key.set)(&mut settings, named.code, value.clone());
            assert_eq!((named.key.get)(&settings, named.code), value, "{}", named.name);
        }
    }

    #[test]
    fn names_are_told_apart_as_variables_too() {
        let names = named().iter().map(|named| variable(&named.name));
        let mut variables: Vec<String> = names.collect();
        assert!(variables.contains(&"CLAIMGATE_SEVERITIES__NDC110".to_owned()));
        assert!(variables.contains(&"CLAIMGATE_LIMITS__FILE_BYTES_MAX".to_owned()));
        variables.sort();
        let count = variables.len();
        variables.dedup();
        assert_eq!(variables.len(), count);
    }

    #[test]
    fn keys_without_a_table_come_first() {
        let tables: Vec<bool> = KEYS.iter().map(|key| key.name.contains('.')).collect();
        assert!(tables.is_sorted());
    }
}
