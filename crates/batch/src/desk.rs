//! Where workers judge: what they read and write on, claim after claim, for the sake of the memory it holds and of what was seen.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use claims::{Claim, Walker};
use edits::CleanLine;

/// What one worker needs.
#[derive(Default)]
pub(crate) struct Desk<'a> {
    pub(crate) walker: Walker,
    pub(crate) claim: Claim<'a>,
    pub(crate) lines: Vec<CleanLine<'a>>,
    pub(crate) page: Vec<u8>,
}

/// The desks that nobody sits at; there are as many in all as workers were ever busy at once.
#[derive(Default)]
pub(crate) struct Desks<'a>(Mutex<Vec<Desk<'a>>>);

/// A desk that somebody sits at, and leaves for the next.
pub(crate) struct Seat<'d, 'a> {
    desk: Desk<'a>,
    desks: &'d Desks<'a>,
}

impl<'a> Desks<'a> {
    /// Finds a free desk.
    pub(crate) fn sit(&self) -> Seat<'_, 'a> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Seat { desk: free.unwrap_or_default(), desks: self }
    }
}

impl Drop for Seat<'_, '_> {
    fn drop(&mut self) {
        let desk = std::mem::take(&mut self.desk);
        self.desks.0.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
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
