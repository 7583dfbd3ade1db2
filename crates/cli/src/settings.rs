//! What a site has configured, and what the command line says over it.
//!
//! Each source wins over the one before: built in, the site's file, the file of `--config`, the environment, the command line.
//! Within a file the chosen profile wins over the keys beside it.
//! The keys themselves are in one table, [`keys`]; here it is only decided which source has the last word.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use edits::{Channel, Profile};
use responses::Results;
use x12::Limits;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::reports;

pub mod keys;
mod layer;
mod value;

use keys::{KEYS, Key};
use layer::Layer;
pub use layer::Origin;
pub use value::{Value, loopback};

/// The site's configuration.
pub const SITE_FILE: &str = "/etc/claimgate/claimgate.toml";

/// Everything that can be configured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The payer's settings.
    pub profile: Profile,
    /// Bounds on what an input can make grow.
    pub limits: Limits,
    /// Largest input, in bytes; `None` for none.
    pub file_bytes_max: Option<u64>,
    /// How claims come in.
    pub channel: Channel,
    /// Which claims `results.ndjson` has.
    pub results: Results,
    /// Forms of the report, of [`reports::all`].
    pub reports: Vec<&'static str>,
    /// Whether a 277CA is written.
    pub claim_ack_277ca: bool,
    /// Whether what was judged is kept as facts.
    pub facts: bool,
    /// Worker threads; 0 for one a processor.
    pub threads: usize,
    /// How releases of the crosswalks are kept.
    pub desk: DeskSettings,
    /// How the station takes files in.
    pub station: StationSettings,
    /// How long the station keeps what.
    pub retention: RetentionSettings,
}

/// How long the station keeps what, in days; `None` for ever.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "units come last in every name")]
pub struct RetentionSettings {
    /// Files that were judged.
    pub archive_days: Option<u64>,
    /// Files that could not be judged.
    pub quarantine_days: Option<u64>,
    /// Answers that nobody has fetched.
    pub outbound_days: Option<u64>,
    /// Outputs of runs.
    pub runs_days: Option<u64>,
    /// Accepted claims that nobody has taken.
    pub onward_days: Option<u64>,
}

/// How the station takes files in.
#[derive(Clone, Debug)]
pub struct StationSettings {
    /// Where it is; `None` if every command names it.
    pub folder: Option<String>,
    /// The folder in which heads of the audit trail are written; `None` for that of the station.
    pub anchors: Option<String>,
    /// Where metrics are told; `None` for nowhere.
    pub metrics: Option<SocketAddr>,
    /// How long a file must stay as it is, where the kernel does not say that nobody writes to it.
    pub settle_seconds: u64,
    /// How long an interchange that is not closed is waited for.
    pub incomplete_after_seconds: u64,
    /// How often all folders are looked through.
    pub rescan_seconds: u64,
    /// Processes that judge.
    pub workers: usize,
    /// How long a file may take to be judged, however small it is.
    pub deadline_seconds: u64,
    /// How much memory a worker may have of its own.
    pub worker_mebibytes_max: u64,
}

/// How releases of the crosswalks are kept.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// Where; `None` for the data folder.
    pub folder: Option<String>,
    /// How many of a hundred pairs of its predecessor a release may lack.
    pub shrink_percent_max: usize,
    /// Whether two people have to agree on which releases count.
    pub second_person: bool,
}

/// Settings, and where each comes from.
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Origins by name of the key; what is not here is built in.
    origins: BTreeMap<&'static str, Origin>,
}

/// Where configuration is looked for.
pub struct Places<'p> {
    /// The site's file, which need not be there.
    pub site: &'p Path,
    /// The file of `--config`.
    pub config: Option<&'p Path>,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
    /// `--profile`.
    pub profile: Option<&'p str>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            profile: Profile::default(),
            limits: Limits::default(),
            file_bytes_max: None,
            channel: Channel::Batch,
            results: Results::Findings,
            reports: reports::usual(),
            claim_ack_277ca: false,
            facts: false,
            threads: 0,
            desk: DeskSettings { folder: None, shrink_percent_max: 10, second_person: false },
            station: StationSettings {
                folder: None,
                anchors: None,
                metrics: None,
                settle_seconds: 2,
                incomplete_after_seconds: 1800,
                rescan_seconds: 30,
                workers: 2,
                deadline_seconds: 60,
                worker_mebibytes_max: 2048,
            },
            retention: RetentionSettings::default(),
        }
    }
}

