//! What stands in for the host off wasm, so that a plugin's functions can be tested as any others: buckets, a journal and
//! configuration in memory, and responses that a test gives. All of it belongs to the thread, and so to one test.
//!
//! ```
//! use dirigent_plugin::{http, testing};
//!
//! testing::answer_http(|request| match request.url.as_str() {
//!     "https://pay.example.com/v1/charges" => Ok(http::Response::new(201).body("\"charge-1\"")),
//!     _ => Ok(http::Response::new(404)),
//! });
//! let response = http::Request::post("https://pay.example.com/v1/charges").send()?;
//! assert_eq!((response.status, response.json::<String>()?), (201, "charge-1".to_owned()));
//! # Ok::<(), http::Error>(())
//! ```

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
};

use crate::{
    http::{Error as HttpError, Request, Response},
    journal::Recollection,
};

type Answer = Box<dyn FnMut(&Request) -> Result<Response, HttpError>>;

thread_local! {
    static HTTP: RefCell<Option<Answer>> = const { RefCell::new(None) };
    static CONFIG: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
    static BUCKETS: RefCell<BTreeMap<String, BTreeMap<String, Vec<u8>>>> = const { RefCell::new(BTreeMap::new()) };
    static JOURNAL: RefCell<BTreeMap<String, Option<String>>> = const { RefCell::new(BTreeMap::new()) };
}

/// From now on this answers the requests of this thread.
pub fn answer_http(answer: impl FnMut(&Request) -> Result<Response, HttpError> + 'static) {
    HTTP.set(Some(Box::new(answer)));
}

/// Set a value of the configuration.
pub fn set_config(key: impl Into<String>, value: impl Into<String>) {
    CONFIG.with_borrow_mut(|config| config.insert(key.into(), value.into()));
}

/// Note a step of the journal as begun and without a result, as an attempt that the host's crash ended leaves it.
pub fn begin_step(step: impl Into<String>) {
    JOURNAL.with_borrow_mut(|steps| steps.insert(step.into(), None));
}

pub(crate) fn http_answer(request: &Request) -> Result<Response, HttpError> {
    // Taken out meanwhile, so that the answer may itself send a request or set another answer.
    let Some(mut answer) = HTTP.take() else {
        return Err(HttpError::Failed {
            code: "no request leaves a test; say what comes back with `testing::answer_http`".to_owned(),
            request: format!("{} {}", request.method, request.url),
        });
    };
    let response = answer(request);
    HTTP.with_borrow_mut(|current| {
        current.get_or_insert(answer);
    });
    response
}

pub(crate) fn config() -> Vec<(String, String)> {
    CONFIG.with_borrow(|config| config.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

pub(crate) fn recall(step: &str) -> Recollection {
    JOURNAL.with_borrow_mut(|steps| match steps.entry(step.to_owned()) {
        Entry::Vacant(place) => {
            place.insert(None);
            Recollection::Fresh
        }
        Entry::Occupied(place) => place.get().clone().map_or(Recollection::InDoubt, Recollection::Done),
    })
}

pub(crate) fn record(step: &str, value: &str) {
    JOURNAL.with_borrow_mut(|steps| steps.insert(step.to_owned(), Some(value.to_owned())));
}

// What follows has the shape of the bindings that stand there on wasm.

pub(crate) struct Bucket(String);

#[allow(dead_code, reason = "on wasm the host says these")]
pub(crate) enum Error {
    NoSuchStore,
    AccessDenied,
    Other(String),
}

pub(crate) struct KeyResponse {
    pub(crate) keys: Vec<String>,
    pub(crate) cursor: Option<u64>,
}

pub(crate) fn open(name: &str) -> Result<Bucket, Error> {
    Ok(Bucket(name.to_owned()))
}

impl Bucket {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> T {
        BUCKETS.with_borrow_mut(|buckets| work(buckets.entry(self.0.clone()).or_default()))
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.with(|values| values.get(key).cloned()))
    }

    pub(crate) fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.with(|values| values.insert(key.to_owned(), value.to_owned()));
        Ok(())
    }

    pub(crate) fn delete(&self, key: &str) -> Result<(), Error> {
        self.with(|values| values.remove(key));
        Ok(())
    }

    pub(crate) fn exists(&self, key: &str) -> Result<bool, Error> {
        Ok(self.with(|values| values.contains_key(key)))
    }

    pub(crate) fn list_keys(&self, _: Option<u64>) -> Result<KeyResponse, Error> {
        Ok(self.with(|values| KeyResponse { keys: values.keys().cloned().collect(), cursor: None }))
    }

    pub(crate) fn increment(&self, key: &str, delta: u64) -> Result<u64, Error> {
        self.with(|values| {
            let now = match values.get(key) {
                None => Some(0),
                Some(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<u64>().ok()),
            };
            let sum = now.and_then(|now| now.checked_add(delta));
            let sum =
                sum.ok_or_else(|| Error::Other(format!("`{key}` has no number that can grow by {delta}")))?;
            values.insert(key.to_owned(), sum.to_string().into_bytes());
            Ok(sum)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{config, http};

    #[test]
    fn a_request_without_an_answer_says_so() {
        let error = http::Request::get("https://example.com/a").send().unwrap_err().to_string();
        assert!(error.contains("GET https://example.com/a") && error.contains("answer_http"), "{error}");
    }

    #[test]
    fn answers_see_the_request_and_bodies_are_bounded() {
        answer_http(|request| {
            assert_eq!(request.headers.get("content-type"), Some("application/json"));
            Ok(Response::new(200).body(request.body.clone()))
        });
        let post = || http::Request::post("https://example.com").json(&[1, 2]).unwrap();
        assert_eq!(post().send().unwrap().json::<Vec<u8>>().unwrap(), [1, 2]);
        assert!(matches!(post().max_response(4).send(), Err(HttpError::TooLarge { limit: 4 })));
    }

    #[test]
    fn configuration_is_what_was_set() {
        set_config("currency", "EUR");
        assert_eq!(config::get("currency").unwrap().as_deref(), Some("EUR"));
        assert_eq!(config::get("other").unwrap(), None);
        assert_eq!(config::all().unwrap(), [("currency".to_owned(), "EUR".to_owned())]);
    }
}
