//! Rounds of measuring, and what they come to.

use std::time::Duration;

/// How long each of several rows took, round by round.
pub struct Rounds {
    /// Seconds, by row and round.
    seconds: Vec<Vec<f64>>,
}

/// What the rounds of one row come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// The median of its rounds, in seconds.
    pub seconds: f64,
    /// How many times as fast as the first row it is: the median of what it is in each round, since a shared machine drifts between rounds.
    pub times_first: f64,
}

impl Rounds {
    /// Runs all rows in turn, `count` times and once more before that to warm up; `run` returns how long a row took.
    ///
    /// Errors: the first of `run`.
    pub fn measure<R, E>(
        rows: &[R],
        count: usize,
        mut run: impl FnMut(&R) -> Result<Duration, E>,
    ) -> Result<Rounds, E> {
        let mut seconds = vec![Vec::with_capacity(count); rows.len()];
        for round in 0..=count {
            for (row, seconds) in rows.iter().zip(&mut seconds) {
                let took = run(row)?;
                if 0 < round {
                    // No clock is so fine that nothing took time, and what took none cannot be compared.
                    seconds.push(took.max(Duration::from_nanos(1)).as_secs_f64());
                }
            }
        }
        Ok(Rounds { seconds })
    }

    /// Returns what each row comes to.
    pub fn figures(&self) -> impl Iterator<Item = Figures> {
        self.seconds.iter().map(|own| Figures {
            seconds: median(own.iter().copied()),
            times_first: median(self.seconds[0].iter().zip(own).map(|(first, own)| first / own)),
        })
    }
}

/// Returns the middle of some numbers, 0 of none.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_leave_out_the_warm_up_and_ratios_are_of_one_round() {
        let mut took = [900, 900, 10, 5, 20, 4, 60, 30].map(Duration::from_secs).into_iter();
        let rounds = Rounds::measure(&["first", "other"], 3, |_| took.next().ok_or("more rounds"));
        let figures: Vec<Figures> = rounds.unwrap().figures().collect();
        assert_eq!(figures[0], Figures { seconds: 20.0, times_first: 1.0 });
        assert_eq!(figures[1], Figures { seconds: 5.0, times_first: 2.0 });
    }

    #[test]
    fn the_first_error_ends_it() {
        assert_eq!(Rounds::measure(&[1, 2], 1, |row| Err::<Duration, _>(*row)).map(drop), Err(1));
    }
}
