//! A folder with a plugin's project, and what `dirigent` does with it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dirigent_tests::places;
use dirigent_tests::process::{self, Finished};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The languages of this suite, by the names that `--lang` has for them.
pub(crate) const LANGUAGES: [&str; 2] = ["c", "go"];

/// How long a command may take: the first build of a language compiles its standard library, and may install it.
const LIMIT: Duration = Duration::from_secs(1200);

/// The folder. It goes when the value does.
pub(crate) struct Project(TempDir);

impl Project {
    pub(crate) fn empty() -> Project {
        Project(places::scratch())
    }

    /// The plugin of a library's tests, published with what `change` makes of its manifest, and a workflow that calls it.
    #[track_caller]
    pub(crate) fn operations(language: &str, change: impl FnOnce(String) -> String) -> Project {
        let project = Project::empty();
        copy(
            &places::root().join("sdk").join(language).join("operations"),
            &project.path().join("operations"),
        );
        let manifest = fs::read_to_string(project.path().join("operations/plugin.toml")).unwrap();
        project.write("operations/plugin.toml", &change(manifest));
        project.write("workflow.asl.json", &workflow().to_string());
        project.dirigent(&["plugin", "publish", "operations", "--install"]).success();
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    #[track_caller]
    pub(crate) fn dirigent(&self, arguments: &[&str]) -> Finished {
        self.dirigent_with(arguments, &[])
    }

    /// The same, with these variables in its environment.
    #[track_caller]
    pub(crate) fn dirigent_with(&self, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Finished {
        let mut command = Command::new(places::binary());
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("DIRIGENT_LOG")
            .envs(environment.to_vec());
        process::run(&mut command, "", LIMIT)
    }

    /// Runs the workflow with these operations as input, and gives its output.
    #[track_caller]
    pub(crate) fn answers(&self, operations: &Value) -> Value {
        let output = self.run(operations).success();
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"))
    }

    /// Runs the operations in as many instances, and gives their answers.
    #[track_caller]
    pub(crate) fn map(&self, instances: usize, operations: &Value) -> Vec<Value> {
        self.write("many.asl.json", &workflow_of_many().to_string());
        self.write("many.json", &Value::from(vec![operations.clone(); instances]).to_string());
        let output = self.dirigent(&["run", "many.asl.json", "--input", "@many.json"]).success();
        serde_json::from_str(&output).unwrap()
    }

    #[track_caller]
    pub(crate) fn run(&self, operations: &Value) -> Finished {
        self.write("input.json", &operations.to_string());
        self.dirigent(&["run", "workflow.asl.json", "--input", "@input.json"])
    }
}

fn workflow() -> Value {
    json!({
        "StartAt": "Operate",
        "States": { "Operate": { "Type": "Task", "Resource": "plugin:operations", "TimeoutSeconds": 300, "End": true } },
    })
}

/// That workflow for each item of its input.
fn workflow_of_many() -> Value {
    json!({
        "StartAt": "Each",
        "States": { "Each": { "Type": "Map", "ItemProcessor": workflow(), "End": true } },
    })
}

/// The files of a folder and below, but for what builds have left there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".dirigent" || name == "plugin.wasm" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}
