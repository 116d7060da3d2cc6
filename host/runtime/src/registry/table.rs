//! What serves what: the table that resources are looked up in, made anew after each change.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use semver::Version;

use super::{
    aliases::{Aliases, DEFAULT},
    manifest::Manifest,
    resource::{Reference, reference},
    scan::Found,
};
use crate::{
    Asks, Digest, Failure, PluginInfo, PluginState,
    components::{Identity, ShelfState},
    error_names,
};

/// Names that a message lists before it stops.
const LISTED: usize = 20;

/// The registry at one moment.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) plugins: Vec<PluginInfo>,
    /// Candidates by name, newest first.
    by_name: BTreeMap<String, Vec<Candidate>>,
    /// Names by the resource that a manifest serves, in order.
    by_resource: HashMap<String, BTreeSet<String>>,
    /// Every pin that was ever published by this process.
    pub(crate) identities: HashMap<Digest, Arc<Identity>>,
    /// What serves for each folder, by name and version.
    published: HashMap<(String, String), Published>,
    /// By name of the plugin.
    aliases: BTreeMap<String, Aliases>,
    /// What is wrong with files of aliases, for which those of before stay.
    wrong_aliases: BTreeMap<String, String>,
    /// Something is still being written.
    pub(crate) unsettled: bool,
}

#[derive(Clone)]
struct Published {
    /// The component's.
    digest: Digest,
    manifest: Manifest,
}

struct Candidate {
    version: Version,
    pin: Digest,
    serves: Vec<String>,
    broken: bool,
}

impl Table {
    /// The table for what was found.
    ///
    /// A file that is still being written must not be taken for final: while it is not [`Found::settled`], what was published
    /// before stays, and it is published itself only once its component is ready to run. At the `first` reading
    /// there is nothing to keep, so everything is published at once and a call waits.
    pub(super) fn build(
        mut found: Vec<Found>,
        state: impl Fn(&Digest) -> Option<ShelfState>,
        previous: &Self,
        first: bool,
    ) -> Self {
        found.sort_by(|a, b| {
            (&a.name, Reverse(a.version.as_ref().ok()), &a.folder).cmp(&(
                &b.name,
                Reverse(b.version.as_ref().ok()),
                &b.folder,
            ))
        });
        let mut table = Self { identities: previous.identities.clone(), ..Self::default() };
        for found in found {
            table.add(found, &state, previous, first);
        }
        table.identify();
        table
    }

    fn add(
        &mut self,
        found: Found,
        state: &impl Fn(&Digest) -> Option<ShelfState>,
        previous: &Self,
        first: bool,
    ) {
        let key = (found.name.clone(), found.folder.clone());
        let shelf = found.digest.as_ref().ok().and_then(state);
        let wrong = wrong(&found, shelf.as_ref());
        let ready = matches!(shelf, Some(ShelfState::Ready(_)));
        let (mut state, publish) = match (&wrong, ready) {
            (None, true) => (PluginState::Ready, true),
            (None, false) => (PluginState::Compiling, found.settled || first),
            (Some(_), _) if !found.settled => (PluginState::Compiling, false),
            (Some(why), _) => (PluginState::Broken { why: why.clone() }, true),
        };
        self.unsettled |= !found.settled;

        let published = match (&found.version, &found.digest, &found.manifest) {
            (Ok(_), Ok(digest), Ok(manifest)) if publish && valid_name(&found.name) => {
                Some(Published { digest: *digest, manifest: manifest.clone() })
            }
            // Settled and without a digest or a valid manifest: nothing may run under its name.
            _ if publish => None,
            _ => previous.published.get(&key).cloned(),
        };
        if let Some(Published { digest, manifest }) = published {
            if let Ok(version) = &found.version {
                let candidate = Candidate {
                    version: version.clone(),
                    pin: manifest.pin(digest, &found.name, &found.folder),
                    serves: manifest.serves.clone(),
                    broken: matches!(state, PluginState::Broken { .. }),
                };
                for resource in &candidate.serves {
                    self.by_resource.entry(resource.clone()).or_default().insert(found.name.clone());
                }
                self.by_name.entry(found.name.clone()).or_default().push(candidate);
                self.published.insert(key, Published { digest, manifest });
            }
        } else if publish && !matches!(state, PluginState::Broken { .. }) {
            state = PluginState::Compiling;
        }
        self.plugins.push(info(found, shelf, state));
    }

