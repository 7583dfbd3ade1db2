//! `claimgate partner`: who sends to the station.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ledger::{Act, Ledger, Note, Partner};

use super::crosswalk::store::one_line;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::shown_name;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::late::{self, Schedule};
use crate::station::{Home, Station, StationArgs, keys, own, unusable};
use crate::stdout;

/// Arguments of `partner`.
#[derive(Args, Debug)]
pub struct PartnerArgs {
    #[command(subcommand)]
    command: PartnerCommand,
}

/// What can be done about partners.
#[derive(Subcommand, Debug)]
enum PartnerCommand {
    /// Add a partner: its folders, its keys, and what sshd has to know
    Add(AddArgs),
    /// Change what is expected of a partner, or its keys
    Set(SetArgs),
    /// List all partners
    List(ListArgs),
    /// Print what sshd has to know of a partner
    Sshd(SshdArgs),
}

/// Arguments of `partner add`.
#[derive(Args, Debug)]
pub struct AddArgs {
    /// Its name: that of its user on this machine and of its folder
    #[arg(value_parser = partner_name)]
    pub name: String,
    /// What it sends as ISA06; repeat for several
    #[arg(long, value_name = "ID", required = true, value_parser = one_line)]
    pub sender_id: Vec<String>,
    /// What it may send to as ISA08; repeat for several, any if none is named
    #[arg(long, value_name = "ID", value_parser = one_line)]
    pub receiver_id: Vec<String>,
    /// File with the public keys that it comes with
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Number of its user on this machine, to whom its folders are given
    #[arg(long, value_name = "N", requires = "gid")]
    pub uid: Option<u32>,
    /// Number of the group of that user
    #[arg(long, value_name = "N", requires = "uid")]
    pub gid: Option<u32>,
    #[command(flatten)]
    pub station: StationArgs,
    #[command(flatten)]
    pub who: WhoArgs,
}

/// Arguments of `partner set`.
#[derive(Args, Debug)]
pub struct SetArgs {
    /// The partner
    pub name: String,
    /// When something is expected at the latest, in UTC, such as `weekdays 08:00`, `daily 17:30` or `mon,thu 06:00`; or none
    #[arg(long, value_name = "SCHEDULE", required_unless_present = "key", value_parser = schedule)]
    pub expect: Option<Expected>,
    /// File with the public keys that it comes with from now on; its folders are made as far as they are missing
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Number of its user on this machine, to whom its folders are given
    #[arg(long, value_name = "N", requires_all = ["gid", "key"])]
    pub uid: Option<u32>,
    /// Number of the group of that user
    #[arg(long, value_name = "N", requires = "uid")]
    pub gid: Option<u32>,
    #[command(flatten)]
    pub station: StationArgs,
    #[command(flatten)]
    pub who: WhoArgs,
}

/// What is expected, if anything.
#[derive(Clone, Copy, Debug)]
pub struct Expected(Option<Schedule>);

fn schedule(text: &str) -> Result<Expected, String> {
    if text == "none" {
        Ok(Expected(None))
    } else {
        Schedule::parse(text).map(|schedule| Expected(Some(schedule)))
    }
}

/// Arguments of `partner list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    pub station: StationArgs,
}

/// Arguments of `partner sshd`.
#[derive(Args, Debug)]
pub struct SshdArgs {
    /// The partner
    pub name: String,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Who does something.
#[derive(Args, Debug)]
pub struct WhoArgs {
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub by: Option<String>,
}

/// Takes a name that users and folders can have.
fn partner_name(text: &str) -> Result<String, String> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_name = text.len() <= 32
        && text.bytes().next().is_some_and(is_letter)
        && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'-');
    if is_name {
        return Ok(text.to_owned());
    }
    Err("a name begins with a small letter and has small letters, digits and -, 32 at most".to_owned())
}

