//! The project's own tasks: `cargo xtask <command>`. One file a command.

mod bench;
mod console;
mod demo;
mod fuzz;
mod guest;
mod plugins;
mod process;
mod project;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  demo              run the orders of examples/order-fulfilment on a host of their own
  console           build the console, which the host embeds
  plugins           build all guests and install them in target/registry
  test [--quick] [STEP…]
                    run every check and test; --quick leaves out what needs the release
                    binary; STEP runs only the steps whose names contain it (--list lists them)
  fuzz [TARGET…] [--seconds N] [--input FILE]
                    run fuzz targets, each for N seconds (60) or with one input (see fuzz/README.md)
  bench [NAME…]     run the benchmarks of the crates, or those whose names contain NAME

Environment:
  DIRIGENT_GUEST_ROUTE      how to get a toolchain for guests: `rustup` (the active toolchain
                            and its target), or `debian` (from Debian's packages). Without it,
                            what there is, or else rustup, or else Debian
  DIRIGENT_GUEST_TOOLCHAIN  name of the toolchain that the Debian route makes (wasm-guest)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match command {
        "demo" => demo::run(rest),
        "console" => console::run(rest),
        "plugins" => plugins::run(rest),
        "test" => test::run(rest),
        "fuzz" => fuzz::run(rest),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        unknown => Err(anyhow::anyhow!("there is no command `{unknown}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask {command}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
