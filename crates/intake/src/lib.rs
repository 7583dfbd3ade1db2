//! Where bytes come from and where answers are put.
//!
//! [`Input`] gives the bytes of a file or a stream such that nobody can change them while they are read.
//! A [`Place`] is a folder that is held open, so that no link that somebody puts into it leads elsewhere; [`keep_copy`] makes a copy that is ours alone.
//! [`Folder`] builds a folder aside and shows it as a whole or not at all, and [`write_file`] a file.
//!
//! This crate must not know what the bytes mean.
//! It alone holds `unsafe` code: to map a file, to ask for a lease, and to look at standard output before `main`, each in a file of its own.

mod aside;
mod copy;
mod disk;
mod durable;
mod folder;
mod input;
mod lease;
mod map;
mod place;
mod standard_output;
mod watch;

pub use aside::{abandon, sweep};
pub use copy::{Kept, copy_unsynced, keep_copy, keep_own, sha256, sweep_copies};
pub use disk::Disk;
pub use durable::gone;
pub use folder::{Folder, Published, write_file, write_file_with};
pub use input::Input;
pub use lease::Stillness;
pub use place::{Arrival, Identity, Place, Seen};
pub use standard_output::stdout_was_closed;
pub use watch::Watch;
