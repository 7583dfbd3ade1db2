//! What is said of a panic: where it was, never what it carried, since that may hold content of a file.

use std::cell::Cell;
use std::io::Write;
use std::panic;

thread_local! {
    /// Whether a panic on this thread is caught by whoever called, and answered there.
    static IS_ANSWERED: Cell<bool> = const { Cell::new(false) };
}

/// Sets what is said of every panic of the process.
pub fn set_up() {
    panic::set_hook(Box::new(|info| {
        if IS_ANSWERED.get() {
            return;
        }
        let place = info.location().map(|location| format!(" at {}:{}", location.file(), location.line()));
        let place = place.unwrap_or_default();
        let _ = writeln!(
            anstream::stderr(),
            "error: internal fault{place}\nhint: this is a fault of claimgate; keep the input and report it"
        );
    }));
}

/// Runs `read`, which catches the panics of a reader that is not ours and makes errors of them; nothing is said of those.
pub fn unsaid<T>(read: impl FnOnce() -> T) -> T {
    let before = IS_ANSWERED.replace(true);
    let done = read();
    IS_ANSWERED.set(before);
    done
}