/// Does what was asked about partners.
pub fn run(args: &PartnerArgs, global: &Global) -> Result<Exit, Failure> {
    match &args.command {
        PartnerCommand::Add(args) => add(args, global),
        PartnerCommand::Set(args) => set(args, global),
        PartnerCommand::List(args) => list(args, global),
        PartnerCommand::Sshd(args) => {
            let (station, partner) = known(&args.station, &args.name, global)?;
            let home = station.layout.home(&partner.name);
            stdout::write(snippet(&partner.name, &home, true).as_bytes())?;
            Ok(Exit::Done)
        }
    }
}

fn add(args: &AddArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let who = super::who(args.who.by.as_deref())?;
    let keys = read_keys(&args.key)?;
    let mut station = Station::make(args.station.layout(&settings)?)?;
    let partner = Partner {
        name: args.name.clone(),
        sender_ids: trimmed(&args.sender_id),
        receiver_ids: trimmed(&args.receiver_id),
    };
    look_whether_new(&partner, &station.ledger.partners().map_err(unusable)?)?;
    let home = station.layout.home(&args.name);
    prepare(&home, &keys, args.uid.zip(args.gid))
        .map_err(|error| own("cannot make", &home.root(), &error))?;
    let at = Stamp::or_clock(None).text();
    let act = Act { at: &at, who: &who, why: "" };
    station.ledger.add_partner(&partner, &act).map_err(unusable)?;
    stdout::write(snippet(&args.name, &home, args.uid.is_some()).as_bytes())?;
    Ok(Exit::Done)
}

/// Reads keys that sshd may take; without any, their partner could not come.
fn read_keys(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure { exit: Exit::Usage, ..Failure::io("cannot read keys", path, &error) };
    let read = fs::read(path).map_err(failed)?;
    if keys::count(&read) == 0 {
        return Err(Failure::usage(
            format!("{}: no line is a public key of OpenSSH", path.display()),
            "name the file that ends with .pub, with a line such as `ssh-ed25519 AAAA…` for each key; `ssh-keygen -i -f FILE` turns keys of other programs into such lines",
        ));
    }
    Ok(read)
}

/// Looks whether a partner is none that is known, before folders and keys of that are changed.
fn look_whether_new(new: &Partner, known: &[Partner]) -> Result<(), Failure> {
    let Partner { name, sender_ids, .. } = new;
    if known.iter().any(|partner| partner.name == *name) {
        return Err(Failure::usage(
            format!("there is a partner {name} already"),
            format!(
                "give it other keys with `claimgate partner set {name} --key FILE`, or another partner another name"
            ),
        ));
    }
    let known_by = |id: &&String| known.iter().find(|partner| partner.sender_ids.contains(id));
    match sender_ids.iter().find_map(|id| Some((id, known_by(&id)?))) {
        None => Ok(()),
        Some((id, Partner { name: known, .. })) => Err(Failure::usage(
            format!("partner {known} sends as {id} already, and a file has one sender"),
            format!("let these files be put into the folders of {known}, or name what {name} sends as ISA06"),
        )),
    }
}

/// An ISA pads its elements with blanks, which say nothing.
fn trimmed(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| id.trim().to_owned()).collect()
}

