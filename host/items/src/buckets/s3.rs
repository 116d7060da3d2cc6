//! Buckets of S3 and of what is compatible with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ClientOptions, RetryConfig};

use crate::error::BucketError;
use crate::limits::{MAX_S3_CLIENTS, S3_REQUEST_SECONDS, S3_RETRIES, S3_RETRY_SECONDS};

/// How to reach S3. What is not set comes from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL`; on AWS's own machines also the
/// container's or the instance's role. Files of profiles are not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Config {
    /// The endpoint's URL, such as `http://localhost:9000`. Nothing, here and in the environment, is AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Requests name the bucket in the host's name rather than in the path. Off, as most compatible servers want it.
    pub virtual_hosted: bool,
    /// Requests are not signed, and no credentials are looked for: for public buckets.
    pub anonymous: bool,
}

#[derive(Debug)]
pub(super) struct S3 {
    config: S3Config,
    clients: Mutex<HashMap<String, Arc<AmazonS3>>>,
}

impl S3 {
    pub(super) fn new(config: S3Config) -> S3 {
        S3 { config, clients: Mutex::default() }
    }

    pub(super) fn bucket(&self, name: &str) -> Result<Arc<AmazonS3>, BucketError> {
        let mut clients = self.clients.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(client) = clients.get(name) {
            return Ok(client.clone());
        }
        let client = Arc::new(self.build(name).map_err(|error| BucketError::store(name, "", error))?);
        if clients.len() >= MAX_S3_CLIENTS {
            clients.clear();
        }
        clients.insert(name.to_owned(), client.clone());
        Ok(client)
    }

    fn build(&self, name: &str) -> object_store::Result<AmazonS3> {
        let retry = RetryConfig {
            max_retries: S3_RETRIES,
            retry_timeout: Duration::from_secs(S3_RETRY_SECONDS),
            ..RetryConfig::default()
        };
        // Whoever names an endpoint with http:// wants it.
        let client =
            ClientOptions::new().with_timeout(Duration::from_secs(S3_REQUEST_SECONDS)).with_allow_http(true);
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(name)
            .with_retry(retry)
            .with_client_options(client)
            .with_virtual_hosted_style_request(self.config.virtual_hosted)
            .with_skip_signature(self.config.anonymous);
        if let Some(endpoint) = &self.config.endpoint {
            builder = builder.with_config(object_store::aws::AmazonS3ConfigKey::S3Endpoint, endpoint);
        }
        if let Some(region) = &self.config.region {
            builder = builder.with_region(region);
        }
        builder.build()
    }
}