    /// Give every published pin its name, and the strictest limits of all its manifests.
    fn identify(&mut self) {
        let mut now: HashMap<Digest, Identity> = HashMap::new();
        let mut published: Vec<_> = self.published.iter().collect();
        published.sort_by_key(|(key, _)| (*key).clone());
        for ((name, version), Published { digest, manifest }) in published {
            let pin = manifest.pin(*digest, name, version);
            now.entry(pin)
                .and_modify(|identity| identity.limits = identity.limits.strictest(&manifest.limits))
                .or_insert_with(|| Identity {
                    name: name.clone(),
                    version: version.clone(),
                    limits: manifest.limits,
                    component: (pin != *digest).then_some(*digest),
                    environment: manifest.environment.clone(),
                    asks: manifest.asks.clone(),
                });
        }
        self.identities.extend(now.into_iter().map(|(pin, identity)| (pin, Arc::new(identity))));
    }

    /// Take over the aliases that were read. Those of a file that is wrong stay as they were.
    pub(super) fn set_aliases(&mut self, read: BTreeMap<String, Result<Aliases, String>>, previous: &Self) {
        for (name, read) in read {
            match read {
                Ok(aliases) => {
                    let news = previous.aliases.get(&name) != Some(&aliases);
                    for (alias, version) in
                        aliases.all().filter(|(_, version)| self.exact(&name, version).is_none())
                    {
                        if news {
                            tracing::warn!(
                                plugin = name,
                                "the alias `{alias}` names {version}, which is not there"
                            );
                        }
                    }
                    self.aliases.insert(name, aliases);
                }
                Err(why) => {
                    if previous.wrong_aliases.get(&name) != Some(&why) {
                        tracing::warn!(plugin = name, "aliases stay as they were: {why}");
                    }
                    if let Some(before) = previous.aliases.get(&name) {
                        self.aliases.insert(name.clone(), before.clone());
                    }
                    self.wrong_aliases.insert(name, why);
                }
            }
        }
        for plugin in &mut self.plugins {
            if let (Some(aliases), Ok(version)) =
                (self.aliases.get(&plugin.name), Version::parse(&plugin.version))
            {
                plugin.aliases =
                    aliases.of_version(&version).map(|(alias, weight)| (alias.to_owned(), weight)).collect();
            }
        }
    }

    /// Whether this component is in the registry now.
    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.published.values().any(|published| published.digest == *digest)
    }

    /// What serves a `Resource`. A manifest that names it goes first, so that a plugin can take over for a function.
    pub(crate) fn resolve(&self, resource: &str) -> Option<Digest> {
        if let Some(digest) = self.serving(resource) {
            return Some(digest);
        }
        match reference(resource) {
            Reference::Plugin { name, version } => self.find(name, version),
            Reference::Function { name, qualifier } => self.find_function(name, qualifier),
            Reference::Other => None,
        }
    }

    /// What serves a Lambda function.
    pub(crate) fn find_function(&self, name: &str, qualifier: Option<&str>) -> Option<Digest> {
        let ours = |alias: &&str| self.aliases.get(name).is_some_and(|aliases| aliases.has(alias));
        self.find(name, qualifier.filter(ours))
    }

    fn serving(&self, resource: &str) -> Option<Digest> {
        // Two plugins for one resource: the first by name, so that the answer does not depend on the order on disk.
        let names = self.by_resource.get(resource)?;
        names.iter().find_map(|name| {
            newest(
                self.by_name.get(name)?.iter().filter(|it| it.serves.iter().any(|serves| serves == resource)),
            )
        })
    }

    /// What an alias means, drawn anew by its weights, or the newest version of a plugin, of those that start with this
    /// prefix.
    pub(crate) fn find(&self, name: &str, version: Option<&str>) -> Option<Digest> {
        let alias = version.unwrap_or(DEFAULT);
        if let Some(chosen) = self.aliases.get(name).and_then(|aliases| aliases.choose(alias, rand::random()))
        {
            return self.exact(name, chosen);
        }
        let candidates = self.by_name.get(name)?.iter();
        newest(candidates.filter(|it| version.is_none_or(|prefix| matches_prefix(&it.version, prefix))))
    }

    fn exact(&self, name: &str, version: &Version) -> Option<Digest> {
        self.by_name.get(name)?.iter().find(|it| it.version == *version).map(|it| it.pin)
    }

    /// Why nothing serves this resource.
    pub(crate) fn explain_missing(
        &self,
        resource: &str,
        name: Option<&str>,
        registry: Option<&Path>,
    ) -> Failure {
        let not_found = |cause| Failure::new(error_names::NOT_FOUND, cause);
        let place = registry.map_or("the host has no registry directory".to_owned(), |path| {
            format!("the registry is {}", path.display())
        });
        let (name, version) = match (name, reference(resource)) {
            (Some(name), _) => (name, None),
            (None, Reference::Plugin { name, version }) => (name, version),
            (None, Reference::Function { name, .. }) => (name, None),
            (None, Reference::Other) => {
                return not_found(format!(
                    "no plugin serves `{resource}`: name it in `serves` of a plugin.toml ({place})"
                ));
            }
        };
        let alias = version.unwrap_or(DEFAULT);
        let missing = self.aliases.get(name).into_iter().flat_map(Aliases::all);
        let mut missing =
            missing.filter(|(named, version)| *named == alias && self.exact(name, version).is_none());
        if let Some((_, version)) = missing.next() {
            return not_found(format!(
                "the alias `{alias}` of plugin `{name}` names {version}, which is not there ({place})"
            ));
        }
        let same: Vec<_> = self.plugins.iter().filter(|plugin| plugin.name == name).collect();
        let wanted = same.iter().find(|plugin| {
            version.is_none_or(|prefix| {
                // A folder that is no version can only be meant by its name.
                Version::parse(&plugin.version)
                    .map_or(plugin.version == prefix, |it| matches_prefix(&it, prefix))
            })
        });
        if let Some(plugin) = wanted {
            return match &plugin.state {
                PluginState::Broken { why } => Failure::new(
                    error_names::BROKEN,
                    format!("plugin {name}@{} is broken: {why}", plugin.version),
                ),
                PluginState::Compiling | PluginState::Ready => {
                    not_found(format!("plugin {name}@{} is still being installed; try again", plugin.version))
                }
            };
        }
        if same.is_empty() {
            let names = self.by_name.keys().map(String::as_str);
            return not_found(format!("there is no plugin `{name}` ({place}, which has {})", list(names)));
        }
        let versions = same.iter().map(|plugin| plugin.version.as_str());
        not_found(format!(
            "plugin `{name}` has no version `{}`; it has {}",
            version.unwrap_or_default(),
            list(versions)
        ))
    }
}

