//! Makes a guest toolchain from Debian's packages, for machines that reach Debian's mirrors and the
//! registry of crates, and not rustup's server.
//!
//! Debian compiles a recent rustc for its browsers (`rustc-web`) and ships the source of its standard
//! library (`rust-web-src`). The packages are unpacked, not installed. To them come cargo and the two
//! linkers from the toolchain that is active; the standard library for wasm is compiled once from the
//! source. The result is linked to rustup under its own name, so that `cargo +wasm-guest build` works,
//! and it lies in the user's cache folder, so that it outlives `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::toolchain::{QUESTION_LIMIT, TARGET};
use crate::process;

const DEFAULT_NAME: &str = "wasm-guest";
/// How long apt may take to download some 130 MB.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(900);
/// How long it may take to unpack the packages, and to compile the standard library.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
/// What rustc-web's LLVM links to and a small installation may lack.
const LLVM_LIBRARIES: [&str; 3] = ["libz3-4", "libedit2", "libxml2"];

/// The name under which rustup knows the toolchain.
pub(super) fn toolchain_name() -> String {
    std::env::var("DIRIGENT_GUEST_TOOLCHAIN").unwrap_or_else(|_| DEFAULT_NAME.to_owned())
}

/// Makes the toolchain anew.
pub(super) fn make() -> Result<()> {
    let name = toolchain_name();
    let begin = Instant::now();
    let say = |what: &str| eprintln!("guest toolchain {name} ({:>3} s): {what}", begin.elapsed().as_secs());
    let home = cache_folder()?.join(&name);
    let work = WorkFolder::new(&home)?;
    let host = host_triple()?;
    let base = Base::find(&host)?;

    say("ask apt for the packages");
    update_package_lists()?;
    let packages = Packages::find()?;
    say(&format!("download {} (some 130 MB)", packages.all().join(" ")));
    packages.download(&work.0)?;
    say("unpack");
    packages.unpack(&work.0)?;
    say("put the toolchain together");
    let toolchain = work.0.join("toolchain");
    assemble(&work.0, &toolchain, &base, &host)?;
    install_missing_libraries(&toolchain, say)?;

    // rustup follows the link, so it may point to the final place before anything is there.
    let place = home.join("toolchain");
    if place.exists() {
        std::fs::remove_dir_all(&place).with_context(|| format!("cannot replace {}", place.display()))?;
    }
    std::fs::rename(&toolchain, &place)
        .with_context(|| format!("cannot put {} in place", place.display()))?;
    let mut link = process::command("rustup");
    link.args(["toolchain", "link", &name]).arg(&place);
    process::run(link, QUESTION_LIMIT)?;
    say("compile the standard library for wasm");
    compile_library(&work.0, &place, &name)?;
    say("done");
    Ok(())
}