/// Makes the folders of a partner, and gives them to its user.
///
/// Into the inbound folders it writes, and the station moves files out of them by their group; the outbound folders are the station's, and the partner reads and removes by the group of its own.
fn prepare(home: &Home, keys: &[u8], user: Option<(u32, u32)>) -> io::Result<()> {
    home.make()?;
    if let Some((uid, gid)) = user {
        home.inbound().iter().try_for_each(|folder| chown(folder, Some(uid), None))?;
        home.outbound().iter().try_for_each(|folder| chown(folder, None, Some(gid)))?;
        // A change of owner takes the bit away that hands the group down.
        home.make()?;
    }
    intake::write_file(&home.keys(), keys, true)?;
    // Public keys are no secret, and sshd reads them as the partner.
    fs::set_permissions(home.keys(), std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

/// Returns what sshd has to be told of a partner.
///
/// Source: `sshd_config(5)`, `sftp-server(8)`; more than a few who log in at once are turned away unless `MaxStartups` says otherwise.
fn snippet(name: &str, home: &Home, has_user: bool) -> String {
    let shown = |path: &Path| path.display().to_string();
    let (root, keys) = (shown(&home.root()), shown(&home.keys()));
    let user = if has_user {
        String::new()
    } else {
        format!(
            "# Add the user, and give it the folders:\n#   useradd --no-create-home --home-dir / --shell /usr/sbin/nologin {name} && usermod -p '*' {name}\n#   chown {name} {root}/inbound/*; chgrp {name} {root}/outbound/*; chmod 2770 {root}/inbound/* {root}/outbound/*\n"
        )
    };
    format!(
        "\
{user}# For sshd_config; MaxStartups, LoginGraceTime and Subsystem stand there once, in front of every Match.
MaxStartups 100:30:200
LoginGraceTime 30
Subsystem sftp internal-sftp
Match User {name}
    AuthorizedKeysFile {keys}
    AuthenticationMethods publickey
    ChrootDirectory {root}
    ForceCommand internal-sftp -u 0007 -P symlink,hardlink,mkdir,rmdir
    DisableForwarding yes
    PermitTTY no
"
    )
}

/// Enters by when something is expected, and gives other keys; the last word counts.
fn set(args: &SetArgs, global: &Global) -> Result<Exit, Failure> {
    let who = super::who(args.who.by.as_deref())?;
    let keys = args.key.as_deref().map(|path| Ok((path, read_keys(path)?))).transpose()?;
    let (mut station, Partner { name, .. }) = known(&args.station, &args.name, global)?;
    let at = Stamp::or_clock(None).text();
    let act = Act { at: &at, who: &who, why: "" };
    let mut words = String::new();
    if let Some(Expected(schedule)) = args.expect {
        let why = schedule.map(|schedule| schedule.to_string()).unwrap_or_default();
        station.ledger.note(Note::Expectation, &name, &Act { why: &why, ..act }).map_err(unusable)?;
        let says = schedule.map_or("nothing is expected".to_owned(), |_| format!("expected {why}"));
        words.push_str(&format!("{name}: {says}\n"));
    }
    if let Some((path, keys)) = keys {
        let why = shown_name(path.as_os_str());
        station.ledger.note(Note::Keys, &name, &Act { why: &why, ..act }).map_err(unusable)?;
        let home = station.layout.home(&name);
        let has_folders = home.missing().is_empty();
        prepare(&home, &keys, args.uid.zip(args.gid))
            .map_err(|error| own("cannot make", &home.root(), &error))?;
        words.push_str(&format!("{name}: keys of {why}\n"));
        if !has_folders {
            words.push_str(&snippet(&name, &home, args.uid.is_some()));
        }
    }
    stdout::write(words.as_bytes())?;
    Ok(Exit::Done)
}

/// Opens the station and finds a partner of it.
fn known(station: &StationArgs, name: &str, global: &Global) -> Result<(Station, Partner), Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let station = station.open(&settings)?;
    let partner = station.partner(name)?;
    Ok((station, partner))
}

fn list(args: &ListArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let station = args.station.open(&settings)?;
    let dues = late::all(&station, Stamp::or_clock(None))?;
    let lines = station.ledger.partners().map_err(unusable)?.into_iter().map(|partner| {
        let Partner { name, sender_ids, receiver_ids } = partner;
        let receivers = if receiver_ids.is_empty() { "any".to_owned() } else { receiver_ids.join(", ") };
        let due = dues.get(&name).map_or_else(String::new, |due| format!("  expected {}", due.schedule));
        format!("{name:<32}  from {}  to {receivers}{due}\n", sender_ids.join(", "))
    });
    stdout::write(lines.collect::<String>().as_bytes())?;
    Ok(Exit::Done)
}
