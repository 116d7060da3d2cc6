//! The ARNs that calls name things by.

use crate::error::ApiError;

/// A state machine's ARN, taken apart.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct MachineArn<'a> {
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
    /// The version or alias behind the name.
    pub(crate) qualifier: Option<&'a str>,
}

/// An activity's ARN, taken apart.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct ActivityArn<'a> {
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
}

/// An execution's ARN, taken apart.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct ExecutionArn<'a> {
    pub(crate) account: &'a str,
    pub(crate) machine: &'a str,
    pub(crate) name: &'a str,
}

/// What is told of an ARN of another kind than the call is about.
pub(crate) fn out_of_context(kind: &str) -> ApiError {
    invalid(&format!("Resource type not valid in this context: {kind}"))
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("InvalidArn", format!("Invalid Arn: '{message}'"))
}

/// Splits `arn:PARTITION:states:REGION:ACCOUNT:TYPE:…` and returns the account and the parts behind it.
fn parts(arn: &str) -> Result<(&str, Vec<&str>), ApiError> {
    if !arn.starts_with("arn:") {
        return Err(invalid(&format!("Invalid ARN prefix: {arn}")));
    }
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        [_, partition, "states", _region, account, kind, ..]
            if partition.starts_with("aws") && !kind.is_empty() =>
        {
            Ok((account, parts[5..].to_vec()))
        }
        [_, _, service, ..] if *service != "states" => Err(invalid(&format!("Invalid ARN service: {arn}"))),
        _ => Err(invalid(&format!("Invalid ARN: {arn}"))),
    }
}

/// `…:stateMachine:NAME[:QUALIFIER]`
pub(crate) fn machine(arn: &str) -> Result<MachineArn<'_>, ApiError> {
    let (account, parts) = parts(arn)?;
    match parts.as_slice() {
        ["stateMachine", name] if !name.is_empty() => Ok(MachineArn { account, name, qualifier: None }),
        ["stateMachine", name, qualifier] => Ok(MachineArn { account, name, qualifier: Some(qualifier) }),
        [kind, ..] if *kind != "stateMachine" => Err(out_of_context(kind)),
        _ => Err(invalid(&format!("Invalid ARN: {arn}"))),
    }
}

/// `…:activity:NAME`
pub(crate) fn activity(arn: &str) -> Result<ActivityArn<'_>, ApiError> {
    let (account, parts) = parts(arn)?;
    match parts.as_slice() {
        ["activity", name] if !name.is_empty() => Ok(ActivityArn { account, name }),
        [kind, ..] if *kind != "activity" => Err(out_of_context(kind)),
        _ => Err(invalid(&format!("Invalid ARN: {arn}"))),
    }
}

/// `…:execution:MACHINE:NAME`, or `…:express:MACHINE:NAME:RUN`.
pub(crate) fn execution(arn: &str) -> Result<ExecutionArn<'_>, ApiError> {
    let (account, parts) = parts(arn)?;
    match parts.as_slice() {
        ["execution", machine, name] if !name.is_empty() => Ok(ExecutionArn { account, machine, name }),
        // Of Express executions only those are found that are kept; the row's name has both parts.
        ["express", machine, name, run] if !name.is_empty() && !run.is_empty() => {
            let name = &arn[arn.len() - name.len() - run.len() - 1..];
            Ok(ExecutionArn { account, machine, name })
        }
        [kind, ..] if *kind != "execution" => Err(out_of_context(kind)),
        _ => Err(invalid(&format!("Invalid ARN: {arn}"))),
    }
}

/// A Map Run's ARN, taken apart.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct MapRunArn<'a> {
    pub(crate) uuid: &'a str,
}

/// `…:mapRun:MACHINE/LABEL:UUID`
pub(crate) fn map_run(arn: &str) -> Result<MapRunArn<'_>, ApiError> {
    let (_, parts) = parts(arn)?;
    match parts.as_slice() {
        ["mapRun", machine_and_label, uuid] if machine_and_label.contains('/') && !uuid.is_empty() => {
            Ok(MapRunArn { uuid })
        }
        [kind, ..] if *kind != "mapRun" => Err(out_of_context(kind)),
        _ => Err(invalid(&format!("Invalid ARN: {arn}"))),
    }
}

/// A role's ARN, `arn:PARTITION:iam::ACCOUNT:role/…`. Whether there is such a role is not asked.
pub(crate) fn check_role(arn: &str) -> Result<(), ApiError> {
    let sound = match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "iam", "", account, role] => {
            partition.starts_with("aws")
                && !account.is_empty()
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    };
    if sound { Ok(()) } else { Err(ApiError::new("InvalidArn", format!("Invalid Role Arn: '{arn}'"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines() {
        let arn = |rest: &str| format!("arn:aws:states:us-east-1:000000000000:{rest}");
        let plain = arn("stateMachine:m.1");
        assert_eq!(
            machine(&plain).ok(),
            Some(MachineArn { account: "000000000000", name: "m.1", qualifier: None })
        );
        let version = arn("stateMachine:m:2");
        assert_eq!(
            machine(&version).ok(),
            Some(MachineArn { account: "000000000000", name: "m", qualifier: Some("2") })
        );
        for wrong in ["m", "arn:aws:s3:::b", &arn("execution:m:e"), &arn("stateMachine:"), "arn:aws:states"] {
            assert!(machine(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn activities() {
        let arn = "arn:aws:states:us-east-1:000000000002:activity:a.1";
        assert_eq!(activity(arn).ok(), Some(ActivityArn { account: "000000000002", name: "a.1" }));
        for wrong in [
            "a",
            "arn:aws:states:r:1:activity:",
            "arn:aws:states:r:1:activity:a:b",
            "arn:aws:states:r:1:stateMachine:a",
        ] {
            assert!(activity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn roles() {
        assert!(check_role("arn:aws:iam::000000000000:role/service-role/r").is_ok());
        for wrong in
            ["nobody", "arn:aws:iam::000000000000:user/u", "arn:aws:iam::x:role/r", "arn:aws:iam::1:role/"]
        {
            assert!(check_role(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn executions() {
        let arn = "arn:aws:states:us-east-1:000000000000:execution:m:e";
        assert_eq!(
            execution(arn).ok(),
            Some(ExecutionArn { account: "000000000000", machine: "m", name: "e" })
        );
        let express = "arn:aws:states:us-east-1:000000000000:express:m:e:u";
        let name = "e:u";
        assert_eq!(
            execution(express).ok(),
            Some(ExecutionArn { account: "000000000000", machine: "m", name })
        );
        for wrong in
            ["e", "arn:aws:states:us-east-1:000000000000:execution:m", "arn:aws:states:r:1:express:m:e"]
        {
            assert!(execution(wrong).is_err(), "{wrong}");
        }
    }
}
