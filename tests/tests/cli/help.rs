//! `--help` teaches, and completions complete.

use crate::home::Home;

const COMMANDS: [&str; 12] = [
    "serve",
    "run",
    "machine",
    "execution",
    "validate",
    "backup",
    "restore",
    "doctor",
    "limits",
    "plugin",
    "token",
    "completions",
];

#[test]
fn help_names_every_command() {
    let home = Home::new();
    let help = home.dirigent(["--help"]).success();
    for command in COMMANDS {
        let listed = help.lines().any(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(listed, "{command} is not in\n{help}");
        let own = home.dirigent([command, "--help"]).success();
        assert!(own.contains(&format!(" {command} ")), "{own}");
    }
    // Every command that `--help` lists is known here.
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, [&COMMANDS[..], &["help"]].concat());
}

#[test]
fn help_says_what_each_option_is_for() {
    let home = Home::new();
    let cases: [(&str, &[&str]); 16] = [
        ("token", &["[token.ada]", "[access_key.CIRUNNER]", "role"]),
        ("backup", &["--endpoint", "--token", "DIRIGENT_TOKEN"]),
        (
            "machine",
            &[
                "MACHINE is a name",
                "--endpoint",
                "DIRIGENT_ENDPOINT",
                "--token",
                "@FILE",
                "--json",
                "Exit status",
            ],
        ),
        ("machine create", &["--definition", "--type", "express", "--role", "--tag", "--publish"]),
        ("machine delete", &["--yes", "--endpoint"]),
        ("execution", &["EXECUTION is an ARN, or MACHINE/NAME", "--json", "Exit status"]),
        ("execution start", &["--name", "--input", "@FILE", "--wait", "--sync", "exit status"]),
        (
            "execution list",
            &["--status", "--since", "--until", "--error", "--name-prefix", "--limit", "2h, 7d"],
        ),
        ("execution show", &["--tasks"]),
        ("execution history", &["--reverse", "--limit", "--data"]),
        ("execution stop", &["--machine", "--status", "--cause", "--yes"]),
        ("execution redrive", &["--onto", "latest", "--state", "--input", "--result", "--yes"]),
        ("execution tail", &["EXECUTION|MACHINE", "Exit status"]),
        (
            "serve",
            &[
                "--listen",
                "--data",
                "--registry",
                "--account",
                "--region",
                "--limits",
                "--limit",
                "--mocks",
                "SFN_MOCK_CONFIG",
                "--endpoint-url",
            ],
        ),
        ("run", &["--input", "@FILE", "--registry", "--mocks", "--case", "Exit status"]),
        ("plugin", &["list", "inspect", "--json", "--registry"]),
    ];
    for (command, words) in cases {
        let help = home.dirigent(command.split(' ').chain(["--help"])).success();
        for word in words {
            assert!(help.contains(word), "{command}: {word} is not in\n{help}");
        }
    }
}

#[test]
fn completions_know_the_commands() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.dirigent(["completions", shell]).success();
        for command in COMMANDS.iter().chain(&["redrive", "versions", "name-prefix"]) {
            assert!(script.contains(command), "{shell}: {command} is not completed");
        }
    }
}

#[test]
fn what_is_no_command_is_said_so() {
    let home = Home::new();
    let cases: [(&[&str], &str); 6] = [
        (&["dance"], "unrecognized subcommand 'dance'"),
        (&["serve", "--port", "1"], "unexpected argument '--port'"),
        (&["serve", "--listen", "here"], "invalid value 'here' for '--listen"),
        (&["serve", "--account", "1"], "an account number has twelve digits"),
        (&["serve", "--limits", "none"], "[possible values: aws, off]"),
        (&["validate"], "required arguments were not provided"),
    ];
    for (arguments, message) in cases {
        let ran = home.dirigent(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
    }
}