impl Settings {
    /// Reads the configuration: built in, the site's, `config`, the environment.
    pub fn load(config: Option<&Path>, profile: Option<&str>) -> Result<Settings, Failure> {
        Ok(Loaded::load(config, profile)?.settings)
    }

    /// Returns which of the keys called `names` have another value in `other`.
    pub fn differences<'n>(&self, other: &Settings, names: &[&'n str]) -> Vec<&'n str> {
        let differs = |key: &Key| (key.get)(self, "") != (key.get)(other, "");
        let is_other = |name: &&str| KEYS.iter().any(|key| key.name == *name && differs(key));
        names.iter().copied().filter(is_other).collect()
    }
}

impl Loaded {
    /// Reads the configuration, and remembers where each setting comes from.
    ///
    /// Errors: the first of those of [`Loaded::of`].
    pub fn load(config: Option<&Path>, profile: Option<&str>) -> Result<Loaded, Failure> {
        Loaded::load_or_all(config, profile).map_err(|faults| {
            let count = faults.len();
            let first = faults.into_iter().next().unwrap_or_else(|| Failure::silent(Exit::Usage));
            match first.hint {
                Some(hint) if 1 < count => {
                    let hint = format!("{hint}; `claimgate config check` tells of all {count} faults");
                    Failure { hint: Some(hint), ..first }
                }
                _ => first,
            }
        })
    }

    /// Reads the configuration like [`Loaded::load`], and tells of everything that is wrong.
    pub fn load_or_all(config: Option<&Path>, profile: Option<&str>) -> Result<Loaded, Vec<Failure>> {
        let variables = std::env::vars_os().collect();
        Loaded::of(&Places { site: Path::new(SITE_FILE), config, variables, profile })
    }

    /// Reads the configuration from `places`.
    ///
    /// Errors: files that cannot be read, keys that are not known, values that their keys do not take, a profile that nobody describes; source by source, and within a file line by line.
    pub fn of(places: &Places<'_>) -> Result<Loaded, Vec<Failure>> {
        let mut layers = vec![Layer::of_site(places.site)];
        layers.extend(places.config.map(Layer::of_file));
        layers.push(Layer::of_environment(places.variables.iter().cloned()));
        let mut faults: Vec<Failure> = layers.iter_mut().flat_map(|layer| layer.faults.drain(..)).collect();
        let mut loaded = Loaded { settings: Settings::default(), origins: BTreeMap::new() };
        let profile = match loaded.choose_profile(&layers, places.profile) {
            Ok(profile) => profile,
            // The profile may stand in what could not be read.
            Err(_) if layers.iter().any(|layer| layer.is_torn) => return Err(faults),
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        for layer in layers {
            let mut profiles = layer.profiles;
            for assignment in layer.own.into_iter().chain(profiles.remove(&profile).unwrap_or_default()) {
                (assignment.named.key.set)(&mut loaded.settings, assignment.named.code, assignment.value);
                loaded.origins.insert(&assignment.named.name, assignment.origin);
            }
        }
        if places.profile.is_some() {
            loaded.origins.insert(PROFILE, Origin::Option("--profile"));
        }
        loaded.settings.profile.name = profile;
        Ok(loaded)
    }

    /// Returns where the key called `name` got its value.
    pub fn origin(&self, name: &str) -> &Origin {
        self.origins.get(name).unwrap_or(&Origin::BuiltIn)
    }

    /// Returns the name of the profile that the last to speak has chosen.
    fn choose_profile(&self, layers: &[Layer], option: Option<&str>) -> Result<String, Failure> {
        let built_in = &self.settings.profile.name;
        let assigned = layers.iter().flat_map(|layer| &layer.own).filter(|one| one.named.name == PROFILE);
        let assigned = assigned.filter_map(|one| match &one.value {
            Value::Text(name) => Some((name.as_str(), one.origin.to_string())),
            _ => None,
        });
        let option = option.map(|name| (name, "--profile".to_owned()));
        let Some((name, origin)) = assigned.chain(option).last() else {
            return Ok(built_in.clone());
        };
        let described = layers.iter().flat_map(|layer| layer.profiles.keys()).map(String::as_str);
        let mut known: Vec<&str> = described.chain([built_in.as_str()]).collect();
        known.sort_unstable();
        known.dedup();
        if known.contains(&name) {
            return Ok(name.to_owned());
        }
        Err(Failure::usage(
            format!("{origin}: there is no profile {name}"),
            format!("choose one of {}, or describe it under [profiles.{name}]", known.join(", ")),
        ))
    }
}

/// The key that chooses a profile.
const PROFILE: &str = "profile";

#[cfg(test)]
mod tests {
    use super::*;

