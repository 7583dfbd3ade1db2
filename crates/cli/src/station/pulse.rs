//! How the loop of a station does, for whoever looks from outside.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a loop may stand still before it is held to be stuck; it turns every second.
const STILL_MAX: Duration = Duration::from_mins(1);

/// What a station does with files that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Not yet anything.
    Begins,
    /// It takes them.
    Serves,
    /// It leaves them where they are until something has passed, such as a full disk.
    Waits,
    /// It leaves them to whoever serves next.
    Stops,
}

/// What the loop says of itself.
pub struct Pulse {
    begun: Instant,
    /// Milliseconds from then to the last turn.
    turned: AtomicU64,
    readiness: AtomicU8,
}

impl Default for Pulse {
    fn default() -> Pulse {
        let readiness = AtomicU8::new(Readiness::Begins as u8);
        Pulse { begun: Instant::now(), turned: AtomicU64::new(0), readiness }
    }
}

impl Pulse {
    /// Notes that the loop has turned.
    pub fn turn(&self, readiness: Readiness) {
        let since = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.turned.store(since, Ordering::Relaxed);
        self.readiness.store(readiness as u8, Ordering::Relaxed);
    }

    /// Returns whether the loop turns.
    pub fn is_alive(&self) -> bool {
        let turned = Duration::from_millis(self.turned.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(turned) < STILL_MAX
    }

    /// Returns what the station does with files that come.
    pub fn readiness(&self) -> Readiness {
        let stored = self.readiness.load(Ordering::Relaxed);
        let all = [Readiness::Begins, Readiness::Serves, Readiness::Waits, Readiness::Stops];
        all.into_iter().find(|&one| one as u8 == stored).unwrap_or(Readiness::Begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_was_told() {
        let pulse = Pulse::default();
        assert_eq!(pulse.readiness(), Readiness::Begins);
        for one in [Readiness::Serves, Readiness::Waits, Readiness::Stops] {
            pulse.turn(one);
            assert_eq!((pulse.readiness(), pulse.is_alive()), (one, true));
        }
    }
}
