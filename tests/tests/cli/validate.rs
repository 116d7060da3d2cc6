//! `dirigent validate`: every problem of every file, with its line and column.

use crate::home::Home;

const FAULTY: &str = r#"{
  "StartAt": "Nowhere",
  "States": {
    "Guess": { "Type": "Guess" },
    "Pause": {
      "Type": "Wait", "Seconds": -1,
      "Next": "Missing"
    },
    "Fork": {
      "Type": "Parallel",
      "Branches": [
        { "StartAt": "In", "States": { "In": { "Type": "Succeed" } } },
        { "StartAt": "Out", "States": { "Out": { "Type": "Pass", "Next": "Elsewhere" } } }
      ],
      "End": true
    }
  }
}
"#;

const SOUND: &str = r#"{ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }"#;

/// Line, column, and what is said of the place.
const FAULTS: [(&str, &str); 5] = [
    ("2:3", "/StartAt"),
    ("4:16", "/States/Guess/Type"),
    ("6:23", "/States/Pause/Seconds"),
    ("7:7", "/States/Pause/Next"),
    ("13:66", "/States/Fork/Branches[1]/States/Out/Next"),
];

#[test]
fn all_problems_are_reported_at_their_places() {
    let home = Home::new();
    home.write("faulty.asl.json", FAULTY);
    home.write("sound.asl.json", SOUND);
    let ran = home.dirigent(["validate", "faulty.asl.json", "sound.asl.json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for (place, pointer) in FAULTS {
        let start = format!("faulty.asl.json:{place}: error ");
        let end = format!(" ({pointer})");
        let found = ran.stdout.lines().any(|line| line.starts_with(&start) && line.ends_with(&end));
        assert!(found, "`{start}…{end}` is not in\n{}", ran.stdout);
    }
    let lines = |start: &str| ran.stdout.lines().filter(|line| line.starts_with(start)).count();
    // A branch that goes nowhere does not end either, of which there is no place.
    let endless = "faulty.asl.json: error MISSING_END_STATE: Workflow has no terminal state (no place)";
    assert_eq!(lines(endless), 1, "{}", ran.stdout);
    assert_eq!(lines("faulty.asl.json:"), FAULTS.len() + 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("\nfaulty.asl.json: 6 errors, 0 warnings\n"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("\nsound.asl.json: ok\n"), "{}", ran.stdout);
}

#[test]
fn a_sound_definition_is_status_0() {
    let home = Home::new();
    home.write("sound.asl.json", SOUND);
    assert_eq!(home.dirigent(["validate", "sound.asl.json"]).success(), "sound.asl.json: ok\n");
    assert_eq!(home.dirigent_with(SOUND, ["validate", "-"]).success(), "-: ok\n");
}

#[test]
fn what_is_not_json_is_reported_where_it_breaks() {
    let home = Home::new();
    home.write("broken.asl.json", "{\n  \"StartAt\": \"P\",\n  \"States\": oops\n}\n");
    let ran = home.dirigent(["validate", "broken.asl.json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("broken.asl.json:3:"), "it breaks in line 3:\n{}", ran.stdout);
}

#[test]
fn a_file_that_is_not_there_is_status_2() {
    let ran = Home::new().dirigent(["validate", "absent.asl.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr.starts_with("dirigent: cannot read the definition absent.asl.json: "),
        "{}",
        ran.stderr
    );
}
