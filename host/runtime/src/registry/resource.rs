//! Which plugin a `Resource` names, before anybody looks whether there is one.

/// What a resource refers to by its form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// A plugin's name and a prefix of its version: `plugin:NAME`, `plugin:NAME@1.2`, a Lambda function.
    Plugin { name: &'a str, version: Option<&'a str> },
    /// Anything else: only a manifest that names it serves it.
    Other,
}

/// Read a `Resource`.
pub(super) fn reference(resource: &str) -> Reference<'_> {
    if let Some(plugin) = resource.strip_prefix("plugin:") {
        return match plugin.split_once('@') {
            Some((name, version)) => Reference::Plugin { name, version: Some(version) },
            None => Reference::Plugin { name: plugin, version: None },
        };
    }
    match resource.split(':').collect::<Vec<_>>()[..] {
        // The alias or version at the end is Lambda's, and means nothing here.
        ["arn", _, "lambda", _, _, "function", name] | ["arn", _, "lambda", _, _, "function", name, _] => {
            Reference::Plugin { name, version: None }
        }
        _ => Reference::Other,
    }
}

/// The function's name in `FunctionName` of Lambda's Invoke (AWS Lambda API: a name, `name:alias`, a partial ARN
/// `account:function:name` or a whole ARN).
pub(crate) fn function_name(function: &str) -> &str {
    match function.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "lambda", _, _, "function", name, ..] => name,
        [_, "function", name] | [_, "function", name, _] => name,
        [name] | [name, _] => name,
        _ => function,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_resources() {
        for (resource, expected) in [
            ("plugin:charge", Some(("charge", None))),
            ("plugin:charge@1.2", Some(("charge", Some("1.2")))),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge", Some(("charge", None))),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge:PROD", Some(("charge", None))),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:charge:$LATEST", Some(("charge", None))),
            ("arn:aws:states:::lambda:invoke", None),
            ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", None),
            ("charge", None),
            ("", None),
        ] {
            let expected =
                expected.map_or(Reference::Other, |(name, version)| Reference::Plugin { name, version });
            assert_eq!(reference(resource), expected, "{resource}");
        }
    }

    #[test]
    fn forms_of_function_names() {
        for function in [
            "charge",
            "charge:PROD",
            "123456789012:function:charge",
            "123456789012:function:charge:7",
            "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "arn:aws:lambda:us-east-1:123456789012:function:charge:PROD",
        ] {
            assert_eq!(function_name(function), "charge", "{function}");
        }
    }
}
