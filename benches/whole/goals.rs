//! What is expected of a run, and whether it held.

use stages::median;

use crate::measure::Measured;

/// The row that repeats the first one; how far the two are apart is the noise.
pub const CONTROL: &str = "baseline again";

/// States one goal.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At least so many times as fast as the first row.
    TimesBaseline(f64),
    /// At least so many times as fast as the row of this name.
    TimesRun(f64, &'static str),
    /// At most so many bytes of anonymous memory.
    AnonymousBelow(u64),
}

/// Says whether a goal was met.
pub struct Verdict {
    /// The goal and what came of it.
    pub words: String,
    /// Whether it was missed by more than the noise.
    pub missed: bool,
}

impl Goal {
    /// Returns whether the goal speaks of speed, which is promised for some inputs only.
    pub fn is_of_speed(self) -> bool {
        !matches!(self, Self::AnonymousBelow(_))
    }

    /// Returns whether a row met the goal, given the names and results of all rows.
    pub fn verdict(self, rows: &[(&str, &Measured)], result: &Measured) -> Verdict {
        let named = |name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1);
        let first = rows.first().map(|row| row.1);
        let (least, other, of) = match self {
            Self::AnonymousBelow(most) => return memory(most, result),
            Self::TimesBaseline(least) => (least, first, "baseline"),
            Self::TimesRun(least, name) => (least, named(name), name),
        };
        let Some(ratio) = other.and_then(|other| times_as_fast(other, result)) else {
            return Verdict { words: format!(">= {least} x {of} NOT COMPARED"), missed: true };
        };
        let noise = match (first, named(CONTROL)) {
            (Some(first), Some(control)) => noise(first, control),
            _ => 0.0,
        };
        let missed = ratio < least * (1.0 - noise);
        let outcome = match (missed, ratio < least) {
            (true, _) => "MISSED",
            (false, true) => "within noise",
            (false, false) => "met",
        };
        Verdict { words: format!(">= {least} x {of}: {ratio:.2} {outcome}"), missed }
    }
}

/// Judges the memory of a row.
fn memory(most: u64, result: &Measured) -> Verdict {
    let met = matches!(result, Measured::Ran { anonymous_bytes, .. } if *anonymous_bytes < most);
    let outcome = if met { "met" } else { "MISSED" };
    Verdict { words: format!("< {} MiB {outcome}", most >> 20), missed: !met }
}

/// Returns how many times as fast as `other` a row was: the median over the rounds.
///
/// None if one of them did not run.
pub fn times_as_fast(other: &Measured, result: &Measured) -> Option<f64> {
    let (Measured::Ran { walls: other, .. }, Measured::Ran { walls, .. }) = (other, result) else {
        return None;
    };
    Some(median(other.iter().zip(walls).map(|(other, wall)| other.as_secs_f64() / wall.as_secs_f64())))
}

/// Returns by how much two runs of the same differ: the median over the rounds.
fn noise(first: &Measured, control: &Measured) -> f64 {
    let (Measured::Ran { walls: first, .. }, Measured::Ran { walls: control, .. }) = (first, control) else {
        return 0.0;
    };
    median(
        first
            .iter()
            .zip(control)
            .map(|(first, control)| (first.as_secs_f64() / control.as_secs_f64() - 1.0).abs()),
    )
}