fn newest<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<Digest> {
    // Newest first; a pre-release only if there is no release, and a broken one only if nothing else is there, for the
    // sake of its message.
    candidates.min_by_key(|it| (it.broken, !it.version.pre.is_empty())).map(|it| it.pin)
}

/// `1`, `1.2` and `1.2.0` match 1.2.0; only `1.2.0-rc.1` in full matches that one.
fn matches_prefix(version: &Version, prefix: &str) -> bool {
    let text = version.to_string();
    text == prefix
        || (version.pre.is_empty()
            && text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['.', '+'])))
}

/// What is wrong with a version, first the folder, then its files, then the component.
fn wrong(found: &Found, shelf: Option<&ShelfState>) -> Option<String> {
    if !valid_name(&found.name) {
        return Some(format!(
            "`{}` is not a name for a plugin: use at most 64 of A-Z, a-z, 0-9, - and _",
            found.name
        ));
    }
    let files = [found.version.as_ref().err(), found.manifest.as_ref().err(), found.digest.as_ref().err()];
    if let Some(why) = files.into_iter().flatten().next() {
        return Some(why.clone());
    }
    match shelf {
        Some(ShelfState::Broken(why)) => Some(format!("{}: {why}", found.component.display())),
        _ => None,
    }
}

/// AWS Lambda's rule for function names (Lambda API, CreateFunction): what a function's ARN can name.
fn valid_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn info(found: Found, shelf: Option<ShelfState>, state: PluginState) -> PluginInfo {
    let ready = match shelf {
        Some(ShelfState::Ready(ready)) => Some(ready),
        _ => None,
    };
    let manifest = found.manifest.unwrap_or_default();
    PluginInfo {
        name: found.name,
        version: found.folder,
        description: manifest.description,
        digest: found.digest.ok(),
        path: found.component,
        serves: manifest.serves,
        component_bytes: found.component_bytes,
        compiled_bytes: ready.as_ref().map(|ready| ready.compiled_bytes),
        limits: manifest.limits,
        asks: Asks { ..manifest.asks },
        imports: ready.as_ref().map(|ready| ready.imports.clone()).unwrap_or_default(),
        exports: ready.map(|ready| ready.exported.clone()).unwrap_or_default(),
        state,
        aliases: Vec::new(),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.len() {
        0 => "none".to_owned(),
        n if n > LISTED => format!("{} and {} more", names[..LISTED].join(", "), n - LISTED),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests;
