//! Sample files of other projects, which are kept beside the checkout and not in it.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Returns their folder; where it is not there, says that what needs it is skipped.
pub fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no folder {}", folder.display());
    None
}
