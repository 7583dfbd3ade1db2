//! Where workers judge: what they read and write on, claim after claim, for the sake of the memory it holds and of what was seen.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use claims::{Claim, Walker};
use responses::Answer;
use responses::facts::ClaimFact;

/// What one worker needs.
#[derive(Default)]
pub(crate) struct Desk<'a> {
    pub(crate) walker: Walker,
    pub(crate) claim: Claim<'a>,
    /// Room for what is kept of claims.
    pub(crate) spare: Bundle<'a>,
    pub(crate) page: Vec<u8>,
}

/// Room for what is kept of the claims of one block; they are so many that to ask for it anew would cost more than to fill it.
type Bundle<'a> = Vec<Box<ClaimFact<'a>>>;

/// Claims that whoever sits down should have room for.
const SPARE_MIN: usize = 128;

/// Bundles that wait for somebody; what is given back beyond that goes, so that what is held does not grow with the file.
const BUNDLES_MAX: usize = 4;

/// The desks that nobody sits at, as many in all as workers were ever busy at once, and what was given back.
#[derive(Default)]
pub(crate) struct Desks<'a> {
    free: Mutex<Vec<Desk<'a>>>,
    bundles: Mutex<Vec<Bundle<'a>>>,
}

/// A desk that somebody sits at, and leaves for the next.
pub(crate) struct Seat<'d, 'a> {
    desk: Desk<'a>,
    desks: &'d Desks<'a>,
}

impl<'a> Desks<'a> {
    /// Finds a free desk.
    pub(crate) fn sit(&self) -> Seat<'_, 'a> {
        let mut desk = locked(&self.free).pop().unwrap_or_default();
        if desk.spare.len() < SPARE_MIN
            && let Some(mut bundle) = locked(&self.bundles).pop()
        {
            desk.spare.append(&mut bundle);
        }
        Seat { desk, desks: self }
    }

    /// Takes back the answers to a block that is written.
    pub(crate) fn give_back(&self, answers: Vec<Answer<'a>>) {
        let mut bundle: Bundle<'a> = answers.into_iter().filter_map(|answer| answer.fact).collect();
        for fact in &mut bundle {
            fact.clear();
        }
        let mut bundles = locked(&self.bundles);
        if !bundle.is_empty() && bundles.len() < BUNDLES_MAX {
            bundles.push(bundle);
        }
    }
}

impl Drop for Seat<'_, '_> {
    fn drop(&mut self) {
        let desk = std::mem::take(&mut self.desk);
        locked(&self.desks.free).push(desk);
    }
}

impl<'a> Deref for Seat<'_, 'a> {
    type Target = Desk<'a>;

    fn deref(&self) -> &Desk<'a> {
        &self.desk
    }
}

impl DerefMut for Seat<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.desk
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
