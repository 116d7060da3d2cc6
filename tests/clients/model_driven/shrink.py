"""The shortest request that still shows what is wrong: members are taken away, and strings cut, while it does."""

from wire import NoAnswer, Request

# Requests that one shrinking may send.
MOST = 300


def shrink(model, request, shows):
    """`shows` sends a request, and says whether the same thing is wrong with its answer."""
    left = [MOST]

    def still(params):
        left[0] -= 1
        try:
            return left[0] >= 0 and shows(Request.of(model, request.action, params, request.made))
        except NoAnswer:
            return False

    if request.params is None or not still(request.params):
        # Of no object, or only shown by what was there at that moment.
        return request
    params = request.params
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(params):
            if still(smaller):
                params, changed = smaller, True
                break
    return Request.of(model, request.action, params, request.made)


def _smaller(value):
    """Values that have a bit less, those with much less first."""
    if isinstance(value, dict):
        for name in value:
            yield {other: content for other, content in value.items() if other != name}
        for name, content in value.items():
            for smaller in _smaller(content):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, item in enumerate(value):
            for smaller in _smaller(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, str) and len(value) > 8:
        yield value[: len(value) // 2]
        yield value[:-1]
