//! Where bytes come from and where answers are put.
//!
//! [`Input`] gives the bytes of a file or a stream such that nobody can change them while they are read.
//! [`Folder`] builds a folder aside and shows it as a whole or not at all.
//!
//! This crate must not know what the bytes mean.
//! It alone holds `unsafe` code: one block that maps a file and one that asks for a lease, each in a file of its own.

mod folder;
mod input;
mod lease;
mod map;

pub use folder::{Folder, Published};
pub use input::Input;
