//! Signals that end the process: what is half built goes first, and then the process ends as by the signal.
//!
//! Nothing else can be waited for: the run may be reading from a pipe that will not end.

use std::fs;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::failure::Failure;

/// Signals that end a run: a terminal that closes, Ctrl-C, whoever manages services.
const ENDING: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

/// Sees to it that none of these signals leaves a half-built folder behind.
///
/// Signals that were ignored when the process began stay so: that is how nohup and shells keep a run alive.
pub fn set_up() -> Result<(), Failure> {
    let listening = Signals::new(ENDING.into_iter().filter(|&signal| !is_ignored(signal)));
    let listening = listening.and_then(|mut signals| {
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            if let Some(signal) = signals.forever().next() {
                intake::abandon();
                // It does not return: where the signal cannot be raised, the process is aborted.
                let _ = emulate_default_handler(signal);
            }
        })
    });
    listening.map(drop).map_err(|error| Failure::internal(format!("cannot listen for signals: {error}")))
}

/// Ends the process as a write to a pipe that nobody reads ends others.
pub fn end_as_by_broken_pipe() {
    // The runtime ignores the signal, so that the write gave an error, and there was time to clean up.
    let _ = emulate_default_handler(SIGPIPE);
}

/// Returns whether the process was begun with `signal` ignored.
///
/// Source: proc(5), `SigIgn` of `/proc/pid/status`: a mask in hexadecimal digits, its lowest bit for signal 1.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
