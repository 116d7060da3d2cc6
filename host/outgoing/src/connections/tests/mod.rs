//! Connections against a server on the loopback: what it gets, what comes back, and where no secret may be.

#![allow(clippy::unwrap_used)]

mod configuration;
mod leaks;
mod requests;
mod server;
mod tokens;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};

use super::{Connection, ConnectionError, Connections};
use crate::{Addresses, Bounds, Client, Network, Request};

/// The secret in all of these tests: with characters that encoders write differently.
const SECRET: &str = "s3cr/et+va?lue=42";

const BOUNDS: Bounds =
    Bounds { head: Duration::from_secs(20), between: Duration::from_secs(20), body: 1 << 20 };

/// A folder with the secret in a file, and a configuration in which `SECRET` stands for that file and `URL` for a server.
struct Setting {
    folder: tempfile::TempDir,
    url: String,
}

impl Setting {
    fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        Self { folder, url: url.to_owned() }
    }

    fn connections(&self, config: &str) -> Connections {
        let file = self.folder.path().join("secret");
        let config = config.replace("SECRET", &format!("{{ file = {:?} }}", file)).replace("URL", &self.url);
        Connections::read(&config.parse().unwrap()).unwrap()
    }
}

/// A request to the server, with what a guest may try in it.
fn request(url: &str) -> Request {
    let mut request = Request::new(Method::POST, url.parse().unwrap());
    request.headers.insert("authorization", "the guest's own".parse().unwrap());
    request.headers.insert("content-type", "application/json".parse().unwrap());
    request.body = Bytes::from_static(b"{}");
    request
}

/// Addresses of the loopback, as a grant that names them has it.
fn loopback() -> Addresses {
    let mut addresses = Addresses::default();
    addresses.add_host("localhost");
    addresses
}

async fn send(
    connections: &Connections,
    connection: &Connection,
    request: Request,
) -> Result<Response<Bytes>, ConnectionError> {
    let client = Client::new(Network::system());
    connections.send(connection, request, &client, &loopback(), &BOUNDS).await
}
