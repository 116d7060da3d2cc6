//! JSON and errors in the form that Lambda's Python runtime gives them.

use dirigent_plugin::Failure;

/// A JSON text as `json.dumps` writes it: a space after each comma and colon, and none elsewhere.
pub fn dumps(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if in_string {
            out.push(c);
            (in_string, escaped) = (escaped || c != '"', !escaped && c == '\\');
            continue;
        }
        match c {
            ' ' | '\n' | '\r' | '\t' => {}
            ',' | ':' => out.extend([c, ' ']),
            _ => {
                in_string = c == '"';
                out.push(c);
            }
        }
    }
    out
}

/// An exception that a handler raised in this line.
pub fn raised(kind: &str, message: &str, line: u32, statement: &str, request_id: String) -> Failure {
    let trace = format!("  File \"/var/task/handler.py\", line {line}, in handler\n    {statement}\n");
    let cause = format!(
        r#"{{"errorMessage": {}, "errorType": {}, "requestId": {}, "stackTrace": [{}]}}"#,
        quoted(message),
        quoted(kind),
        quoted(&request_id),
        quoted(&trace),
    );
    Failure::new(kind, cause)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_puts_spaces_outside_of_strings() {
        for (text, python) in [
            ("{}", "{}"),
            (r#"{"a":1,"b":[true,null]}"#, r#"{"a": 1, "b": [true, null]}"#),
            (r#"{ "a" : "x,\"y\":\\" , "b":0}"#, r#"{"a": "x,\"y\":\\", "b": 0}"#),
        ] {
            assert_eq!(dumps(text), python);
        }
    }
}
