//! How far a run is, on a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intake::Input;

/// A bar on standard error, if that is a terminal; and the ear for whoever wants to write to the input.
pub struct Progress<'i> {
    bar: ProgressBar,
    input: &'i Input,
}

impl<'i> Progress<'i> {
    /// Begins a bar for `input`, called `name`.
    pub fn begin(input: &'i Input, name: &str, quiet: bool) -> Progress<'i> {
        let shown = !quiet && std::io::stderr().is_terminal();
        let bar = if shown {
            let style =
                ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
            let bar = ProgressBar::new(input.bytes().len() as u64);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
            bar.set_message(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        } else {
            ProgressBar::hidden()
        };
        Progress { bar, input }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl batch::Watch for Progress<'_> {
    fn read(&self, bytes: usize) -> bool {
        tracing::trace!(bytes, "read");
        self.bar.set_position(bytes as u64);
        self.input.is_ours()
    }
}
