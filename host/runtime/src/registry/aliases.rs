//! `aliases.toml` beside a plugin's versions: names for versions, with weights.
//!
//! ```toml
//! stable = "1.2.0"
//! canary = { "1.2.0" = 90, "1.3.0" = 10 }   # ten in a hundred executions
//! default = "1.2.0"                         # what the plugin's bare name means; without it the newest version
//! ```

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;

/// What the bare name of a plugin means, if there is such an alias.
pub(super) const DEFAULT: &str = "default";
/// Aliases of one plugin.
const ALIASES: usize = 100;
/// Versions of one alias.
const VERSIONS: usize = 20;
/// The largest weight.
const WEIGHT: u32 = 10_000;

/// The aliases of one plugin, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aliases(BTreeMap<String, Vec<(Version, u32)>>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(BTreeMap<String, u32>),
}

impl Aliases {
    /// Read the file. An error says what is wrong, in one line.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let written: BTreeMap<String, Written> = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count());
            format!(
                "line {line}: an alias is a version, or versions with weights: {}",
                error.message().replace('\n', ", ")
            )
        })?;
        if written.len() > ALIASES {
            return Err(format!("it has {} aliases; at most {ALIASES} are allowed", written.len()));
        }
        let aliases =
            written.into_iter().map(|(name, written)| Ok((name.clone(), versions(&name, written)?)));
        aliases.collect::<Result<_, String>>().map(Self)
    }

    /// The version that an alias means for `roll`, a number that is drawn anew for each execution.
    pub(super) fn choose(&self, alias: &str, roll: u32) -> Option<&Version> {
        let versions = self.0.get(alias)?;
        let all: u32 = versions.iter().map(|(_, weight)| weight).sum();
        let mut left = roll % all.max(1);
        versions.iter().find_map(|(version, weight)| {
            let chosen = left < *weight;
            left = left.saturating_sub(*weight);
            chosen.then_some(version)
        })
    }

    /// Whether there is an alias of this name.
    pub(super) fn has(&self, alias: &str) -> bool {
        self.0.contains_key(alias)
    }

    /// The aliases that name a version.
    pub(super) fn of_version<'a>(&'a self, version: &'a Version) -> impl Iterator<Item = (&'a str, u32)> {
        self.0.iter().flat_map(move |(alias, versions)| {
            versions
                .iter()
                .filter(move |(named, _)| named == version)
                .map(|(_, weight)| (alias.as_str(), *weight))
        })
    }

    /// Aliases and the versions that they name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Version)> {
        self.0
            .iter()
            .flat_map(|(alias, versions)| versions.iter().map(move |(version, _)| (alias.as_str(), version)))
    }
}

/// Whether a host takes this text as `aliases.toml`. An error says what is wrong.
pub fn check_aliases(text: &str) -> Result<(), String> {
    Aliases::read(text).map(|_| ())
}

fn versions(alias: &str, written: Written) -> Result<Vec<(Version, u32)>, String> {
    let named = alias.starts_with(|c: char| c.is_ascii_alphabetic())
        && alias.len() <= 64
        && alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !named {
        return Err(format!(
            "`{alias}` is not a name for an alias: a letter, then at most 63 of A-Z, a-z, 0-9, - and _"
        ));
    }
    let written = match written {
        Written::One(version) => BTreeMap::from([(version, 1)]),
        Written::Several(versions) => versions,
    };
    if written.is_empty() || written.len() > VERSIONS {
        return Err(format!(
            "the alias `{alias}` names {} versions; it can name 1 to {VERSIONS}",
            written.len()
        ));
    }
    let mut read = Vec::with_capacity(written.len());
    for (version, weight) in written {
        let parsed = Version::parse(&version).map_err(|_| {
            format!(
                "the alias `{alias}` names `{version}`, which is no version; write it in full, like 1.2.0"
            )
        })?;
        if weight > WEIGHT {
            return Err(format!(
                "the weight of {version} in the alias `{alias}` is {weight}; it can be 0 to {WEIGHT}"
            ));
        }
        read.push((parsed, weight));
    }
    if read.iter().all(|(_, weight)| *weight == 0) {
        return Err(format!("all weights of the alias `{alias}` are 0"));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_aliases_choose() {
        let aliases =
            Aliases::read("stable = \"1.2.0\"\ncanary = { \"1.2.0\" = 90, \"1.3.0\" = 10, \"1.4.0\" = 0 }")
                .unwrap();
        let count = |alias: &str, version: &str| {
            let version = Version::parse(version).unwrap();
            (0..1_000).filter(|roll| aliases.choose(alias, *roll) == Some(&version)).count()
        };
        for (alias, version, times) in [
            ("stable", "1.2.0", 1_000),
            ("canary", "1.2.0", 900),
            ("canary", "1.3.0", 100),
            ("canary", "1.4.0", 0),
            ("other", "1.2.0", 0),
        ] {
            assert_eq!(count(alias, version), times, "{alias} {version}");
        }
        let version = Version::parse("1.3.0").unwrap();
        assert_eq!(aliases.of_version(&version).collect::<Vec<_>>(), [("canary", 10)]);
    }

    #[test]
    fn what_is_no_alias() {
        for (text, why) in [
            ("stable = 1", "line 1: an alias is a version"),
            ("stable = \"1.2\"", "`1.2`, which is no version; write it in full"),
            ("1x = \"1.2.0\"", "`1x` is not a name for an alias"),
            ("a = { \"1.2.0\" = 0 }", "all weights of the alias `a` are 0"),
            ("a = { \"1.2.0\" = 10001 }", "it can be 0 to 10000"),
            ("a = {}", "it can name 1 to 20"),
        ] {
            let error = Aliases::read(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