    /// Loads what two files and the environment say, and returns the rule for dates with its origin.
    fn rule(
        site: &str,
        config: &str,
        variable: Option<&str>,
        profile: Option<&str>,
    ) -> (&'static str, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("site.toml"), site).unwrap();
        std::fs::write(path("config.toml"), config).unwrap();
        let variables = variable.map(|rule| ("CLAIMGATE_SERVICE_DATE_RULE".into(), rule.into()));
        let loaded = Loaded::of(&Places {
            site: &path("site.toml"),
            config: Some(&path("config.toml")),
            variables: variables.into_iter().collect(),
            profile,
        })
        .map_err(|faults| faults.iter().map(Failure::to_string).collect::<String>())
        .unwrap();
        let origin = loaded.origin("service_date_rule").to_string();
        let origin = origin.replace(&format!("{}/", folder.path().display()), "");
        (loaded.settings.profile.service_date_rule.as_str(), origin)
    }

    const BOTH: &str = "service_date_rule = \"both\"";
    const ANY: &str = "\nservice_date_rule = \"any\"";

    #[test]
    fn each_source_wins_over_the_one_before() {
        assert_eq!(rule("", "", None, None), ("from", "built in".to_owned()));
        assert_eq!(rule(BOTH, "", None, None), ("both", "site.toml:1".to_owned()));
        assert_eq!(rule(BOTH, ANY, None, None), ("any", "config.toml:2".to_owned()));
        let variable = "environment CLAIMGATE_SERVICE_DATE_RULE".to_owned();
        assert_eq!(rule(BOTH, ANY, Some("from"), None), ("from", variable));
    }

    #[test]
    fn a_profile_wins_over_the_keys_of_its_own_file_alone() {
        let strict = "service_date_rule = \"any\"\n[profiles.strict]\nservice_date_rule = \"both\"";
        assert_eq!(rule(strict, "", None, None), ("any", "site.toml:1".to_owned()));
        assert_eq!(rule(strict, "", None, Some("strict")), ("both", "site.toml:3".to_owned()));
        assert_eq!(rule(strict, "profile = \"strict\"", None, None), ("both", "site.toml:3".to_owned()));
        assert_eq!(rule(strict, ANY, None, Some("strict")), ("any", "config.toml:2".to_owned()));
        assert_eq!(rule(strict, "", None, Some("mainecare")), ("any", "site.toml:1".to_owned()));
    }

    #[test]
    fn the_site_need_not_have_a_file() {
        let places =
            Places { site: Path::new("/nowhere/at.all"), config: None, variables: vec![], profile: None };
        assert!(Loaded::of(&places).is_ok());
        let places = Places { config: Some(Path::new("/nowhere/at.all")), ..places };
        let faults = Loaded::of(&places).map(drop).unwrap_err();
        assert_eq!((faults.len(), faults[0].exit), (1, Exit::Usage));
    }
}
