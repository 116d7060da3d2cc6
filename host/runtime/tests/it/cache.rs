//! The compile cache: used when whole, made again when not.

use std::{fs, path::PathBuf};

use dirigent_runtime::{Digest, RuntimeError};
use serde_json::json;

use crate::support::{House, call, component, output};

fn files(house: &House, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(&house.config.cache).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == extension)).collect()
}

fn only(house: &House, extension: &str) -> PathBuf {
    let [file] = &files(house, extension)[..] else { panic!("{:?}", files(house, extension)) };
    file.clone()
}

#[tokio::test]
async fn a_damaged_file_is_not_trusted() {
    let house = House::new();
    house.install("echo", "1.0.0", &component("echo"));
    let run = async || {
        let runtime = house.open().await;
        assert_eq!(output(&call(&runtime, "plugin:echo", json!(1)).await), json!(1));
    };
    run().await;
    let whole = fs::read(only(&house, "cwasm")).unwrap();
    assert_eq!(fs::read(only(&house, "wasm")).unwrap(), component("echo"));

    let mut flipped = whole.clone();
    let middle = whole.len() / 2;
    flipped[middle] ^= 1;
    let damages: &[(&str, &str, Option<&[u8]>)] = &[
        ("a flipped bit", "cwasm", Some(&flipped)),
        ("half a file", "cwasm", Some(&whole[..middle])),
        ("an empty file", "cwasm", Some(&[])),
        ("no file", "cwasm", None),
        ("no checksum", "sha256", None),
        ("another checksum", "sha256", Some(b"sha256:00")),
        ("no component", "wasm", None),
    ];
    for (what, extension, content) in damages {
        let path = only(&house, extension);
        // A new file under the old name: the old one is still mapped where it was loaded.
        fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        run().await;
        assert!(fs::read(only(&house, "cwasm")).unwrap() == whole, "{what}: not compiled again");
        assert!(only(&house, "sha256").exists() && only(&house, "wasm").exists(), "{what}");
    }

    // Whole files are left alone.
    let before = fs::metadata(only(&house, "cwasm")).unwrap().modified().unwrap();
    run().await;
    assert_eq!(fs::metadata(only(&house, "cwasm")).unwrap().modified().unwrap(), before);
}

#[tokio::test]
async fn a_damaged_component_is_taken_from_the_registry_again() {
    let house = House::new();
    house.install("echo", "1.0.0", &component("echo"));
    drop(house.open().await);
    let digest = Digest::of(&component("echo"));
    for extension in ["cwasm", "sha256"] {
        files(&house, extension).into_iter().for_each(|path| fs::remove_file(path).unwrap());
    }
    fs::create_dir_all(&house.config.cache).unwrap();
    fs::write(house.config.cache.join(format!("{}.wasm", digest.to_hex())), b"damaged").unwrap();
    let runtime = house.open().await;
    assert_eq!(output(&call(&runtime, "plugin:echo", json!(1)).await), json!(1));
    assert_eq!(fs::read(only(&house, "wasm")).unwrap(), component("echo"));
}

#[tokio::test]
async fn what_an_interrupted_write_left_is_removed() {
    let house = House::new();
    fs::create_dir_all(&house.config.cache).unwrap();
    fs::write(house.config.cache.join("1-0.tmp"), b"half").unwrap();
    let _runtime = house.open().await;
    assert!(files(&house, "tmp").is_empty());
}

#[tokio::test]
async fn settings_that_cannot_be_met() {
    let in_the_way = tempfile::NamedTempFile::new().unwrap();
    let house = House::new();
    let with = |change: fn(&mut dirigent_runtime::RuntimeConfig)| {
        let mut config = house.config.clone();
        change(&mut config);
        config
    };
    let mut no_cache = house.config.clone();
    no_cache.cache = in_the_way.path().join("cache");
    let mut no_registry = house.config.clone();
    no_registry.registry = Some(in_the_way.path().join("registry"));
    for (config, message) in [
        (
            with(|config| config.max_concurrent_calls = 0),
            "max_concurrent_calls is 0: it has to be between 1 and 10000",
        ),
        (with(|config| config.limits.memory.0 = 1), "limits.memory is 1 bytes: it has to be between 64KiB"),
        (no_cache, "cannot use the cache directory"),
        (no_registry, "cannot use the registry directory"),
    ] {
        let error: RuntimeError = dirigent_runtime::Runtime::open(config).await.err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
    }
}
