//! Whether standard output was open when the process began.
//!
//! In place of a standard stream that is closed the standard library opens `/dev/null` before `main` begins, and what is written there is lost without an error.
//! Only what runs before it can tell: a function that the program names to the loader.
//! Source: System V ABI, special sections, `.init_array`.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Returns whether standard output was closed when the process began.
pub fn stdout_was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}

#[allow(unsafe_code, reason = "what runs before `main` can only be named to the loader")]
// SAFETY: the section holds pointers to functions that take nothing they need, and this is one.
#[unsafe(link_section = ".init_array")]
#[used]
static BEFORE_MAIN: extern "C" fn() = look;

#[allow(unsafe_code, reason = "safe bindings take descriptors that are known to be open")]
extern "C" fn look() {
    // SAFETY: asking for the flags of a descriptor changes nothing, whether or not it is open.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    WAS_CLOSED.store(flags == -1, Ordering::Relaxed);
}
