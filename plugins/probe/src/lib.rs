//! Reaches for everything that WASI 0.2 has, and answers with what it got. For the tests of the sandbox.

use dirigent_plugin::{Context, Failure, plugin};
use serde_json::{Value, json};
use wasip2::{cli, clocks, filesystem, random, sockets};

fn run(_: &Context, input: Value) -> Result<Value, Failure> {
    if let Some(code) = input["exit"].as_u64() {
        let status = if code == 0 { Ok(()) } else { Err(()) };
        cli::exit::exit(status);
    }
    let out = cli::stdout::get_stdout();
    let err = cli::stderr::get_stderr();
    let written = out.blocking_write_and_flush(b"first line\nsecond ").is_ok()
        && out.blocking_write_and_flush(b"line\n").is_ok()
        && err.blocking_write_and_flush(b"unfinished").is_ok();

    let network = sockets::instance_network::instance_network();
    let family = sockets::network::IpAddressFamily::Ipv4;
    let lookup = sockets::ip_name_lookup::resolve_addresses(&network, "example.com");
    let tcp = sockets::tcp_create_socket::create_tcp_socket(family);
    let udp = sockets::udp_create_socket::create_udp_socket(family);

    // Sleeping means to wait in the host.
    clocks::monotonic_clock::subscribe_duration(1_000_000).block();

    Ok(json!({
        "arguments": cli::environment::get_arguments().len(),
        "environment": cli::environment::get_environment(),
        "directories": filesystem::preopens::get_directories().len(),
        "input": cli::stdin::get_stdin().blocking_read(16).is_ok(),
        "lookup": lookup.err().map(|code| code.name()),
        "tcp": tcp.err().map(|code| code.name()),
        "udp": udp.err().map(|code| code.name()),
        "written": written,
        "random": random::random::get_random_bytes(8).len(),
        "year": 1970 + clocks::wall_clock::now().seconds / 31_556_952,
    }))
}

plugin!(run);
