//! `oci://HOST/REPOSITORY:TAG`: plugins in registries of the OCI Distribution Specification.
//!
//! A plugin there is what the CNCF's layout for WebAssembly artifacts says: a config of the type
//! `application/vnd.wasm.config.v0+json` and one layer, the component, of the type `application/wasm`; so other tools read it,
//! too. `plugin.toml` is an annotation of the manifest, as a JSON string.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use dirigent_runtime::{Digest, PluginInfo};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::OciImageManifest;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde_json::json;
use tokio::io::AsyncWrite;

use crate::look::plain;

/// What such places begin with.
pub(super) const SCHEME: &str = "oci://";

const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
const LAYER_TYPE: &str = "application/wasm";
/// The annotation that is the manifest of the plugin, as a JSON string: annotations go over the wire in canonical JSON, which
/// has no escapes for the ends of lines.
const MANIFEST_ANNOTATION: &str = "dev.dirigent.plugin.toml";
/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long pieces of an answer may be apart.
const READ_LIMIT: Duration = Duration::from_secs(60);
/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(1800);
/// Bytes of a component. Source: `dirigent-runtime`, which takes no larger ones.
const COMPONENT_LIMIT: usize = 256 << 20;

/// A place in a registry, and the way there.
pub(super) struct Remote {
    reference: Reference,
    client: Client,
    auth: RegistryAuth,
}

/// What was found there.
pub(super) struct Pulled {
    pub(super) component: Vec<u8>,
    pub(super) manifest: String,
}

impl Remote {
    /// The place of this URL. Without a tag it is that of the version, if there is one.
    ///
    /// Loopback is asked over HTTP, everything else over HTTPS. `DIRIGENT_OCI_USERNAME` and `DIRIGENT_OCI_PASSWORD` are the
    /// credentials, if they are set.
    pub(super) fn new(url: &str, version: Option<&str>) -> anyhow::Result<Remote> {
        let place = url.strip_prefix(SCHEME).unwrap_or(url);
        let has_tag = place.rsplit('/').next().is_some_and(|last| last.contains(':')) || place.contains('@');
        let place = match version {
            // `+` of a version's build is not for tags.
            Some(version) if !has_tag => format!("{place}:{}", version.replace('+', "_")),
            _ if !has_tag => bail!("{url} says no version: write {url}:1.0.0"),
            _ => place.to_owned(),
        };
        if !place.contains('/') {
            bail!("{url} names no repository: write oci://HOST/REPOSITORY:TAG");
        }
        let reference: Reference =
            place.parse().map_err(|error| anyhow!("{url} is no place in an OCI registry: {error}"))?;
        let protocol =
            if is_loopback(reference.registry()) { ClientProtocol::Http } else { ClientProtocol::Https };
        let client = Client::try_from(ClientConfig {
            protocol,
            connect_timeout: Some(CONNECT_LIMIT),
            read_timeout: Some(READ_LIMIT),
            user_agent: concat!("dirigent/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        })
        .context("cannot make a client for OCI registries")?;
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let auth = match (set("DIRIGENT_OCI_USERNAME"), set("DIRIGENT_OCI_PASSWORD")) {
            (Some(user), Some(password)) => RegistryAuth::Basic(user, password),
            _ => RegistryAuth::Anonymous,
        };
        Ok(Remote { reference, client, auth })
    }

    /// Puts a plugin there. `plugin` says what the component imports and exports.
    pub(super) async fn push(
        &self,
        plugin: &PluginInfo,
        component: Vec<u8>,
        manifest: &str,
    ) -> anyhow::Result<()> {
        let config = json!({
            "created": jiff::Timestamp::now().to_string(),
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [Digest::of(&component).to_string()],
            "component": { "exports": plugin.exports, "imports": plugin.imports, "target": null },
        });
        let config = Config::new(config.to_string(), CONFIG_TYPE.to_owned(), None);
        let layers = [ImageLayer::new(component, LAYER_TYPE.to_owned(), None)];
        let annotations = [
            ("org.opencontainers.image.title", plugin.name.as_str()),
            ("org.opencontainers.image.version", &plugin.version),
            ("org.opencontainers.image.description", &plain(&plugin.description)),
            (MANIFEST_ANNOTATION, &serde_json::to_string(manifest)?),
        ];
        let annotations: BTreeMap<String, String> =
            annotations.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let image = OciImageManifest::build(&layers, &config, Some(annotations));
        let pushing = self.client.push(&self.reference, &layers, config, &self.auth, Some(image));
        let pushed = tokio::time::timeout(LIMIT, pushing).await;
        pushed
            .map_err(|_| anyhow!("it took longer than {} s", LIMIT.as_secs()))
            .and_then(|pushed| pushed.map_err(Into::into))
            .with_context(|| format!("cannot push {SCHEME}{}", self.reference))?;
        Ok(())
    }

    /// Gets the plugin that is there. The registry's digests are checked.
    pub(super) async fn pull(&self) -> anyhow::Result<Pulled> {
        let pulled = tokio::time::timeout(LIMIT, self.pull_all()).await;
        pulled
            .map_err(|_| anyhow!("it took longer than {} s", LIMIT.as_secs()))
            .flatten()
            .with_context(|| format!("cannot pull {SCHEME}{}", self.reference))
    }

    async fn pull_all(&self) -> anyhow::Result<Pulled> {
        let (image, _) = self.client.pull_image_manifest(&self.reference, &self.auth).await?;
        let manifest = image.annotations.as_ref().and_then(|all| all.get(MANIFEST_ANNOTATION)).cloned();
        let manifest = manifest.with_context(|| {
            format!(
                "it was not published by dirigent (it has no annotation {MANIFEST_ANNOTATION}). Pull the component with \
                 another tool, put a plugin.toml with name and version beside it, and publish that folder"
            )
        })?;
        let manifest = serde_json::from_str(&manifest)
            .with_context(|| format!("the annotation {MANIFEST_ANNOTATION} is no JSON string"))?;
        let mut wasm = image.layers.iter().filter(|layer| layer.media_type == LAYER_TYPE);
        let (Some(layer), None) = (wasm.next(), wasm.next()) else {
            bail!("it has to have one layer of the type {LAYER_TYPE}, and has {} layers", image.layers.len());
        };
        let mut component = Capped(Vec::new());
        self.client.pull_blob(&self.reference, layer, &mut component).await?;
        Ok(Pulled { component: component.0, manifest })
    }
}

/// The URL, if a registry is one of these and no directory.
pub(super) fn url(registry: &Path) -> Option<&str> {
    registry.to_str().filter(|text| text.starts_with(SCHEME))
}

fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => registry.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Takes bytes up to [`COMPONENT_LIMIT`], whatever size a registry announced.
struct Capped(Vec<u8>);

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.0.len().saturating_add(bytes.len()) > COMPONENT_LIMIT {
            let why = format!("the component has more than {COMPONENT_LIMIT} bytes");
            return Poll::Ready(Err(io::Error::other(why)));
        }
        self.0.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
