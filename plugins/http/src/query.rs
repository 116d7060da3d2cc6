//! `QueryParameters` at the end of `ApiEndpoint`.

use dirigent_plugin::Failure;
use serde_json::Value;

use crate::{
    encoding::{percent, text_of},
    wrong,
};

/// The URL with its parameters. They are an object whose values may be lists, a text that is appended as it is, or a list of
/// objects and texts. Those of an object are in the order of their names.
pub(crate) fn with_parameters(url: &str, parameters: Option<&Value>) -> Result<String, Failure> {
    let mut pairs = Vec::new();
    if let Some(parameters) = parameters {
        collect(parameters, &mut pairs)?;
    }
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    if !fragment.is_empty() {
        return Err(wrong("`ApiEndpoint` has a fragment, which no server gets: leave out what follows `#`"));
    }
    if pairs.is_empty() {
        return Ok(url.to_owned());
    }
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    Ok(format!("{url}{joint}{}", pairs.join("&")))
}

fn collect(parameters: &Value, pairs: &mut Vec<String>) -> Result<(), Failure> {
    let form = || wrong("`QueryParameters` has to be an object of texts, or of lists of texts");
    match parameters {
        Value::Null => {}
        Value::String(text) => {
            pairs.extend(text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()).map(kept));
        }
        Value::Array(items) => items.iter().try_for_each(|item| collect(item, pairs))?,
        Value::Object(members) => {
            for (name, value) in members {
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                for value in values {
                    let text = text_of(value).ok_or_else(form)?;
                    pairs.push(format!("{}={}", percent(name), percent(&text)));
                }
            }
        }
        _ => return Err(form()),
    }
    Ok(())
}

/// Text that is a query already, with what may not stand in a URL encoded.
fn kept(pair: &str) -> String {
    let mut out = String::with_capacity(pair.len());
    for c in pair.chars() {
        if c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '#' | '\\' | '^' | '`' | '{' | '|' | '}') {
            out.push(c);
        } else {
            out.push_str(&percent(c.encode_utf8(&mut [0; 4])));
        }
    }
    out
}
