//! The address that a request comes from: the other end of the connection, or the address that a trusted proxy forwards.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Once,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a connection, as the operating system reports it.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub SocketAddr);

/// The client of a log-in: stored with the session, shown in the list of sessions, and used for limits.
#[derive(Clone, Debug)]
pub struct ClientInfo {
    /// Name of the browser or program, as it reports itself.
    pub(crate) device: String,
    /// Network address, as text for the list of sessions.
    pub(crate) address: String,
    /// Network address as limits count it, see [`Peer::counted`].
    pub(crate) counted: IpAddr,
}

/// The network address of a client.
#[derive(Clone, Copy, Debug)]
pub struct Peer(IpAddr);

impl Peer {
    /// Returns the address as limits count it: of IPv6 the /64, which one household or machine has.
    pub(crate) fn counted(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 => v4,
        }
    }

    /// Returns the client's description for a log-in.
    pub(crate) fn client(self, headers: &HeaderMap) -> ClientInfo {
        let device = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        ClientInfo {
            device: device.unwrap_or_default().to_owned(),
            address: self.0.to_string(),
            counted: self.counted(),
        }
    }
}

/// The proxies in front of this server, whose `X-Forwarded-For` is believed.
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    warning: Once,
    unreadable: Once,
}

/// Returns the address of one forwarded entry. Some proxies add the port.
fn parse_forwarded(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port)
}

impl TrustedProxies {
    /// Trusts the addresses of these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self { networks, warning: Once::new(), unreadable: Once::new() }
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Returns the rightmost forwarded address that is not a trusted proxy's. Its sender may have forged all addresses left of it.
    ///
    /// Warns once if a trusted proxy forwards a request without the header: all clients then count as one address.
    pub(super) fn peer(&self, remote: IpAddr, headers: &HeaderMap) -> Peer {
        let mut peer = remote.to_canonical();
        if self.contains(peer) && !headers.contains_key(FORWARDED_FOR) {
            self.warning.call_once(|| {
                tracing::warn!(proxy = %peer, "a trusted proxy sends no X-Forwarded-For: all its clients share one address and its limits; let it add the header");
            });
        }
        // By bytes: what a client has sent may be no text, and must not hide what the proxy has added.
        let lines = headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let mut forwarded: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
        while self.contains(peer)
            && let Some(next) = forwarded.pop()
        {
            let Some(address) = parse_forwarded(next) else {
                self.unreadable.call_once(|| {
                    tracing::warn!(proxy = %peer, value = %next.escape_ascii(), "a trusted proxy sends an X-Forwarded-For that is no address: its clients count as the proxy");
                });
                break;
            };
            peer = address.to_canonical();
        }
        Peer(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(remote: &str, forwarded: &[&[u8]], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value).expect("a header"));
        }
        let proxies = TrustedProxies::new(proxies.iter().map(|proxy| proxy.parse().expect("a network")).collect());
        proxies.peer(remote.parse().expect("an address"), &headers).0.to_string()
    }

    #[test]
    fn counts_only_what_trusted_proxies_add() {
        assert_eq!(address("9.9.9.9", &[b"1.1.1.1"], &[]), "9.9.9.9", "no proxy is trusted");
        assert_eq!(address("9.9.9.9", &[b"1.1.1.1"], &["127.0.0.1/32"]), "9.9.9.9", "not from a proxy");
        assert_eq!(
            address("127.0.0.1", &[b"6.6.6.6, 1.1.1.1"], &["127.0.0.1/32"]),
            "1.1.1.1",
            "the left one is forged"
        );
        assert_eq!(
            address("127.0.0.1", &[b"6.6.6.6", b"1.1.1.1, 10.0.0.7"], &["127.0.0.0/8", "10.0.0.0/8"]),
            "1.1.1.1"
        );
        assert_eq!(address("127.0.0.1", &[b"nonsense"], &["127.0.0.1/32"]), "127.0.0.1");
        assert_eq!(
            address("127.0.0.1", &[b"\xff, 203.0.113.9"], &["127.0.0.1/32"]),
            "203.0.113.9",
            "no text to the left"
        );
        assert_eq!(
            address("127.0.0.1", &[b"203.0.113.9, \xff"], &["127.0.0.1/32"]),
            "127.0.0.1",
            "the proxy's is unreadable"
        );
        assert_eq!(address("127.0.0.1", &[b"203.0.113.9:4711"], &["127.0.0.1/32"]), "203.0.113.9", "with a port");
        assert_eq!(address("127.0.0.1", &[b"[2001:db8::1]:80"], &["127.0.0.1/32"]), "2001:db8::1");
        assert_eq!(address("::ffff:9.9.9.9", &[], &[]), "9.9.9.9");
    }

    #[test]
    fn counts_the_network_of_an_ipv6_address() {
        let peer = Peer("2001:db8:1:2:3:4:5:6".parse().expect("an address"));
        assert_eq!(peer.counted().to_string(), "2001:db8:1:2::");
    }
}
