"""AWS Lambda's runtime for Python, as far as a handler sees it: context, environment, output, and the shape of errors."""

import ast
import datetime
import importlib
import json
import os
import time
import traceback
import uuid
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .context import Context
from .failure import frames
from .jsontext import dumps, loads
from .pack import Pack

TASK_ROOT = "/var/task"
DEFAULT_MEMORY_MB = "256"
"""What the host gives a call unless it is told otherwise."""
LONGEST_MS = 900_000
"""What a call has if the host names no deadline: AWS Lambda's longest time-out."""


@dataclass(frozen=True)
class Function:
    """What the build knows of the function; the environment of a call may say otherwise."""

    name: str
    handler: str
    """As `_HANDLER` has it: `module.function`."""

    @classmethod
    def told(cls, told: dict[str, Optional[str]], pack: Pack) -> "Function":
        """As the build was told. Without a handler's name it is `lambda_handler`, or `handler` if there is only that."""
        module = told["module"]
        function = told["handler"]
        if function is None:
            names = _names(pack.get_source(module))
            function = next((name for name in ("lambda_handler", "handler") if name in names), None)
        if function is None:
            raise SystemExit(f"{module}.py has neither `lambda_handler` nor `handler`: name the function with --handler")
        return cls(told["name"], f"{module}.{function}")


def _names(text: str) -> set[str]:
    """The names that a module's top level may give: a syntax error is told by the call, as on Lambda."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return {"lambda_handler"}
    names = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


class Refused(Exception):
    """How an invocation ends that has no output."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


class LambdaContext:
    """The handler's second argument (AWS Lambda Developer Guide, "Using the Lambda context object")."""

    def __init__(self, request_id: str, arn: str, deadline_ms: int) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = arn
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = request_id
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline_ms = deadline_ms

    def get_remaining_time_in_millis(self) -> int:
        """How long until the host gives up."""
        return max(0, self._deadline_ms - time.time_ns() // 1_000_000)


class Invocation:
    """One event and what comes of it."""

    def __init__(self, function: Function, context: Context) -> None:
        self._function = function
        self._context = context
        self._request_id = str(uuid.uuid4())

    def run(self, event: str) -> str:
        """The handler's output as JSON text, or `Refused` in the shape of Lambda's errors."""
        arn = self._environment()
        deadline = self._context.deadline or time.time_ns() // 1_000_000 + LONGEST_MS
        handler = self._handler(os.environ["_HANDLER"])
        try:
            output = handler(loads(event), LambdaContext(self._request_id, arn, deadline))
        except SystemExit as error:
            raise self._exited(error) from None
        except Exception as error:
            raise self._raised(error) from None
        try:
            return dumps(output, spaces=True)
        except Exception as error:
            raise self._refused("Runtime.MarshalError", f"Unable to marshal response: {error}") from None

    def _environment(self) -> str:
        """Set what Lambda sets (AWS Lambda Developer Guide, "Defined runtime environment variables"), but for the
        credentials, which there are none of. The answer is the function's ARN."""
        _, partition, _, region, account, *_ = self._context.execution_arn.split(":")
        name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", self._function.name)
        arn = f"arn:{partition}:lambda:{region}:{account}:function:{name}"
        if self._context.resource.startswith("arn:") and ":function:" in self._context.resource:
            arn = self._context.resource
            name = arn.split(":")[6]
        os.environ["AWS_LAMBDA_FUNCTION_NAME"] = name
        today = datetime.datetime.now(datetime.timezone.utc)
        for variable, value in {
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": DEFAULT_MEMORY_MB,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{today:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}",
            "AWS_REGION": region,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LAMBDA_TASK_ROOT": TASK_ROOT,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": self._function.handler,
        }.items():
            os.environ.setdefault(variable, value)
        return arn

    def _handler(self, name: str) -> Callable[[Any, LambdaContext], Any]:
        module_name, dot, function = name.rpartition(".")
        if not dot:
            raise self._refused(
                "Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
            )
        module_name = module_name.replace("/", ".")
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            message = f"Unable to import module '{module_name}': {error}"
            raise self._refused("Runtime.ImportModuleError", message) from None
        except SyntaxError as error:
            message = f"Syntax error in module '{module_name}': {error}"
            trace = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
            raise self._refused("Runtime.UserCodeSyntaxError", message, [trace]) from None
        except SystemExit as error:
            raise self._exited(error) from None
        except Exception as error:
            raise self._raised(error) from None
        found = getattr(module, function, None)
        if found is None:
            message = f"Handler '{function}' missing on module '{module_name}'"
            raise self._refused("Runtime.HandlerNotFound", message)
        return found

    def _raised(self, error: Exception) -> Refused:
        return self._refused(type(error).__name__, str(error), traceback.format_list(frames(error)))

    def _exited(self, error: SystemExit) -> Refused:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        message = f"RequestId: {self._request_id} Error: Runtime exited with error: exit status {status}"
        cause = {"errorType": "Runtime.ExitError", "errorMessage": message}
        return Refused("Runtime.ExitError", json.dumps(cause))

    def _refused(self, kind: str, message: str, trace: Optional[list[str]] = None) -> Refused:
        cause = {
            "errorMessage": message,
            "errorType": kind,
            "requestId": self._request_id,
            "stackTrace": trace or [],
        }
        return Refused(kind, dumps(cause, spaces=True))
