//! `dirigent plugin install`: from an OCI registry into a registry directory.

use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};

use super::args::{Install, Places};
use super::oci::{self, Remote, SCHEME};
use super::project;
use super::{build, publish};

pub(super) async fn install(args: &Install, places: &Places) -> anyhow::Result<ExitCode> {
    if !args.from.starts_with(SCHEME) {
        bail!("{} is no place in an OCI registry: write oci://HOST/REPOSITORY:TAG", args.from);
    }
    if let Some(url) = oci::url(&places.registry) {
        bail!("{url} is no directory. Say with --registry into which directory to install");
    }
    let pulled = Remote::new(&args.from, None)?.pull().await?;
    let head: project::Head = toml::from_str(&pulled.manifest)
        .map_err(|error| anyhow!("the plugin.toml of {}: {error}", args.from))?;
    let here = || format!("the plugin.toml of {}", args.from);
    let (name, version) = head.name_and_version().with_context(here)?;
    dirigent_runtime::check_manifest(&pulled.manifest, &name, &version)
        .map_err(|why| anyhow!("{}: {why}", here()))?;
    build::check_component(&pulled.component).with_context(|| args.from.clone())?;
    publish::install(&places.registry.join(&name).join(&version), &pulled.component, &pulled.manifest)?;
    println!("installed {name}@{version} to {}", places.registry.display());
    Ok(ExitCode::SUCCESS)
}
