//! Who may ask the host: the tables `token` and `access_key` of the configuration, and their secrets.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use dirigent_api::{Callers, Gate, Role};
use dirigent_outgoing::SecretSource;
use toml::{Table, Value};

/// How long a secret is used before it is looked up again: so one that was changed counts without another start.
const REFRESH: Duration = Duration::from_secs(300);

/// Who may ask the host. Nobody here: it asks nobody who they are.
#[derive(Debug, Default)]
pub(crate) struct Access(Vec<Entry>);

/// A table `[token.NAME]` or `[access_key.ID]`.
#[derive(Debug)]
struct Entry {
    /// Where it stands, for messages.
    place: String,
    name: String,
    secret: SecretSource,
    role: Role,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Token,
    AccessKey { account: Option<String> },
}

impl Access {
    /// Reads both tables. Looks up no secret, and no message repeats a value.
    pub(crate) fn read(tokens: &Table, access_keys: &Table) -> anyhow::Result<Access> {
        let tokens = tokens.iter().map(|(name, value)| Entry::read("token", name, value));
        let keys = access_keys.iter().map(|(id, value)| Entry::read("access_key", id, value));
        tokens.chain(keys).collect::<anyhow::Result<_>>().map(Access)
    }

    /// Whether everybody may do everything.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// The gate for those who may ask; none when everybody may.
    pub(crate) async fn gate(&self) -> anyhow::Result<Option<Arc<Gate>>> {
        if self.is_open() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Gate::new(self.callers().await?))))
    }

    /// Looks all secrets up.
    async fn callers(&self) -> anyhow::Result<Callers> {
        let mut callers = Callers::default();
        for Entry { place, name, secret, role, kind } in &self.0 {
            let text = secret.look_up().await.with_context(|| format!("{place}.secret"))?;
            let added = match kind {
                Kind::Token => callers.add_token(name, &text, *role),
                Kind::AccessKey { account } => callers.add_access_key(name, text, *role, account.clone()),
            };
            added.with_context(|| place.clone())?;
        }
        Ok(callers)
    }

    /// Looks the secrets up again from time to time, for as long as the host runs. While one is not to be had, those that were
    /// found last count.
    pub(crate) async fn keep_fresh(self, gate: Arc<Gate>) {
        loop {
            tokio::time::sleep(REFRESH).await;
            match self.callers().await {
                Ok(callers) => gate.replace(callers),
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(
                        error,
                        "the secrets of access keys and tokens were not looked up again; the old ones count"
                    );
                }
            }
        }
    }
}

impl Entry {
    fn read(table: &str, name: &str, value: &Value) -> anyhow::Result<Entry> {
        let place = format!("{table}.{name}");
        let Value::Table(entries) = value else { bail!("{place}: this has to be a table") };
        let known: &[&str] =
            if table == "token" { &["secret", "role"] } else { &["secret", "role", "account"] };
        if let Some(unknown) = entries.keys().find(|key| !known.contains(&key.as_str())) {
            bail!("{place}: there is no `{unknown}` here: known are {}", known.join(", "));
        }
        let text = |key: &str| match entries.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(anyhow!("{place}.{key}: this has to be text")),
        };
        let role =
            text("role")?.with_context(|| format!("{place}: `role` is missing: read, run or admin"))?;
        let role = role.parse().map_err(|why| anyhow!("{place}.role: {why}"))?;
        let secret = entries.get("secret").with_context(|| format!("{place}: `secret` is missing"))?;
        let secret = SecretSource::read(&format!("{place}.secret"), secret)?;
        let account = text("account")?.map(str::to_owned);
        let kind = if table == "token" { Kind::Token } else { Kind::AccessKey { account } };
        Ok(Entry { place, name: name.to_owned(), secret, role, kind })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is read of a configuration, and what its secrets make of it.
    async fn callers(text: &str) -> Result<String, String> {
        let table: Table = text.parse().unwrap();
        let part = |name: &str| table.get(name).and_then(Value::as_table).cloned().unwrap_or_default();
        let shown = |error: anyhow::Error| format!("{error:#}");
        let access = Access::read(&part("token"), &part("access_key")).map_err(shown)?;
        let callers = access.callers().await.map_err(shown)?;
        Ok(format!("{access:?} {callers:?}"))
    }

    #[tokio::test]
    async fn what_a_configuration_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, secret: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, secret).unwrap();
            format!("secret = {{ file = {:?} }}\n", path.display().to_string())
        };
        let (good, other) = (file("good", "hunter22-hunter22\n"), file("other", "hunter23-hunter23"));
        let short = file("short", "hunter22");
        for (text, expected) in [
            (String::new(), Ok(())),
            (format!("[token.ada]\n{good}role = \"admin\"\n[access_key.K]\n{good}role = \"run\""), Ok(())),
            (format!("[token.a]\n{good}role = \"run\"\n[token.b]\n{other}role = \"read\""), Ok(())),
            (format!("[access_key.K]\n{good}role = \"run\"\naccount = \"000000000002\""), Ok(())),
            (
                format!("[token.a]\n{good}role = \"run\"\n[token.b]\n{good}role = \"read\""),
                Err("that of the token `a`"),
            ),
            (format!("[token.a]\n{short}role = \"run\""), Err("less than 16 bytes: `dirigent token new`")),
            (format!("[token.a]\n{good}role = \"hunter22\""), Err("token.a.role: a role is \"read\"")),
            (format!("[token.a]\n{good}role = 1"), Err("token.a.role: this has to be text")),
            (format!("[token.a]\n{good}"), Err("token.a: `role` is missing")),
            ("[token.a]\nrole = \"run\"".into(), Err("token.a: `secret` is missing")),
            (
                "[token.a]\nrole = \"run\"\nsecret = \"hunter22-hunter22\"".into(),
                Err("token.a.secret: a secret never stands"),
            ),
            (format!("[token.a]\n{good}role = \"run\"\naccount = \"1\""), Err("there is no `account` here")),
            (format!("[access_key.K]\n{good}role = \"run\"\naccount = \"1\""), Err("twelve digits")),
            (format!("[access_key.\"a/b\"]\n{good}role = \"run\""), Err("1 to 128 of the characters")),
            ("[token]\na = 1".into(), Err("token.a: this has to be a table")),
            (
                "[token.a]\nrole = \"run\"\nsecret = { env = \"DIRIGENT_TEST_NOT_SET\" }".into(),
                Err("token.a.secret: the environment variable DIRIGENT_TEST_NOT_SET is not set"),
            ),
        ] {
            let found = callers(&text).await;
            let said = found.as_ref().map_or_else(Clone::clone, Clone::clone);
            assert!(!said.contains("hunter"), "{said}");
            match expected {
                Ok(()) => assert!(found.is_ok(), "{text}: {said}"),
                Err(part) => assert!(found.is_err() && said.contains(part), "{text}: {said}"),
            }
        }
    }
}
