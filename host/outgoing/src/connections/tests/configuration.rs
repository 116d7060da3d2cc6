//! What is wrong in configurations, and what is said of it.

use super::{super::Connections, SECRET};

#[test]
fn what_is_no_connection() {
    let form = "a secret never stands in the configuration itself";
    // Where it is written, what is said. `PASTED` is a secret that somebody pasted where it does not belong.
    for (config, place, what) in [
        ("[\"no name\"]", "connection.no name", "a name has 1 to 64 of the characters"),
        ("x = \"PASTED\"", "connection.x", "this has to be a table"),
        (
            "[x]\nheader = { name = \"a\", value = { env = \"A\" } }",
            "connection.x.hosts",
            "say which requests it is for",
        ),
        ("[x]\nhosts = [\"https://*\"]", "connection.x.hosts", "never for every host"),
        ("[x]\nhosts = [\"https://*:8443/x\"]", "connection.x.hosts", "never for every host"),
        ("[x]\nhosts = [\"https://me:PASTED@h\"]", "connection.x.hosts", "a rule has no user"),
        ("[x]\nhosts = [\"h.org\"]", "connection.x.hosts", "it has no scheme"),
        ("[x]\nhosts = \"PASTED\"", "connection.x.hosts", "a list of texts"),
        ("[x]\nhosts = [\"https://h\"]", "connection.x", "it does nothing"),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = \"me:PASTED\"",
            "connection.x.basic",
            "this has to be a table",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me\", password = \"PASTED\" }",
            "connection.x.basic.password",
            form,
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me\", password = { value = \"PASTED\" } }",
            "connection.x.basic.password",
            "there is no `value` here: known are `command`, `env`, `file`",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me\", password = { env = \"A\", file = \"PASTED\" } }",
            "connection.x.basic.password",
            form,
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me\", password = { command = \"echo PASTED\" } }",
            "connection.x.basic.password.command",
            "a list of texts",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me\", password = { env = \"A=PASTED\" } }",
            "connection.x.basic.password",
            "the name of an environment variable",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"me:PASTED\", password = { env = \"A\" } }",
            "connection.x.basic.username",
            "has no colon",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { password = { env = \"A\" } }",
            "connection.x.basic",
            "`username` is missing",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nheader = { name = \"a PASTED\", value = { env = \"A\" } }",
            "connection.x.header.name",
            "not the name of a header",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nheader = { name = \"Host\", value = { env = \"A\" } }",
            "connection.x.header.name",
            "cannot be set",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nheaders = { a = 7 }",
            "connection.x.headers.a",
            "text, or say where a secret is",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nendpoint = \"http://me:PASTED@h\"",
            "connection.x.endpoint",
            "has to be a URI",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nendpoint = \"http://h/?PASTED\"",
            "connection.x.endpoint",
            "has to be a URI",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nendpoint = \"http://h\"\naddresses = [\"PASTED\"]",
            "connection.x.addresses",
            "these are addresses",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nendpoint = \"http://h\"\nrefresh_seconds = -1",
            "connection.x.refresh_seconds",
            "a number of seconds",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nendpoint = \"http://h\"\ntimeout = 1",
            "connection.x",
            "there is no `timeout` here",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\noauth2 = { client_id = \"a\", client_secret = { env = \"A\" } }",
            "connection.x.oauth2",
            "`token_url` is missing",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\noauth2 = { token_url = \"ftp://h\", client_id = \"a\" }",
            "connection.x.oauth2.token_url",
            "has to be a URI",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\noauth2 = { token_url = \"https://h\", client_id = \"a\", client_secret = { env = \"A\" }, client_auth = \"PASTED\" }",
            "connection.x.oauth2",
            "`basic` or `body`",
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nsigv4 = { service = \"s3\", region = \"r\", access_key_id = \"PASTED\" }",
            "connection.x.sigv4.access_key_id",
            form,
        ),
        (
            "[x]\nhosts = [\"https://h\"]\nbasic = { username = \"a\", password = { env = \"A\" } }\nheader = { name = \"a\", value = { env = \"A\" } }",
            "connection.x",
            "not several",
        ),
    ] {
        let table = config.replace("PASTED", SECRET).parse().unwrap();
        let error = Connections::read(&table).unwrap_err();
        assert_eq!(error.place, place, "{config}: {error}");
        assert!(error.what.contains(what), "{config}: {error}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    }
}
