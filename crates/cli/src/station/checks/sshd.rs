//! What sshd does with the partners of a station, as it tells itself.
//!
//! Source: sshd(8), `-T` and `-C`; `sshd_config(5)`.

use std::collections::BTreeMap;
use std::process::Command;

use super::{Answer, Subject};
use crate::station::Home;

/// The program, unless another is named.
pub const PROGRAM: &str = "/usr/sbin/sshd";

/// What most partners can log in at once with.
const MAX_STARTUPS: u64 = 100;

pub fn snippet(subject: &Subject<'_>) -> Answer {
    if subject.partners.is_empty() {
        return Answer::holds("there is no partner yet");
    }
    let mut wrong = Vec::new();
    for partner in &subject.partners {
        let Some(told) = told(subject, &partner.name) else {
            return Answer::unknown(
                "sshd does not tell its configuration here",
                "run this as root on the machine that sshd runs on, and name the program with --sshd FILE if it is elsewhere",
            );
        };
        let faults = faults(&told, &subject.station.layout.home(&partner.name));
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", partner.name)));
    }
    if wrong.is_empty() {
        return Answer::holds("every partner is shut into its folder, and has sftp alone");
    }
    Answer::warns(
        wrong.join("; "),
        "put what `claimgate partner sshd NAME` prints into sshd_config, and have sshd read it again",
    )
}

/// Returns what sshd does with a user, by keyword.
fn told(subject: &Subject<'_>, user: &str) -> Option<BTreeMap<String, String>> {
    let from = format!("user={user},host=localhost,addr=127.0.0.1");
    let ended = Command::new(&subject.sshd).args(["-T", "-C", &from]).output().ok()?;
    if !ended.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let pair =
        |line: &str| line.split_once(' ').map(|(key, value)| (key.to_lowercase(), value.trim().to_owned()));
    Some(text.lines().filter_map(pair).collect())
}

fn faults(told: &BTreeMap<String, String>, home: &Home) -> Vec<String> {
    let says = |key: &str| told.get(key).map_or("", String::as_str);
    let mut faults = Vec::new();
    let mut expect = |is_so: bool, fault: &str| {
        if !is_so {
            faults.push(fault.to_owned());
        }
    };
    expect(says("chrootdirectory") == home.root().display().to_string(), "ChrootDirectory is not its folder");
    expect(
        says("authorizedkeysfile") == home.keys().display().to_string(),
        "AuthorizedKeysFile is not its own",
    );
    let command = says("forcecommand");
    expect(command.starts_with("internal-sftp"), "ForceCommand is not internal-sftp");
    expect(["symlink", "hardlink"].iter().all(|one| command.contains(one)), "links are not forbidden");
    expect(command.contains("-u 0007"), "the umask 0007 is not set");
    expect(says("disableforwarding") == "yes", "DisableForwarding is not yes");
    expect(says("permittty") == "no", "PermitTTY is not no");
    let startups = says("maxstartups").split(':').next().and_then(|first| first.parse::<u64>().ok());
    expect(
        startups.is_some_and(|first| MAX_STARTUPS <= first),
        "MaxStartups turns away who logs in together",
    );
    faults
}
