//! Keys for those who keep a station going.

use super::super::Settings;
use super::super::value::{Kind, Value, loopback};
use super::Key;

pub const METRICS: Key = Key {
    name: "station.metrics",
    kind: Kind::Address,
    of_payer: false,
    option: Some("--metrics"),
    meaning: "Where the station tells `/metrics`, `/healthz` and `/readyz` while it serves; whoever asks from another machine comes by a proxy.",
    set: |settings, _, value| {
        settings.station.metrics = match value {
            Value::Text(text) => loopback(&text).ok(),
            _ => None,
        }
    },
    get: |settings, _| {
        settings.station.metrics.map_or(Value::None, |address| Value::Text(address.to_string()))
    },
};

pub const ARCHIVE_DAYS: Key = Key {
    name: "retention.archive_days",
    kind: Kind::Bound,
    of_payer: false,
    option: None,
    meaning: "After how many days `claimgate retention` removes files that were judged; `none` keeps them. What the ledger says of them stays.",
    set: |settings: &mut Settings, _, value| settings.retention.archive_days = bound(&value),
    get: |settings, _| settings.retention.archive_days.map_or(Value::None, Value::Number),
};

pub const QUARANTINE_DAYS: Key = Key {
    name: "retention.quarantine_days",
    meaning: "After how many days it removes files that could not be judged.",
    set: |settings: &mut Settings, _, value| settings.retention.quarantine_days = bound(&value),
    get: |settings, _| settings.retention.quarantine_days.map_or(Value::None, Value::Number),
    ..ARCHIVE_DAYS
};

pub const OUTBOUND_DAYS: Key = Key {
    name: "retention.outbound_days",
    meaning: "After how many days it removes answers that their partner has not fetched. `claimgate report` still writes them.",
    set: |settings: &mut Settings, _, value| settings.retention.outbound_days = bound(&value),
    get: |settings, _| settings.retention.outbound_days.map_or(Value::None, Value::Number),
    ..ARCHIVE_DAYS
};

pub const RUNS_DAYS: Key = Key {
    name: "retention.runs_days",
    meaning: "After how many days it removes the outputs of runs, without which nothing can be reported or judged again. Where claims are still held, they stay.",
    set: |settings: &mut Settings, _, value| settings.retention.runs_days = bound(&value),
    get: |settings, _| settings.retention.runs_days.map_or(Value::None, Value::Number),
    ..ARCHIVE_DAYS
};

pub const ONWARD_DAYS: Key = Key {
    name: "retention.onward_days",
    meaning: "After how many days it removes accepted claims that still lie in `onward/`: whoever takes them to the payer's system has to have done so by then.",
    set: |settings: &mut Settings, _, value| settings.retention.onward_days = bound(&value),
    get: |settings, _| settings.retention.onward_days.map_or(Value::None, Value::Number),
    ..ARCHIVE_DAYS
};

fn bound(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}
