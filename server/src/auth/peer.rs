//! Where a request comes from: the other end of the connection, or whom a trusted proxy names.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use ipnet::IpNet;

use super::accounts::Origin;
use crate::state::AppState;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a connection, as the system says.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub SocketAddr);

/// Who asks, as far as addresses tell.
#[derive(Clone, Copy, Debug)]
pub struct Peer(IpAddr);

impl Peer {
    /// The address, as limits count it: of IPv6 the /64, which is what one household or machine has.
    pub fn counted(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 => v4,
        }
    }

    /// For the list of sessions, and for the limits on trying.
    pub fn origin(self, headers: &HeaderMap) -> Origin {
        let device = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Origin { device: device.unwrap_or_default().to_owned(), address: self.0.to_string(), counted: self.counted() }
    }
}

/// The rightmost forwarded address that is not a trusted proxy's: whatever stands left of it, its sender may have made up.
fn peer(remote: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Peer {
    let trusted = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let mut peer = remote.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let mut forwarded: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    while trusted(&peer)
        && let Some(next) = forwarded.pop().and_then(|address| address.parse::<IpAddr>().ok())
    {
        peer = next.to_canonical();
    }
    Peer(peer)
}

impl FromRequestParts<AppState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let remote = parts.extensions.get::<Remote>().map_or(Ipv6Addr::UNSPECIFIED.into(), |remote| remote.0.ip());
        Ok(peer(remote, &parts.headers, &state.config.trusted_proxies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(remote: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().expect("a header"));
        }
        let proxies: Vec<IpNet> = proxies.iter().map(|proxy| proxy.parse().expect("a network")).collect();
        peer(remote.parse().expect("an address"), &headers, &proxies).0.to_string()
    }

    #[test]
    fn only_what_a_trusted_proxy_added_counts() {
        assert_eq!(address("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9", "nobody is trusted");
        assert_eq!(address("9.9.9.9", &["1.1.1.1"], &["127.0.0.1/32"]), "9.9.9.9", "not from a proxy");
        assert_eq!(address("127.0.0.1", &["6.6.6.6, 1.1.1.1"], &["127.0.0.1/32"]), "1.1.1.1", "the left one is forged");
        assert_eq!(address("127.0.0.1", &["6.6.6.6", "1.1.1.1, 10.0.0.7"], &["127.0.0.0/8", "10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(address("127.0.0.1", &["nonsense"], &["127.0.0.1/32"]), "127.0.0.1");
        assert_eq!(address("::ffff:9.9.9.9", &[], &[]), "9.9.9.9");
    }

    #[test]
    fn of_an_ipv6_address_the_network_counts() {
        let peer = Peer("2001:db8:1:2:3:4:5:6".parse().expect("an address"));
        assert_eq!(peer.counted().to_string(), "2001:db8:1:2::");
    }
}
