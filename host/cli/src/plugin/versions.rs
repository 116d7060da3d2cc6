//! `dirigent plugin alias` and `dirigent plugin remove`: which versions of a plugin serve, and which are there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use toml::{Table, Value};

use super::args::{Alias, Places, Remove};
use super::publish::write;

/// The file of a plugin's aliases, beside its versions.
const ALIASES: &str = "aliases.toml";

pub(super) fn alias(args: &Alias, places: &Places) -> anyhow::Result<ExitCode> {
    let folder = plugin(places, &args.name)?;
    let mut aliases = read(&folder)?;
    if args.delete {
        if aliases.remove(&args.alias).is_none() {
            bail!("{} has no alias {}", args.name, args.alias);
        }
    } else {
        let versions =
            args.versions.iter().map(|text| weighted(&folder, text)).collect::<anyhow::Result<Vec<_>>>()?;
        let value = match &versions[..] {
            [] => bail!("say which version {} is, such as 1.2.0, or 1.2.0=90 1.3.0=10", args.alias),
            [(version, None)] => Value::String(version.clone()),
            several => Value::Table(
                several
                    .iter()
                    .map(|(version, weight)| {
                        let weight = weight
                            .with_context(|| format!("say the weight of {version}: {version}=NUMBER"))?;
                        Ok((version.clone(), Value::Integer(weight.into())))
                    })
                    .collect::<anyhow::Result<Table>>()?,
            ),
        };
        aliases.insert(args.alias.clone(), value);
    }
    let text = toml::to_string(&aliases)?;
    dirigent_runtime::check_aliases(&text).map_err(|why| anyhow::anyhow!(why))?;
    write(&folder, ALIASES, text.as_bytes())?;
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

/// `VERSION` or `VERSION=WEIGHT`, of a version that is there.
fn weighted(folder: &Path, text: &str) -> anyhow::Result<(String, Option<u32>)> {
    let (version, weight) = match text.split_once('=') {
        Some((version, weight)) => {
            let weight =
                weight.parse().with_context(|| format!("`{weight}` is not a weight: a whole number"))?;
            (version, Some(weight))
        }
        None => (text, None),
    };
    if !folder.join(version).is_dir() {
        bail!("there is no version {version} in {}", folder.display());
    }
    Ok((version.to_owned(), weight))
}

pub(super) fn remove(args: &Remove, places: &Places) -> anyhow::Result<ExitCode> {
    let Some((name, version)) = args.plugin.split_once('@') else {
        bail!("say which version to remove: {}@VERSION", args.plugin);
    };
    let folder = plugin(places, name)?;
    let place = folder.join(version);
    if version.is_empty() || version.contains(['/', '\\']) || !place.is_dir() {
        bail!("there is no {name}@{version} in {}", places.registry.display());
    }
    let aliases = read(&folder)?;
    let named: Vec<&str> = aliases
        .iter()
        .filter(|(_, value)| match value {
            Value::String(one) => one == version,
            Value::Table(several) => several.contains_key(version),
            _ => false,
        })
        .map(|(alias, _)| alias.as_str())
        .collect();
    if !named.is_empty() && !args.force {
        bail!(
            "{name}@{version} is in use: the aliases {} name it. Give them another version with `dirigent plugin alias \
             {name} ALIAS VERSION`, or say --force",
            named.join(", ")
        );
    }
    // Out of the way first: a host never sees half of it.
    let gone = folder.join(format!(".{version}.removed"));
    std::fs::rename(&place, &gone).with_context(|| format!("cannot remove {}", place.display()))?;
    std::fs::remove_dir_all(&gone).with_context(|| format!("cannot remove {}", gone.display()))?;
    println!("removed {name}@{version}; executions that began with it keep it");
    Ok(ExitCode::SUCCESS)
}

fn plugin(places: &Places, name: &str) -> anyhow::Result<PathBuf> {
    let folder = places.registry.join(name);
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) || !folder.is_dir() {
        bail!("there is no plugin {name} in {}", places.registry.display());
    }
    Ok(folder)
}

fn read(folder: &Path) -> anyhow::Result<Table> {
    let path = folder.join(ALIASES);
    if !path.exists() {
        return Ok(Table::new());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not TOML", path.display()))
}
