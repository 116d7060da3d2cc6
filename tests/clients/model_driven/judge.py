"""Whether an answer is one that AWS may give: the heart of this client."""

from wire import JSON_1_0

# Errors that any action may answer with, though no action's list has them. The model's lists are of what an action refuses
# by itself; these are of the front end, which reads the request before the action does.
# Sources: AWS API references, "Common Errors" (UnknownOperationException; ValidationError, which services of JSON 1.0 call
# ValidationException; RequestEntityTooLargeException, the only one with another status than 400);
# Smithy, "AWS JSON 1.0 protocol", whose malformed requests are answered with SerializationException.
COMMON = {
    "ValidationException": 400,
    "SerializationException": 400,
    "UnknownOperationException": 400,
    "RequestEntityTooLargeException": 413,
}


class Verdict:
    """What an answer was, by the name that the table counts it under, and what is wrong with it, if anything is."""

    def __init__(self, outcome, wrong=None):
        self.outcome = outcome
        self.wrong = wrong


def judge(model, request, answer):
    """Judges the answer to a request. It does not matter which of two faults of a request an answer speaks of."""
    known = request.action if request.action in model.operations else None
    try:
        body = answer.json()
    except (UnicodeDecodeError, ValueError):
        return Verdict(f"status {answer.status}", f"status {answer.status} with a body that is no JSON: {answer.body[:200]}")
    if answer.content_type != JSON_1_0:
        return Verdict(f"status {answer.status}", f"status {answer.status} with the content type {answer.content_type}")
    if answer.status == 200:
        return Verdict("200", _wrong_success(model, request, known, body))
    code = body.get("__type") if isinstance(body, dict) else None
    if not isinstance(code, str):
        return Verdict(f"status {answer.status}", f"status {answer.status} without an error's name: {answer.body[:200]}")
    return Verdict(code, _wrong_error(model, known, answer.status, code, body))


def _wrong_success(model, request, known, body):
    if known is None:
        return "200 for an action that is none"
    if request.params is None:
        return "200 for a body that is no object"
    forbidden = model.request_faults(known, request.params)
    if forbidden:
        return f"200 for what the model forbids: {'; '.join(forbidden)}"
    faults = model.answer_faults(model.output(known), body)
    return f"200 with an answer that is not the model's: {'; '.join(faults)}" if faults else None


def _wrong_error(model, known, status, code, body):
    own = model.errors(known) if known else set()
    expected = 400 if code in own else COMMON.get(code)
    if expected is None:
        return f"status {status}, and {code} is neither the action's nor common"
    if status != expected:
        return f"status {status} for {code}, which has {expected}"
    if code == "UnknownOperationException" and known:
        return "an action of the model is not served"
    message = body.get("message")
    if not isinstance(message, str) or not message:
        return f"{code} without a message"
    shape = model.shapes.get(code)
    rest = {name: value for name, value in body.items() if name != "__type"}
    faults = model.answer_faults(code, rest) if shape else [f".{name} is not in the model" for name in rest if name != "message"]
    return f"{code} is not as the model has it: {'; '.join(faults)}" if faults else None
