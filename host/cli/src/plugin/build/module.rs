//! From a core module to a component, for languages whose compilers make modules for WASI's preview 1.
//!
//! What `wasm-tools component embed` and `component new` do, by the crate that they are made of: so C and Go need no tool
//! but their compiler. A module's imports and exports are checked against the contract here.

use std::path::Path;

use anyhow::Context;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{Component, Workspace};

/// The world of the contract that such modules are made for.
const WORLD: &str = "task";
/// Where the component goes, below the workspace.
const COMPONENT: &str = "component.wasm";

/// Makes a component of the module in this file.
///
/// # Errors
/// When it imports or exports what the contract does not have.
pub(super) fn component(module: &Path, workspace: &Workspace) -> anyhow::Result<Component> {
    let bytes = std::fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let component = encode(bytes, &workspace.dir().join("wit"))
        .with_context(|| format!("cannot make a component of {}", module.display()))?;
    let path = workspace.dir().join(COMPONENT);
    std::fs::write(&path, component).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Component(path))
}

fn encode(mut module: Vec<u8>, contract: &Path) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(contract)?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .encode()
}
