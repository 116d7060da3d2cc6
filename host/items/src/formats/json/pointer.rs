//! JSON Pointer (RFC 6901).

/// The steps of a JSON Pointer (RFC 6901).
pub(super) fn steps(pointer: &str) -> Result<Vec<String>, String> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let Some(rest) = pointer.strip_prefix('/') else {
        return Err(format!(
            "ItemsPointer {pointer:?} is not a JSON Pointer (RFC 6901): it has to begin with a slash"
        ));
    };
    Ok(rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

/// A step as an array index: digits without leading zeros.
pub(super) fn index(step: &str) -> Option<u64> {
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (step == "0" || !step.starts_with('0'))).then(|| step.parse().ok()).flatten()
}
