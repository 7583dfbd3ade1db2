//! Where bytes come from and where answers are put.
//!
//! [`Input`] gives the bytes of a file or a stream such that nobody can change them while they are read.
//! [`Folder`] builds a folder aside and shows it as a whole or not at all, and [`write_file`] a file.
//!
//! This crate must not know what the bytes mean.
//! It alone holds `unsafe` code: one block that maps a file and one that asks for a lease, each in a file of its own.

mod aside;
mod folder;
mod input;
mod lease;
mod map;

pub use aside::{abandon, sweep};
pub use folder::{Folder, Published, write_file};
pub use input::Input;
