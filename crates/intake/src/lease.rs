//! Read leases: the kernel's word that nobody is writing to a file.
//!
//! A lease is granted only if no handle is open for writing, and while it is held whoever opens the file for writing,
//! or truncates it, waits: until it is given up, or for the time in `/proc/sys/fs/lease-break-time`, 45 seconds.
//! Source: fcntl(2), "Leases".

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// A read lease on an open file, given up when the file is closed.
pub(crate) struct Lease(());

/// Whether somebody may still be writing to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stillness {
    /// Nobody is.
    Still,
    /// Somebody is.
    Written,
    /// The kernel does not say: the file is not ours to lease, or its file system grants none.
    Unknown,
}

/// `F_SETSIG`, which the bindings do not name. Source: `asm-generic/fcntl.h`.
const F_SETSIG: libc::c_int = 10;

impl Lease {
    /// Takes a read lease on `file`; `None` if somebody is writing to it, or the file is not ours to lease.
    pub(crate) fn take(file: &File) -> Option<Lease> {
        // The signal that tells of a break is one that is ignored by default; the break is asked for instead.
        fcntl(file, F_SETSIG, libc::SIGURG)?;
        fcntl(file, libc::F_SETLEASE, libc::F_RDLCK)?;
        Some(Lease(()))
    }

    /// Asks whether a lease on `file` would be granted; none is held when this returns, so nobody waits for its end.
    pub(crate) fn probe(file: &File) -> Stillness {
        if Lease::take(file).is_some() {
            let _ = fcntl(file, libc::F_SETLEASE, libc::F_UNLCK);
            return Stillness::Still;
        }
        match io::Error::last_os_error().raw_os_error() {
            Some(libc::EAGAIN) => Stillness::Written,
            _ => Stillness::Unknown,
        }
    }

    /// Returns whether the lease is held and nobody waits for its end.
    pub(crate) fn holds(file: &File) -> bool {
        fcntl(file, libc::F_GETLEASE, 0) == Some(libc::F_RDLCK)
    }
}

#[allow(unsafe_code, reason = "no safe binding offers leases")]
fn fcntl(file: &File, command: libc::c_int, argument: libc::c_int) -> Option<libc::c_int> {
    // SAFETY: the descriptor is open as long as `file` is borrowed, and the three commands take an int or nothing.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), command, argument) };
    (answer != -1).then_some(answer)
}
