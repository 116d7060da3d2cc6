//! A client of a host on loopback.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::config::timeout::TimeoutConfig;
use aws_sdk_sfn::config::{
    BehaviorVersion, Config, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_sfn::error::BoxError;
use aws_smithy_runtime_api::client::endpoint::EndpointPrefix;

use crate::calls::PATIENCE;

pub fn of(endpoint: &str) -> Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        // The SDK's usual client has TLS; this one has not, and speaks plain HTTP only.
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("tests", "tests-of-some-length", None, None, "tests"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .interceptor(NoHostPrefix)
        .build();
    Client::from_conf(config)
}

/// The SDK would put `sync-` before the host name, which a loopback address does not have. It has no switch for that, but
/// forgets the prefix if it is told to before it makes the request.
#[derive(Debug)]
struct NoHostPrefix;

impl Intercept for NoHostPrefix {
    fn name(&self) -> &'static str {
        "NoHostPrefix"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().unset::<EndpointPrefix>();
        Ok(())
    }
}