/// A folder that is gone when the work is done, or has failed.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn new(home: &Path) -> Result<Self> {
        let path = home.join(format!("work-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        // apt downloads as another user, who must be able to get here.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self(path))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the active toolchain contributes.
struct Base {
    cargo: PathBuf,
    linkers: [PathBuf; 2],
}

impl Base {
    fn find(host: &str) -> Result<Self> {
        let mut rustc = process::command("rustc");
        rustc.args(["--print", "sysroot"]);
        let sysroot = PathBuf::from(process::output(rustc, QUESTION_LIMIT)?.trim());
        let tools = sysroot.join("lib/rustlib").join(host).join("bin");
        let base = Self {
            cargo: sysroot.join("bin/cargo"),
            linkers: [tools.join("rust-lld"), tools.join("wasm-component-ld")],
        };
        for file in base.linkers.iter().chain([&base.cargo]) {
            ensure!(
                file.is_file(),
                "the active toolchain has no {}: it is to be one of rustup's",
                file.display()
            );
        }
        Ok(base)
    }
}

/// Exact package names, which follow from rustc-web's dependencies as it is uploaded anew.
struct Packages {
    library: String,
    llvm: String,
}

impl Packages {
    fn find() -> Result<Self> {
        let dependency = |package: &str, prefix: &str| -> Result<String> {
            let mut show = process::command("apt-cache");
            show.args(["show", "--no-all-versions", package]);
            let shown = process::output(show, QUESTION_LIMIT).with_context(|| {
                format!("apt does not know {package}: this route needs Debian 12 or newer")
            })?;
            find_dependency(&shown, prefix)
                .with_context(|| format!("{package} depends on nothing that begins with {prefix}"))
        };
        let library = dependency("libstd-rust-web-dev", "libstd-rust-web-")?;
        let llvm = dependency(&library, "libllvm")?;
        Ok(Self { library, llvm })
    }

    fn all(&self) -> [&str; 5] {
        ["rustc-web", &self.library, "libstd-rust-web-dev", "rust-web-src", &self.llvm]
    }

    fn download(&self, work: &Path) -> Result<()> {
        let mut apt = process::command("apt-get");
        apt.args(["-qq", "download"]).args(self.all()).current_dir(work);
        process::run(apt, DOWNLOAD_LIMIT)
    }

    fn unpack(&self, work: &Path) -> Result<()> {
        let root = work.join("root");
        for package in self.all() {
            let archive =
                find_file(work, |file| file.starts_with(&format!("{package}_")) && file.ends_with(".deb"))?;
            let mut unpack = if package == "rust-web-src" {
                // Only the library of some 400 MB of source.
                shell(
                    "dpkg --fsys-tarfile \"$1\" | tar -x -C \"$2\" --wildcards \
                     './usr/src/rustc-*/library/*' './usr/src/rustc-*/library'",
                )
            } else {
                shell("dpkg -x \"$1\" \"$2\"")
            };
            unpack.arg(archive).arg(&root);
            process::run(unpack, BUILD_LIMIT)?;
        }
        Ok(())
    }
}

/// The first package in a `Depends:` line that begins with `prefix` and a digit.
fn find_dependency(shown: &str, prefix: &str) -> Option<String> {
    let depends = shown.lines().find_map(|line| line.strip_prefix("Depends: "))?;
    let names = depends.split([',', '|']).filter_map(|item| item.split_whitespace().next());
    let mut names = names.filter(|name| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    names.next().map(str::to_owned)
}

/// Brings compiler, libraries and tools to where rustup expects them in a toolchain.
fn assemble(work: &Path, toolchain: &Path, base: &Base, host: &str) -> Result<()> {
    let usr = work.join("root/usr");
    let rustlib = toolchain.join("lib/rustlib").join(host);
    for folder in [toolchain.join("bin"), rustlib.join("bin")] {
        std::fs::create_dir_all(folder)?;
    }
    for program in ["rustc", "rustdoc"] {
        rename(&usr.join("bin").join(program), &toolchain.join("bin").join(program))?;
    }
    // Shared libraries of the compiler: rustup lets programs of a toolchain look for them in lib/.
    let libraries = find_file(&usr.join("lib"), |file| file.ends_with("-linux-gnu"))?;
    for entry in std::fs::read_dir(&libraries)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().contains(".so") {
            rename(&entry.path(), &toolchain.join("lib").join(entry.file_name()))?;
        }
    }
    rename(&usr.join("lib/rustlib").join(host).join("lib"), &rustlib.join("lib"))?;
    symlink(&base.cargo, &toolchain.join("bin/cargo"))?;
    for linker in &base.linkers {
        symlink(linker, &rustlib.join("bin").join(linker.file_name().context("a linker without a name")?))?;
    }
    Ok(())
}

fn install_missing_libraries(toolchain: &Path, say: impl Fn(&str)) -> Result<()> {
    let mut ldd = process::command("ldd");
    ldd.arg(toolchain.join("bin/rustc")).env("LD_LIBRARY_PATH", toolchain.join("lib"));
    if !process::output(ldd, QUESTION_LIMIT)?.contains("not found") {
        return Ok(());
    }
    say("install what LLVM needs");
    let mut apt = process::command("apt-get");
    apt.args(["-qq", "install", "--yes", "--no-install-recommends"]).args(LLVM_LIBRARIES);
    process::run(apt, DOWNLOAD_LIMIT)
}

fn compile_library(work: &Path, toolchain: &Path, name: &str) -> Result<()> {
    let sources = work.join("root/usr/src");
    let library = find_file(&sources, |file| file.starts_with("rustc-"))?.join("library");
    let target = work.join("target");
    let mut version = process::command("rustc");
    version.arg("-vV").env("RUSTUP_TOOLCHAIN", name);
    let version = process::output(version, QUESTION_LIMIT)?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    let mut cargo = process::command("cargo");
    cargo
        .args(["build", "--quiet", "--locked", "--profile", "dist", "--target", TARGET])
        .arg("--manifest-path")
        .arg(library.join("sysroot/Cargo.toml"))
        .current_dir(&library)
        .env("RUSTUP_TOOLCHAIN", name)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DIST_DEBUG", "0")
        // The library is written in the language's unstable part. Guests are not, and do without this.
        .env("RUSTC_BOOTSTRAP", "1")
        // Guests show the paths that an official library shows, on every machine.
        .env(
            "RUSTFLAGS",
            format!(
                "-Zforce-unstable-if-unmarked --remap-path-prefix={}=/rustc/{commit}/library",
                library.display()
            ),
        );
    process::run(cargo, BUILD_LIMIT)?;
    let built = target.join(TARGET).join("dist/deps");
    let place = toolchain.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::create_dir_all(&place)?;
    for entry in std::fs::read_dir(&built).with_context(|| format!("cannot read {}", built.display()))? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        // `sysroot` is only the name under which the others are built together.
        if file.starts_with("lib") && file.ends_with(".rlib") && !file.starts_with("libsysroot-") {
            std::fs::copy(entry.path(), place.join(&file))?;
        }
    }
    Ok(())
}

fn update_package_lists() -> Result<()> {
    let mut id = process::command("id");
    id.arg("-u");
    if process::output(id, QUESTION_LIMIT)?.trim() == "0" {
        let mut apt = process::command("apt-get");
        apt.args(["-qq", "update"]);
        process::run(apt, DOWNLOAD_LIMIT)?;
    }
    Ok(())
}

fn host_triple() -> Result<String> {
    let mut rustc = process::command("rustc");
    rustc.arg("-vV");
    let version = process::output(rustc, QUESTION_LIMIT)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    if !host.ends_with("-linux-gnu") {
        bail!("Debian's packages run on Linux with glibc, not on {host}");
    }
    Ok(host.to_owned())
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let home = std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(PathBuf::from(home).join(".cache"))
}

fn find_file(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if wanted(&entry.file_name().to_string_lossy()) {
            return Ok(entry.path());
        }
    }
    bail!("{} does not have what Debian's packages should have brought", folder.display())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).with_context(|| format!("cannot move {} to {}", from.display(), to.display()))
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> Result<()> {
    std::os::unix::fs::symlink(original, link).with_context(|| format!("cannot link {}", link.display()))
}

#[cfg(not(unix))]
fn symlink(_original: &Path, link: &Path) -> Result<()> {
    bail!("cannot link {}: Debian's packages are for Linux", link.display())
}

/// A shell script; arguments that are added become `$1`, `$2`, ….
fn shell(script: &str) -> Command {
    let mut command = process::command("bash");
    command.args(["-euo", "pipefail", "-c", script, "bash"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies() {
        let shown = "Package: x\nVersion: 1\nDepends: libc6 (>= 2.36), libfoo-dev | libfoo-1.2 (= 3), \
                     libllvm19 (>= 1:19)\nDescription: libllvm7\n";
        for (prefix, wanted) in [
            ("libfoo-", Some("libfoo-1.2")),
            ("libllvm", Some("libllvm19")),
            ("libc", Some("libc6")),
            ("libbar", None),
        ] {
            assert_eq!(find_dependency(shown, prefix).as_deref(), wanted, "{prefix}");
        }
        assert_eq!(find_dependency("Package: x\n", "lib"), None);
    }
}
