//! Headers, found by name whatever its case.

/// The headers of a request or response, in their order. A name may come several times; case does not matter
/// (RFC 9110, section 5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }

    /// All values of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All names and values. Bytes of a value that are not UTF-8 are U+FFFD.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Add a header behind those that are there.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(headers: T) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case() {
        let headers = Headers::from_iter([("Set-Cookie", "a=1"), ("ETag", "\"x\""), ("set-cookie", "b=2")]);
        assert_eq!(headers.get("etag"), Some("\"x\""));
        assert_eq!(headers.get("SET-COOKIE"), Some("a=1"));
        assert_eq!(headers.all("Set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.get("Cookie"), None);
    }
}
