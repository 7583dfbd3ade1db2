//! Which run is judged next.
//!
//! Partners take turns, so that one who sends much does not keep others waiting; and one worker takes small files only, so that they do not wait for large ones.

use std::collections::VecDeque;
use std::time::Instant;

use ledger::Run;

use super::job::Job;

/// Files up to this size are small.
const SMALL_BYTES: u64 = 8 << 20;

/// A run that waits.
pub struct Waiting {
    /// The run.
    pub run: Run,
    /// What a worker is asked.
    pub job: Job,
    /// The bytes that it judges, as far as is known.
    pub bytes: u64,
    /// When it may be taken up, if it was put off.
    pub not_before: Option<Instant>,
}

/// The runs that wait, by partner; the partner whose turn it is comes first.
#[derive(Default)]
pub struct Queue {
    partners: VecDeque<(String, VecDeque<Waiting>)>,
}

impl Queue {
    /// Adds a run behind those of its partner.
    pub fn add(&mut self, waiting: Waiting) {
        match self.partners.iter_mut().find(|(name, _)| *name == waiting.job.partner) {
            Some((_, runs)) => runs.push_back(waiting),
            None => self.partners.push_back((waiting.job.partner.clone(), [waiting].into())),
        }
    }

    /// Takes the run that is next at `now`; of small files only, if `small` is set.
    pub fn next(&mut self, small: bool, now: Instant) -> Option<Waiting> {
        let may = |waiting: &Waiting| {
            (!small || waiting.bytes <= SMALL_BYTES) && waiting.not_before.is_none_or(|moment| moment <= now)
        };
        let found = self
            .partners
            .iter()
            .enumerate()
            .find_map(|(partner, (_, runs))| Some((partner, runs.iter().position(may)?)));
        let (partner, place) = found?;
        // Whose turn it was comes last.
        let (name, mut runs) = self.partners.remove(partner)?;
        let waiting = runs.remove(place);
        if !runs.is_empty() {
            self.partners.push_back((name, runs));
        }
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Part, RunState};
    use std::path::PathBuf;
    use std::time::Duration;

    fn waiting(partner: &str, number: i64, bytes: u64, not_before: Option<Instant>) -> Waiting {
        let run = Run {
            number,
            submission: String::new(),
            parent: None,
            part: Part::Whole,
            stamp: String::new(),
            control_number: None,
            state: RunState::Open,
            outcome: None,
            snapshot: None,
        };
        let job = Job {
            run: number,
            input: PathBuf::new(),
            name: String::new(),
            partner: partner.to_owned(),
            parent: None,
            is_test: false,
            sender_ids: vec![],
            receiver_ids: vec![],
            stamp: String::new(),
            control_number: None,
            reply_numbers: None,
            by_hand: None,
            deadline_seconds: 0,
        };
        Waiting { run, job, bytes, not_before }
    }

    #[test]
    fn partners_take_turns_and_small_files_pass_large_ones() {
        let now = Instant::now();
        let mut queue = Queue::default();
        for (partner, number, bytes) in [("a", 1, 1 << 30), ("a", 2, 10), ("a", 3, 10), ("b", 4, 10)] {
            queue.add(waiting(partner, number, bytes, None));
        }
        queue.add(waiting("b", 5, 10, Some(now + Duration::from_secs(1))));
        let mut next = |small, now| queue.next(small, now).map(|waiting| waiting.run.number);
        assert_eq!([next(true, now), next(true, now), next(true, now)], [Some(2), Some(4), Some(3)]);
        assert_eq!([next(true, now), next(false, now), next(false, now)], [None, Some(1), None]);
        assert_eq!(next(false, now + Duration::from_secs(1)), Some(5));
        assert_eq!(next(false, now + Duration::from_secs(1)), None);
    }
}
