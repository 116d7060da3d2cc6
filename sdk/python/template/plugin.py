"""{{name}}: says hello."""

from dataclasses import dataclass

from dirigent_plugin import Context, Failure, log


@dataclass
class Input:
    name: str


@dataclass
class Output:
    greeting: str


def run(context: Context, input: Input) -> Output:
    if not input.name:
        raise Failure("Greeting.NoName", "name is empty: give the name of somebody to greet")
    log.info(f"greeting {input.name}, attempt {context.attempt}")
    return Output(greeting=f"Hello, {input.name}!")
