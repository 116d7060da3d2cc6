//! AWS's Signature Version 4, for AWS and for what is compatible with it.

use std::{fmt, time::SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningParams,
        SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use http::{HeaderName, header};

use super::{
    ConfigError, ConnectionError,
    parameters::{Keeping, set_header},
    reader::Reader,
    secret::Stored,
};
use crate::Request;

/// Whose signature it is, and for which service.
pub(super) struct SigV4 {
    service: String,
    region: String,
    access_key_id: Stored,
    secret_access_key: Stored,
    session_token: Option<Stored>,
}

impl SigV4 {
    pub(super) fn read(mut reader: Reader<'_>, keeping: &Keeping) -> Result<Self, ConfigError> {
        let service = reader.text("service")?;
        let service = reader.required("service", service)?;
        let region = reader.text("region")?;
        let region = reader.required("region", region)?;
        let access_key_id = keeping.secret(&mut reader, "access_key_id")?;
        let secret_access_key = keeping.secret(&mut reader, "secret_access_key")?;
        let session_token = keeping.secret_if_any(&mut reader, "session_token")?;
        reader.finish()?;
        Ok(Self { service, region, access_key_id, secret_access_key, session_token })
    }

    /// Sign a request as it is.
    pub(super) async fn apply(
        &self,
        connection: &str,
        request: &mut Request,
        at: SystemTime,
    ) -> Result<(), ConnectionError> {
        let missing = |source| ConnectionError::Secret { connection: connection.to_owned(), source };
        let id = self.access_key_id.get().await.map_err(missing)?;
        let key = self.secret_access_key.get().await.map_err(missing)?;
        let token = match &self.session_token {
            Some(token) => Some(token.get().await.map_err(missing)?),
            None => None,
        };
        let token = token.as_ref().map(|token| token.reveal().to_owned());
        let credentials = Credentials::from_keys(id.reveal(), key.reveal(), token);
        // The signer traces whole requests, and what stands in them. Nobody gets to hear it.
        let silence = tracing::subscriber::NoSubscriber::default();
        tracing::subscriber::with_default(silence, || self.sign(credentials, request, at)).ok_or_else(|| {
            ConnectionError::Unfit { connection: connection.to_owned(), what: "request cannot be signed" }
        })
    }

    fn sign(&self, credentials: Credentials, request: &mut Request, at: SystemTime) -> Option<()> {
        // What the guest said in the signature's own headers does not count.
        for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] {
            request.headers.remove(name);
        }
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            // S3 takes the path as it was sent, encoded once, and wants the body's digest in a header.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(at)
            .settings(settings)
            .build()
            .ok()?;
        let uri = request.uri.to_string();
        let signed = request.headers.iter().filter(|(name, _)| is_signed(name));
        let signed = signed.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable =
            SignableRequest::new(request.method.as_str(), uri, signed, SignableBody::Bytes(&request.body))
                .ok()?;
        let (instructions, _) = sign(signable, &SigningParams::V4(params)).ok()?.into_parts();
        for (name, value) in instructions.headers() {
            set_header(&mut request.headers, &name.parse().ok()?, value)?;
        }
        Some(())
    }
}

/// Which headers are signed besides `Host`: those that AWS demands. Others may be changed by proxies on the way.
fn is_signed(name: &HeaderName) -> bool {
    *name == header::CONTENT_TYPE || name.as_str() == "content-md5" || name.as_str().starts_with("x-amz-")
}

impl fmt::Debug for SigV4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigV4").field("service", &self.service).field("region", &self.region).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connections::{known::Known, secret::Source};
    use http::Method;
    use std::{
        sync::Arc,
        time::{Duration, UNIX_EPOCH},
    };

    /// A signer whose keys never come into it: these are published examples.
    fn signer(service: &str) -> SigV4 {
        let stored = || {
            Stored::new("p".into(), Source::Env("NONE".into()), Duration::ZERO, Arc::new(Known::default()))
        };
        SigV4 {
            service: service.into(),
            region: "us-east-1".into(),
            access_key_id: stored(),
            secret_access_key: stored(),
            session_token: None,
        }
    }

    fn authorization(service: &str, id: &str, at: u64, uri: &str) -> String {
        let mut request = Request::new(Method::GET, uri.parse().unwrap());
        request.headers.insert("authorization", "Bearer of-the-guest".parse().unwrap());
        request.headers.insert("x-amz-date", "20000101T000000Z".parse().unwrap());
        request.headers.insert("accept", "not/signed".parse().unwrap());
        let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let key = if service == "s3" { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } else { key };
        let credentials = Credentials::from_keys(id, key, None);
        let at = UNIX_EPOCH + Duration::from_secs(at);
        signer(service).sign(credentials, &mut request, at).unwrap();
        request.headers["authorization"].to_str().unwrap().to_owned()
    }

    #[test]
    fn signatures_that_aws_published() {
        // The signature test suite's `get-vanilla`.
        let vanilla =
            authorization("service", "AKIDEXAMPLE", 1_440_938_160, "https://example.amazonaws.com/");
        assert!(
            vanilla.ends_with(
                "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            ),
            "{vanilla}"
        );
        // S3's API reference, "Signature Calculations for the Authorization Header", GET Bucket Lifecycle.
        let uri = "https://examplebucket.s3.amazonaws.com/?lifecycle";
        let lifecycle = authorization("s3", "AKIAIOSFODNN7EXAMPLE", 1_369_353_600, uri);
        assert!(
            lifecycle.ends_with("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            "{lifecycle}"
        );
    }

    #[test]
    fn a_path_of_s3_is_signed_as_it_is() {
        let at = 1_369_353_600;
        let [a, b] = ["https://b.s3.amazonaws.com/a//b", "https://b.s3.amazonaws.com/a/b"]
            .map(|uri| authorization("s3", "AKIAIOSFODNN7EXAMPLE", at, uri));
        assert_ne!(a, b);
        let [a, b] = ["https://example.amazonaws.com/a//b", "https://example.amazonaws.com/a/b"]
            .map(|uri| authorization("service", "AKIDEXAMPLE", at, uri));
        assert_eq!(a, b);
    }
}
