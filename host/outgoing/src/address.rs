//! Which addresses belong to the world at large, and which to somebody's own network.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Networks that are not the public Internet, with what they are for. From IANA's registries of special-purpose addresses
/// (RFC 6890 and what updates it); an address outside of them is public.
const SPECIAL: &[(&str, &str)] = &[
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a provider"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relays"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("64:ff9b:1::/48", "translation"),
    ("100::/64", "discard"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
];

/// What an address that is not public is for; None for a public one.
pub fn special_purpose(address: IpAddr) -> Option<&'static str> {
    let address = plain(address);
    SPECIAL.iter().find(|(network, _)| contains(network, address)).map(|(_, purpose)| *purpose)
}

fn contains(network: &str, address: IpAddr) -> bool {
    network.parse::<IpNet>().is_ok_and(|network| network.contains(&address))
}

/// The IPv4 address in an IPv6 one that only wraps it (RFC 4291 mapped and compatible, RFC 6052 translated), or else the
/// address as it is.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let wrapped = match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => true,
        [0, 0, 0, 0, 0, 0, high, _] => high != 0,
        _ => false,
    };
    if wrapped { IpAddr::V4(low_half(v6)) } else { address }
}

fn low_half(address: Ipv6Addr) -> Ipv4Addr {
    let octets = address.octets();
    Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15])
}

/// Addresses that somebody named, and that may be reached though they are not public.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Addresses(Vec<Network>);

/// `10.1.0.0/16`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| format!("`{text}` is not an address: write 10.1.2.3 or 10.1.0.0/16"))
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

impl Addresses {
    /// Whether a request may go to this address: it is public, or named here.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = plain(address);
        special_purpose(address).is_none() || self.0.iter().any(|network| network.0.contains(&address))
    }

    /// Name these as well.
    pub fn add(&mut self, others: &Self) {
        self.0.extend(&others.0);
        self.0.sort();
        self.0.dedup();
    }

    /// Name what a rule's host names: an address, or `localhost`, which is the loopback.
    pub fn add_host(&mut self, host: &str) {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            self.0.push(Network(plain(address).into()));
        } else if bare == "localhost" {
            self.0.push(Network(IpAddr::V6(Ipv6Addr::LOCALHOST).into()));
            self.0.extend("127.0.0.0/8".parse().map(Network));
        }
        self.0.sort();
        self.0.dedup();
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, network) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index > 0 { ", " } else { "" }, network.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_addresses_are_for() {
        for (address, purpose) in [
            ("8.8.8.8", None),
            ("172.32.0.1", None),
            ("2606:4700::1111", None),
            ("64:ff9b::8.8.8.8", None),
            ("127.0.0.1", Some("loopback")),
            ("127.255.0.9", Some("loopback")),
            ("0.0.0.0", Some("this network")),
            ("10.0.0.1", Some("private")),
            ("172.16.0.1", Some("private")),
            ("172.31.255.255", Some("private")),
            ("192.168.1.1", Some("private")),
            ("169.254.169.254", Some("link-local")),
            ("100.100.100.200", Some("shared by a provider")),
            ("255.255.255.255", Some("reserved")),
            ("224.0.0.1", Some("multicast")),
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("::127.0.0.1", Some("loopback")),
            ("::ffff:10.0.0.1", Some("private")),
            ("::ffff:169.254.169.254", Some("link-local")),
            ("64:ff9b::127.0.0.1", Some("loopback")),
            ("2002:7f00:1::", Some("6to4")),
            ("2001:0:1::", Some("protocol assignments")),
            ("fd00:ec2::254", Some("private")),
            ("fe80::1", Some("link-local")),
        ] {
            assert_eq!(special_purpose(address.parse().unwrap()), purpose, "{address}");
        }
    }

    #[test]
    fn the_table_is_made_of_networks() {
        for (network, _) in SPECIAL {
            assert!(network.parse::<IpNet>().is_ok(), "{network}");
        }
    }

    #[test]
    fn named_addresses() {
        let mut named: Addresses = serde_json::from_str(r#"["10.1.0.0/16", "127.0.0.1"]"#).unwrap();
        for (address, allowed) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("::1", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(named.allow(address.parse().unwrap()), allowed, "{address}");
        }
        named.add_host("localhost");
        named.add_host("[fd00::7]");
        assert!(["127.0.0.2", "::1", "fd00::7"].iter().all(|address| named.allow(address.parse().unwrap())));
        let wrong = serde_json::from_str::<Addresses>(r#"["10.1"]"#).unwrap_err().to_string();
        assert!(wrong.contains("`10.1` is not an address"), "{wrong}");
    }
}
