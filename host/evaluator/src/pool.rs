//! The host's side: workers that wait, and threads that borrow one for an evaluation.

use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use dirigent_expr::JsonataError;
use dirigent_expr::jsonata_isolation::{Evaluator, Request, answer_from_json};
use parking_lot::{Condvar, Mutex};
use serde_json::Value;

use crate::{ARGUMENT, MEMORY, OUT_OF_TIME, TIME, wire};

/// Most workers at a time. A hostile expression has one for up to [`TIME`], and others are not to wait for it; more
/// than this at a time do.
const MOST_WORKERS: usize = 16;

/// Workers that are kept while nothing is to be done.
const KEPT_WORKERS: usize = 2;

/// Workers of one program, at most [`MOST_WORKERS`].
pub struct Pool {
    program: PathBuf,
    workers: Mutex<Workers>,
    returned: Condvar,
}

struct Workers {
    idle: Vec<Worker>,
    /// Those that are lent, too.
    alive: usize,
}

struct Worker {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    /// Whether it has answered before.
    used: bool,
}

impl Pool {
    /// Workers that are this program. One is started at once, to see that it can be.
    ///
    /// # Errors
    /// When the program cannot be found or not be started.
    pub fn of_this_program() -> io::Result<Pool> {
        let program = std::env::current_exe()?;
        let pool = Pool {
            program,
            workers: Mutex::new(Workers { idle: Vec::new(), alive: 0 }),
            returned: Condvar::new(),
        };
        let first = pool.start()?;
        *pool.workers.lock() = Workers { idle: vec![first], alive: 1 };
        Ok(pool)
    }

    fn start(&self) -> io::Result<Worker> {
        let mut command = Command::new(&self.program);
        command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            // Of a group of its own, so that what ends the host from the terminal lets it finish what it does.
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Worker { child, to, from, used: false }),
            _ => Err(io::Error::other("a worker without pipes")),
        }
    }

    /// A worker that waits, or a new one; waits while all are lent.
    fn borrow(&self) -> io::Result<Worker> {
        let mut workers = self.workers.lock();
        loop {
            if let Some(worker) = workers.idle.pop() {
                return Ok(worker);
            }
            if workers.alive < MOST_WORKERS {
                workers.alive += 1;
                drop(workers);
                return self.start().inspect_err(|_| self.lost());
            }
            self.returned.wait(&mut workers);
        }
    }

    fn give_back(&self, mut worker: Worker) {
        worker.used = true;
        let mut workers = self.workers.lock();
        if workers.idle.len() < KEPT_WORKERS {
            workers.idle.push(worker);
        } else {
            workers.alive -= 1;
            drop(workers);
            let _ = worker.end();
        }
        self.returned.notify_one();
    }

    fn lost(&self) {
        self.workers.lock().alive -= 1;
        self.returned.notify_one();
    }

    /// Ids of the processes of workers that wait.
    #[must_use]
    pub fn idle_processes(&self) -> Vec<u32> {
        self.workers.lock().idle.iter().map(|worker| worker.child.id()).collect()
    }
}

impl Evaluator for Pool {
    fn evaluate(&self, request: &Request<'_>) -> Result<Value, JsonataError> {
        let request = request.to_json();
        loop {
            let mut worker =
                self.borrow().map_err(|error| threw("U1003", &format!("no worker starts: {error}")))?;
            match worker.ask(&request) {
                Ok(answer) => {
                    self.give_back(worker);
                    return answer;
                }
                Err(error) => {
                    let used = worker.used;
                    let end = worker.end();
                    self.lost();
                    match why(end, &error) {
                        Some(error) => return Err(error),
                        // It may have gone while it waited; a new one knows nothing of that.
                        None if used => {}
                        None => return Err(threw("U1003", &format!("the worker ended: {error}"))),
                    }
                }
            }
        }
    }
}

impl Worker {
    fn ask(&mut self, request: &str) -> io::Result<Result<Value, JsonataError>> {
        wire::write(&mut self.to, request)?;
        let answer = wire::read(&mut self.from)?;
        answer_from_json(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no answer"))
    }

    /// Ends it, if it has not ended yet, and says how it ended.
    fn end(mut self) -> Option<ExitStatus> {
        // An ended process cannot be killed, and keeps its own status.
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

/// The error of a worker that an expression brought down, or none if something else did.
fn why(end: Option<ExitStatus>, error: &io::Error) -> Option<JsonataError> {
    if error.kind() == io::ErrorKind::InvalidInput {
        return Some(threw("U1001", "The expression reads more data than can be given to it"));
    }
    let end = end?;
    if end.code() == Some(OUT_OF_TIME.into()) {
        let most = TIME.as_millis();
        return Some(threw("D1012", &format!("Evaluation timeout after {most} milliseconds")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        // How Rust ends a process whose memory is used up, or whose stack is.
        const ABORTED: [i32; 2] = [6, 11];
        if end.signal().is_some_and(|signal| ABORTED.contains(&signal)) {
            let most = MEMORY >> 20;
            return Some(threw("U1001", &format!("The evaluation needs more than {most} MiB of memory")));
        }
    }
    // A panic.
    (end.code() == Some(101)).then(|| threw("U1001", "The evaluation failed within the evaluator"))
}

fn threw(code: &str, message: &str) -> JsonataError {
    JsonataError::Threw { code: code.to_owned(), message: message.to_owned() }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in self.workers.get_mut().idle.drain(..) {
            let _ = worker.end();
        }
    }
}
