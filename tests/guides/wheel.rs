//! Asks the maps of pyx12, which are fetched with pip when they are not here yet.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Returns what `script` of this folder says of `maps`, guide and map each, if Python is here and the maps are or can be fetched.
pub fn said_by(script: &str, maps: &[(&str, &str)]) -> Option<Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pyx12");
    let wheel = folder.join("pyx12-4.0.0-py3-none-any.whl");
    if !wheel.exists() {
        let fetched = Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .arg(&folder)
            .arg("pyx12==4.0.0")
            .output();
        if !fetched.is_ok_and(|output| output.status.success()) {
            let skipped = "SKIPPED: python3 with pip is not installed, or PyPI cannot be reached";
            let _ = writeln!(std::io::stderr(), "{skipped}");
            return None;
        }
    }
    let output = Command::new("python3")
        // A folder of compiled modules beside the sources would be of no use.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/guides").join(script))
        .arg(&wheel)
        .args(maps.iter().map(|(guide, map)| format!("{guide}={map}")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
