//! Which plugin a `Resource` names, before anybody looks whether there is one.

/// What a resource refers to by its form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// A plugin's name, and an alias or a prefix of its version: `plugin:NAME`, `plugin:NAME@1.2`, `plugin:NAME@stable`.
    Plugin { name: &'a str, version: Option<&'a str> },
    /// A Lambda function. Its alias or version is Lambda's own, and means something only if the plugin has an alias of that
    /// name.
    Function { name: &'a str, qualifier: Option<&'a str> },
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
        ["arn", _, "lambda", _, _, "function", name] => Reference::Function { name, qualifier: None },
        ["arn", _, "lambda", _, _, "function", name, qualifier] => {
            Reference::Function { name, qualifier: Some(qualifier) }
        }
        _ => Reference::Other,
    }
}

/// The function's name and its qualifier in `FunctionName` of Lambda's Invoke (AWS Lambda API: a name, `name:alias`, a
/// partial ARN `account:function:name` or a whole ARN).
pub(crate) fn function_name(function: &str) -> (&str, Option<&str>) {
    match function.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "lambda", _, _, "function", name, qualifier] | [_, "function", name, qualifier] => {
            (name, Some(qualifier))
        }
        ["arn", _, "lambda", _, _, "function", name, ..] | [_, "function", name] | [name] => (name, None),
        [name, qualifier] => (name, Some(qualifier)),
        _ => (function, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_resources() {
        let plugin = |name, version| Reference::Plugin { name, version };
        let function = |name, qualifier| Reference::Function { name, qualifier };
        for (resource, expected) in [
            ("plugin:charge", plugin("charge", None)),
            ("plugin:charge@1.2", plugin("charge", Some("1.2"))),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge", function("charge", None)),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge:PROD", function("charge", Some("PROD"))),
            (
                "arn:aws-cn:lambda:cn-north-1:123456789012:function:charge:$LATEST",
                function("charge", Some("$LATEST")),
            ),
            ("arn:aws:states:::lambda:invoke", Reference::Other),
            ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Reference::Other),
            ("charge", Reference::Other),
            ("", Reference::Other),
        ] {
            assert_eq!(reference(resource), expected, "{resource}");
        }
    }

    #[test]
    fn forms_of_function_names() {
        for (function, qualifier) in [
            ("charge", None),
            ("charge:PROD", Some("PROD")),
            ("123456789012:function:charge", None),
            ("123456789012:function:charge:7", Some("7")),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge", None),
            ("arn:aws:lambda:us-east-1:123456789012:function:charge:PROD", Some("PROD")),
        ] {
            assert_eq!(function_name(function), ("charge", qualifier), "{function}");
        }
    }
}
