//! The SDK's TypeScript declarations: tsc checks the templates against them, and a file that uses all that they declare.

use std::fs;
use std::process::Command;
use std::time::Duration;

use dirigent_tests::{places, process};

use crate::project::Folder;

/// Pinned, as another version may find other things wrong.
const TYPESCRIPT: &str = "typescript@7.0.2";
/// npm downloads 30 MB.
const INSTALL: Duration = Duration::from_secs(600);
const CHECK: Duration = Duration::from_secs(120);

#[test]
fn tsc_takes_templates_and_declarations() {
    let home = places::root().join("target/cache/typescript");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", TYPESCRIPT])
        .arg("--prefix")
        .arg(&home);
    process::run(&mut npm, "", INSTALL).success();
    let folder = Folder::new();
    let source = places::root().join("sdk/js");
    let read = |name: &str| fs::read_to_string(source.join(name)).unwrap();
    for (lang, config) in [("js", "jsconfig.json"), ("ts", "tsconfig.json")] {
        folder.dirigent(&["plugin", "new", lang, "--lang", lang]).success();
        folder.write(&format!("{lang}/.dirigent/sdk/js/src/index.d.ts"), &read("src/index.d.ts"));
        if lang == "ts" {
            folder.write("ts/types.ts", &read("test/types.ts"));
        }
        let tsc = || {
            let mut tsc = Command::new(home.join("node_modules/.bin/tsc"));
            tsc.args(["--noEmit", "--project", config]).current_dir(folder.path(lang));
            process::run(&mut tsc, "", CHECK)
        };
        tsc().success();
        // And that it does check: a member that the declarations do not have.
        let wrong = format!("{lang}/wrong.{lang}");
        folder.write(&wrong, "import { log } from \"dirigent-plugin\";\nlog.shout(\"x\");\n");
        assert!(tsc().stdout.contains("shout"), "{lang}");
    }
}
