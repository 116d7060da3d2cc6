//! AWS's Signature Version 4, verified: what a request says of its signature, and whether that is so.
//!
//! Source: AWS IAM User Guide, "Elements of an AWS API request signature" and "Create a signed AWS API request"; messages
//! as Step Functions answers them. No message repeats what the caller sent besides dates: a secret may have come in its place.

use std::sync::Arc;

use axum::http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use subtle::ConstantTimeEq;

use super::callers::{AccessKey, Caller, Callers};
use super::canonical;
use super::refusal::Refusal;

/// The service in the scope of every signature.
const SERVICE: &str = "states";

/// How far a caller's clock may be off, in minutes.
const SKEW_MINUTES: i64 = 15;

/// Most headers that one signature is about.
const MAX_SIGNED_HEADERS: usize = 64;

/// Headers that have to be signed: a request to another host, of another time or for another action would do else.
const MUST_BE_SIGNED: [&str; 3] = ["host", "x-amz-date", "x-amz-target"];

/// How dates of signatures look.
const DATE_FORM: &str = "%Y%m%dT%H%M%SZ";

/// A request whose signature can be looked at once its body is there.
pub(super) struct Signed<'a> {
    key: &'a AccessKey,
    date: &'a str,
    at: DateTime,
    scope: &'a str,
    region: &'a str,
    headers: &'a str,
    signature: &'a str,
}

/// Reads what a request says of its signature, and holds all of it against what is known that needs no body: so nobody
/// unknown makes the host read one. `credentials` is what stands behind the algorithm in the header Authorization.
pub(super) fn read<'a>(
    headers: &'a HeaderMap,
    credentials: &'a str,
    region: &'a str,
    callers: &'a Callers,
    now: Timestamp,
) -> Result<Signed<'a>, Refusal> {
    let fields = Fields::read(credentials)?;
    let date = headers.get("x-amz-date").and_then(|date| date.to_str().ok());
    let (credential, names, signature, date) = fields.all(date)?;
    let (id, scope) = credential.split_once('/').unwrap_or((credential, ""));
    let [day, scope_region, service, "aws4_request"] = scope.split('/').collect::<Vec<_>>()[..] else {
        return Err(Refusal::Incomplete(
            "Credential must have exactly 5 slash-delimited elements: keyid/date/region/service/aws4_request"
                .into(),
        ));
    };
    if headers.contains_key("x-amz-security-token") {
        return Err(Refusal::SessionToken);
    }
    let key = callers.access_key(id).ok_or(Refusal::UnknownKey)?;
    let wrong = |why: String| Refusal::Signature { caller: key.caller.name.clone(), why };
    if scope_region != region {
        return Err(wrong(format!(
            "Credential should be scoped to a valid region: this host's is '{region}'."
        )));
    }
    if service != SERVICE {
        return Err(wrong(format!("Credential should be scoped to correct service: '{SERVICE}'.")));
    }
    let at = DateTime::strptime(DATE_FORM, date).map_err(|_| {
        Refusal::Incomplete("Date must be in ISO-8601 'basic format', such as 20260131T080000Z".into())
    })?;
    if date.get(..8) != Some(day) {
        return Err(wrong(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}'",
            date.get(..8).unwrap_or_default()
        )));
    }
    in_time(date, at, now).map_err(wrong)?;
    check_names(headers, names).map_err(wrong)?;
    Ok(Signed { key, date, at, scope, region, headers: names, signature })
}

impl Signed<'_> {
    /// Whose signature it is, if it is one of this body.
    pub(super) fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Arc<Caller>, Refusal> {
        let caller = &self.key.caller;
        let wrong = || Refusal::Signature { caller: caller.name.clone(), why: MISMATCH.into() };
        let request = canonical::request(headers, self.headers, body).ok_or_else(wrong)?;
        let text = canonical::string_to_sign(self.date, self.scope, &request);
        let expected = self.key.signature(self.at.date(), self.region, SERVICE, &text);
        if bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes())) {
            Ok(caller.clone())
        } else {
            Err(wrong())
        }
    }
}

/// AWS's sentence, without what it adds of the request.
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
    Secret Access Key and signing method. Consult the service documentation for details.";

/// The parameters of an Authorization header.
#[derive(Default)]
struct Fields<'a> {
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Result<Fields<'a>, Refusal> {
        let mut fields = Fields::default();
        for field in text.split(',') {
            let (name, value) = field.trim().split_once('=').ok_or_else(|| {
                Refusal::Incomplete(
                    "Invalid key=value pair (missing equal-sign) in Authorization header".into(),
                )
            })?;
            match name {
                "Credential" => fields.credential = Some(value),
                "SignedHeaders" => fields.signed_headers = Some(value),
                "Signature" => fields.signature = Some(value),
                _ => {}
            }
        }
        Ok(fields)
    }

    /// All of them and the date, or all that is missing.
    fn all(&self, date: Option<&'a str>) -> Result<(&'a str, &'a str, &'a str, &'a str), Refusal> {
        if let (Some(credential), Some(headers), Some(signature), Some(date)) =
            (self.credential, self.signed_headers, self.signature, date)
        {
            return Ok((credential, headers, signature, date));
        }
        let named = [
            ("Credential", self.credential),
            ("Signature", self.signature),
            ("SignedHeaders", self.signed_headers),
        ];
        let missing = named.iter().filter(|(_, value)| value.is_none());
        let mut missing: Vec<String> =
            missing.map(|(name, _)| format!("Authorization header requires '{name}' parameter.")).collect();
        if date.is_none() {
            missing.push("Authorization header requires existence of a 'X-Amz-Date' header.".into());
        }
        Err(Refusal::Incomplete(missing.join(" ")))
    }
}

fn in_time(date: &str, at: DateTime, now: Timestamp) -> Result<(), String> {
    let at = TimeZone::UTC.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let bound = |minutes: i64| {
        let bound = now.as_second() + minutes * 60;
        Timestamp::from_second(bound).unwrap_or(Timestamp::UNIX_EPOCH)
    };
    let (earliest, latest) = (bound(-SKEW_MINUTES), bound(SKEW_MINUTES));
    let shown = |time: Timestamp| time.strftime(DATE_FORM).to_string();
    if at.as_second() < earliest.as_second() {
        return Err(format!(
            "Signature expired: {date} is now earlier than {} ({} - {SKEW_MINUTES} min.)",
            shown(earliest),
            shown(now)
        ));
    }
    if at.as_second() > latest.as_second() {
        return Err(format!(
            "Signature not yet current: {date} is still later than {} ({} + {SKEW_MINUTES} min.)",
            shown(latest),
            shown(now)
        ));
    }
    Ok(())
}

fn check_names(headers: &HeaderMap, names: &str) -> Result<(), String> {
    if names.split(';').count() > MAX_SIGNED_HEADERS {
        return Err(format!("A signature is about {MAX_SIGNED_HEADERS} headers at most."));
    }
    for name in MUST_BE_SIGNED {
        if headers.contains_key(name) && !names.split(';').any(|signed| signed == name) {
            return Err(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."));
        }
    }
    Ok(())
}
