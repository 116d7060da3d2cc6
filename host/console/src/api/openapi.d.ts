// Written by `npm run api-types` from openapi.json. Not to be edited.
export interface paths {
    "/api/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A backup of this moment, as `dirigent restore` reads it: the store, and the components that executions are bound to.
         * @description It ends with a checksum; one that was cut off is none. One is made at a time.
         */
        post: operations["backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams the events of all executions from now on, Express ones included: `history` events with `executionArn` and
         *     `event`. A reader that is too slow is told by `lagged` how many steps it missed.
         */
        get: operations["all_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Searches the executions of all state machines, newest first: Standard ones, and Express ones that are kept. */
        get: operations["search"];
        put?: never;
        /**
         * Starts a durable Standard execution. With `?wait=30s` it answers when the execution ends, or with 202 and status
         *     `RUNNING` when that takes longer; the execution goes on then.
         */
        post: operations["start_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redrives the executions that are named, or that a filter fits: at most 1,000 with one call. */
        post: operations["redrive_many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops the executions that are named, or that a filter fits: at most 1,000 with one call. */
        post: operations["stop_many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes an execution, with its input, its output, and what its tasks used. */
        get: operations["describe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Streams an execution's history from its first event on, or after the one that `Last-Event-ID` names, and goes on
         *     with what happens. Each `history` event is one of AWS's HistoryEvent, with a text for its time. `end` is the last
         *     one, with the status, once the execution has ended.
         */
        get: operations["execution_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A range of an execution's history. AWS's GetExecutionHistory has pages and no ranges. */
        get: operations["history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redrives an execution that did not succeed. */
        post: operations["redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops an execution. One that has ended keeps its end. */
        post: operations["stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/executions/{arn}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each attempt of each task used, and what its plugin logged. */
        get: operations["tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the plugins, an entry a version. */
        get: operations["plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a plugin logged lately: of the last lines of all plugins, which the host keeps in memory, those of this one.
         * @description The lines of an attempt come when it has ended. Those of an execution are in its history, see its `tasks`.
         */
        get: operations["logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plugins/{name}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The state machines whose next execution will call a plugin: `NAME`, or `NAME@VERSION`. Those that call it as a Lambda function
         *     whose name is in a task's input are not known before it runs.
         */
        get: operations["users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asks, and what they may do. */
        get: operations["whoami"];
        put?: never;
        /**
         * Changes a token for a cookie, which lasts twelve hours or until the host is started again.
         * @description The cookie is `HttpOnly` and `SameSite=Strict`, and counts for pages of the host's own origin only.
         */
        post: operations["sign_in"];
        /** Ends the session of the request, if it has one. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An execution that was started, and its end if that was waited for. */
        Answer: {
            cause?: string | null;
            error?: string | null;
            executionArn: string;
            name: string;
            output?: unknown;
            /** Format: date-time */
            startDate: string;
            status: components["schemas"]["Status"];
            /** Format: date-time */
            stopDate?: string | null;
        };
        /** @description What came of it. */
        Bulk: {
            /** @description ARNs of those with which it went well. */
            done: string[];
            failed: components["schemas"]["BulkFailure"][];
            /** @description The filter may fit more: call again. */
            more: boolean;
        };
        /** @description An execution with which it did not go well. */
        BulkFailure: {
            error: string;
            executionArn: string;
            message: string;
        };
        /** @description Which executions to redrive. Those that failed, timed out or were aborted are meant, unless a status is given. */
        BulkRedrive: {
            /** @description At most 1,000. */
            executionArns?: string[] | null;
            filter?: components["schemas"]["Filter"] | null;
            onto?: components["schemas"]["Onto"] | null;
        };
        /** @description Which executions to stop, and why. Running ones are meant, unless a status is given. */
        BulkStop: {
            cause?: string | null;
            error?: string | null;
            /** @description At most 1,000. */
            executionArns?: string[] | null;
            filter?: components["schemas"]["Filter"] | null;
        };
        /** @description An execution, whole. */
        Description: components["schemas"]["Summary"] & {
            /** @description A JSON value, and not a text that holds one. */
            input: unknown;
            /** @description The run that it is a child of. */
            mapRunArn?: string | null;
            metering: components["schemas"]["Metering"];
            /** @description Where it succeeded. */
            output?: unknown;
            redriveStatus: components["schemas"]["RedriveStatus"];
            redriveStatusReason?: string | null;
            /**
             * Format: int32
             * @description The revision of the definition that it runs: 1, 2, 3, …
             */
            revision: number;
        };
        /** @description Which executions are meant. What is given must all hold; of statuses one. */
        Filter: {
            /** @description The error's name, whole. */
            error?: string | null;
            namePrefix?: string | null;
            /** Format: date-time */
            startedAfter?: string | null;
            /** Format: date-time */
            startedBefore?: string | null;
            /** @description Only those of this state machine. */
            stateMachineArn?: string | null;
            status?: components["schemas"]["Status"][];
        };
        /** @description A range of a history. */
        History: {
            /** @description Each is one of AWS's HistoryEvent, with a text for its time. Their numbers have no gaps. */
            events: unknown[];
            /**
             * Format: int64
             * @description The number of the last event that there is.
             */
            lastEventId: number;
        };
        /** @description A line of a plugin's log. */
        Line: {
            /**
             * Format: int32
             * @description Retries of the state before the attempt.
             */
            attempt: number;
            executionArn: string;
            level: string;
            message: string;
            /** @description The plugin, as `name@version`. */
            plugin: string;
            state: string;
            /** @description When the attempt ended that it is of. */
            time: string;
        };
        /** @description A line that a plugin logged. */
        LogLine: {
            level: string;
            message: string;
        };
        /** @description Lines of a plugin's log. */
        Logs: {
            /**
             * Format: int64
             * @description What to give as `after` for those that follow.
             */
            after: number;
            /** @description In the order in which the host got them. */
            lines: components["schemas"]["Line"][];
        };
        /** @description What its tasks used. */
        Metering: components["schemas"]["Usage"] & {
            /** @description Attempts of tasks that have ended. */
            tasks: number;
        };
        /** @description A definition to go on with. */
        Onto: number | string;
        /** @description A page of executions. */
        Page: {
            /** @description Newest first. */
            executions: components["schemas"]["Summary"][];
            /** @description There may be more: a page may be short, or empty, and have one all the same, when much was looked at. */
            nextToken?: string | null;
        };
        /**
         * @description What a plugin asks for of one kind, and who allows what of it. A request is granted if it fits a rule of each: the manifest's,
         *     the operator's, and those of the state machine's role, if that speaks of the kind.
         */
        PluginAsk: {
            /** @description What its manifest asks for. */
            asks: string[];
            /** @description `http`, `keyvalue`, `connections`, `config` or `directories`. */
            kind: string;
            /** @description What the operator allows this plugin; if nothing, nothing is granted. */
            operator: string[];
            /** @description What roles of state machines allow, of those that speak of it. */
            roles: {
                [key: string]: string[];
            };
        };
        /** @description A version of a plugin. */
        PluginEntry: {
            /** @description What it asks for, by kind, and who allows what of it. */
            asks: components["schemas"]["PluginAsk"][];
            /**
             * Format: int64
             * @description The component's size in bytes.
             */
            componentBytes: number;
            /** @description What its manifest says of it. */
            description: string;
            /** @description The component's SHA-256; none where the file cannot be read. */
            digest?: string | null;
            /** @description What the component imports. Empty until it is compiled. */
            imports: string[];
            /** @description Its name. */
            name: string;
            /** @description Resources that it serves besides `plugin:NAME`. */
            serves: string[];
            /** @description Whether it can be called. */
            status: components["schemas"]["PluginStatus"];
            /** @description What its calls used since the host started. */
            usage: components["schemas"]["PluginUsage"];
            /** @description Its version. */
            version: string;
            /** @description Why not. */
            why?: string | null;
        };
        /**
         * @description Whether a plugin can be called.
         * @enum {string}
         */
        PluginStatus: "READY" | "COMPILING" | "BROKEN";
        /** @description What all calls of a version of a plugin used since the host started. */
        PluginUsage: components["schemas"]["Usage"] & {
            /**
             * Format: int64
             * @description Calls that are over.
             */
            calls: number;
            /**
             * Format: int64
             * @description How many of them were cancelled. What these used is not known, and in no sum.
             */
            cancelled: number;
            /** @description How many of them failed, by error name. Of names there are at most 32; the failures of further ones are under `other`. */
            failures: {
                [key: string]: number;
            };
        };
        /** @description The plugins of the registry directory. */
        Plugins: {
            plugins: components["schemas"]["PluginEntry"][];
        };
        /** @description How an execution is redriven. Without anything it goes on from where it stopped, as with AWS's RedriveExecution. */
        Redrive: {
            /** @description A call that comes again with it within 15 minutes is the same call. */
            clientToken?: string | null;
            /** @description The state runs with this input. */
            input?: unknown;
            onto?: components["schemas"]["Onto"] | null;
            /** @description The state does not run; this is its result. */
            result?: unknown;
            /** @description The state that `input` or `result` is for, where several stopped the execution. */
            state?: string | null;
        };
        /**
         * @description Whether it can be redriven.
         * @enum {string}
         */
        RedriveStatus: "REDRIVABLE" | "NOT_REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN";
        /** @description When an execution was redriven. */
        Redriven: {
            /** Format: date-time */
            redriveDate: string;
        };
        /** @description Why a request was refused. */
        Refusal: {
            /**
             * @description A word for it: an error name of AWS's where it has one.
             * @example ExecutionDoesNotExist
             */
            error: string;
            /** @description What is wrong and what to do. */
            message: string;
        };
        /**
         * @description The roles.
         * @enum {string}
         */
        RoleName: "read" | "run" | "admin";
        /** @description Who asks, and what they may do. */
        Session: {
            /** @description Whether the host asks who somebody is. Where it does not, everybody may do everything. */
            authentication: boolean;
            /** @description The token's name. */
            name?: string | null;
            /** @description What they may do: each role may do what those before it may. */
            role: components["schemas"]["RoleName"];
            /** @description When the session ends; none, if a token came with the request itself. */
            until?: string | null;
        };
        /** @description What a browser signs in with. */
        SignIn: {
            /** @description A bearer token of the host's configuration. */
            token: string;
        };
        /** @description What to start. */
        Start: {
            /** @description Any JSON value, not a string that holds one; `{}` where none is given. */
            input?: unknown;
            /** @description The execution's name; a fresh one where none is given. */
            name?: string | null;
            /** @description The ARN of a Standard state machine, a version or an alias. */
            stateMachineArn: string;
        };
        /**
         * @description How an execution stands.
         * @enum {string}
         */
        Status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
        /** @description Why executions are stopped. */
        Stop: {
            /** @description At most 32,768 characters. */
            cause?: string | null;
            /** @description An error name, at most 256 characters. */
            error?: string | null;
        };
        /** @description When an execution was stopped. */
        Stopped: {
            /** Format: date-time */
            stopDate: string;
        };
        /** @description An execution, as lists show it. */
        Summary: {
            cause?: string | null;
            /** @description The error's name, where it did not succeed and has one. */
            error?: string | null;
            executionArn: string;
            name: string;
            /**
             * Format: int32
             * @description How often it was redriven.
             */
            redriveCount: number;
            /** Format: date-time */
            redriveDate?: string | null;
            /** Format: date-time */
            startDate: string;
            stateMachineArn: string;
            status: components["schemas"]["Status"];
            /** Format: date-time */
            stopDate?: string | null;
        };
        /**
         * @description How an attempt of a task ended.
         * @enum {string}
         */
        TaskStatus: "SUCCEEDED" | "SUBMITTED" | "FAILED" | "TIMED_OUT";
        /** @description One attempt of a task. */
        TaskUsage: components["schemas"]["Usage"] & {
            /**
             * Format: int64
             * @description The event with which the attempt ended.
             */
            eventId: number;
            /** @description What the plugin logged. */
            logs: components["schemas"]["LogLine"][];
            /** @description The plugin that ran, as `name@version`; none where the host itself did the work. */
            plugin?: string | null;
            /** @description What ran, such as `plugin:echo`. */
            resource: string;
            /** @description The state's name. */
            state: string;
            status: components["schemas"]["TaskStatus"];
        };
        /** @description The attempts of an execution's tasks. */
        Tasks: {
            /** @description In the order in which they ended. */
            tasks: components["schemas"]["TaskUsage"][];
            /** @description All of them together. */
            total: components["schemas"]["Usage"];
            /** @description Whether the history is so long that only its first 100,000 events were read. */
            truncated: boolean;
        };
        /** @description What a task, or all of an execution's, or all of a plugin's, used. */
        Usage: {
            /**
             * Format: int64
             * @description Time in which it had a thread, in microseconds.
             */
            cpuMicros: number;
            /**
             * Format: int64
             * @description Units of fuel.
             */
            fuel: number;
            /**
             * Format: int64
             * @description Calls to the host.
             */
            hostCalls: number;
            /**
             * Format: int64
             * @description Bytes of input.
             */
            inputBytes: number;
            /**
             * Format: int64
             * @description Bytes of output.
             */
            outputBytes: number;
            /**
             * Format: int64
             * @description Greatest memory, in bytes.
             */
            peakMemory: number;
            /**
             * Format: int64
             * @description Bytes of bodies of responses that it got.
             */
            receivedBytes: number;
            /**
             * Format: int64
             * @description Bytes of bodies of requests that it sent.
             */
            sentBytes: number;
            /**
             * Format: int64
             * @description Time on the clock, in microseconds.
             */
            wallMicros: number;
        };
        /** @description Who uses a plugin. */
        Users: {
            /** @description Whether there are more than the 1,000 that are named. */
            more: boolean;
            /** @description The state machines whose next execution will call it, by name. */
            stateMachineArns: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    backup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    all_events: {
        parameters: {
            query?: {
                /** @description Only those of this state machine's executions. */
                stateMachineArn?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    search: {
        parameters: {
            query?: {
                /** @description One of these; may come several times. */
                status?: components["schemas"]["Status"][];
                /** @description Only those of this state machine. */
                stateMachineArn?: string;
                startedAfter?: string;
                startedBefore?: string;
                /** @description The error's name, whole. */
                error?: string;
                namePrefix?: string;
                /** @description 1 to 1,000; 100 unless said otherwise. */
                limit?: number;
                nextToken?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    start_execution: {
        parameters: {
            query?: {
                /**
                 * @description How long to wait for the end: `30s`, `500ms`, `2m`, at most 15 minutes. Without it nothing is waited for.
                 * @example 30s
                 */
                wait?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Start"];
            };
        };
        responses: {
            /** @description It has ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description It runs */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    redrive_many: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRedrive"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    stop_many: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkStop"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    describe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Description"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    execution_events: {
        parameters: {
            query?: {
                /** @description Whether inputs and outputs are wanted; they are, unless said otherwise. */
                data?: boolean;
            };
            header?: {
                /** @description The last event that the client has */
                "Last-Event-ID"?: number | null;
            };
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    history: {
        parameters: {
            query?: {
                /** @description The first event's number; 1 unless said otherwise. */
                from?: number;
                /** @description Whether inputs and outputs are wanted, which may be much; they are, unless said otherwise. */
                data?: boolean;
                /** @description 1 to 1,000, and to 10,000 without data, which is also what holds if it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Redrive"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redriven"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Stop"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopped"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    tasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution's ARN, percent-encoded */
                arn: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tasks"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    plugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plugins"];
                };
            };
        };
    };
    logs: {
        parameters: {
            query?: {
                /** @description Only lines behind the one of this number. */
                after?: number;
                /** @description Only lines from this time on. */
                since?: string;
                /** @description 1 to 1,000, which is also what holds if it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description NAME, or NAME@VERSION */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Logs"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    users: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description NAME, or NAME@VERSION */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Users"];
                };
            };
        };
    };
    whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is none any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
}
